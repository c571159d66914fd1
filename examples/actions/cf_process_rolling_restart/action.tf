# Memory acts when instances restart. The restart follows each change of it,
# instance by instance, so that the app goes on serving.
resource "cf_process" "web" {
  app_guid     = "5b6f3a51-9a5e-4b6d-8f0e-0d7a4f9b2c11"
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
