# terraform apply -invoke=action.cf_process_scale.evening
action "cf_process_scale" "evening" {
  config {
    app_guid           = "a9900000-0000-4000-8000-000000000001"
    type               = "worker"
    instances          = 2
    wait_for_instances = true
  }
}
