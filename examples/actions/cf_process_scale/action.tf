# terraform apply -invoke=action.cf_process_scale.evening
action "cf_process_scale" "evening" {
  config {
    app_guid           = "5b6f3a51-9a5e-4b6d-8f0e-0d7a4f9b2c11"
    type               = "worker"
    instances          = 2
    wait_for_instances = true
  }
}
