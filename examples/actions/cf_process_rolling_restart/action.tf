# Replace unhealthy instances, such as those with a memory leak, one by one:
# terraform apply -invoke=action.cf_process_rolling_restart.web
action "cf_process_rolling_restart" "web" {
  config {
    app_guid = "a9900000-0000-4000-8000-000000000001"
    type     = "web"
    timeout  = "3m"
  }
}
