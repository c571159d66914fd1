# Memory acts when instances restart. The restart follows each change of it,
# instance by instance, so that the app goes on serving.
resource "cf_process" "web" {
  app_guid     = "a9900000-0000-4000-8000-000000000001"
  type         = "web"
  memory_in_mb = 512

  lifecycle {
    action_trigger {
      events  = [after_update]
      actions = [action.cf_process_rolling_restart.web]
    }
  }
}

action "cf_process_rolling_restart" "web" {
  config {
    app_guid = cf_process.web.app_guid
    type     = cf_process.web.type
    timeout  = "3m"
  }
}
