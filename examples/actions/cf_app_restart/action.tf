# New memory takes effect when the app is restarted. Each change of the memory
# triggers a restart without an outage.
resource "cf_process" "web" {
  app_guid     = "a9900000-0000-4000-8000-000000000001"
  type         = "web"
  memory_in_mb = 512
}

resource "terraform_data" "memory" {
  input = cf_process.web.memory_in_mb

  lifecycle {
    action_trigger {
      events  = [after_update]
      actions = [action.cf_app_restart.storefront]
    }
  }
}

action "cf_app_restart" "storefront" {
  config {
    app_guid = cf_process.web.app_guid
    timeout  = "15m"
  }
}
