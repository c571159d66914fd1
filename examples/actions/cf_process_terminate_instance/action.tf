variable "index" {
  description = "Index of the instance that hangs, as cf app shows it."
  type        = number
}

# terraform apply -invoke=action.cf_process_terminate_instance.web -var index=3
action "cf_process_terminate_instance" "web" {
  config {
    app_guid = "5b6f3a51-9a5e-4b6d-8f0e-0d7a4f9b2c11"
    index    = var.index
  }
}
