# Instances that are ill, like those whose memory leaks, are replaced one by one:
# terraform apply -invoke=action.cf_process_rolling_restart.worker
action "cf_process_rolling_restart" "worker" {
  config {
    app_guid = "a9900000-0000-4000-8000-000000000001"
    type     = "worker"
    timeout  = "3m"
  }
}
