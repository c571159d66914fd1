variable "index" {
  description = "Index of the instance that hangs, as cf app shows it."
  type        = number
}

# terraform apply -invoke=action.cf_process_terminate_instance.web -var index=3
action "cf_process_terminate_instance" "web" {
  config {
    app_guid = "a9900000-0000-4000-8000-000000000001"
    index    = var.index
  }
}
