terraform {
  required_version = ">= 1.5.0" # for check blocks
}

data "cf_process_instances" "web" {
  app_name          = "storefront"
  space_name        = "production"
  organization_name = "retail"
}

locals {
  not_running = [for i in data.cf_process_instances.web.instances : "${i.index} is ${i.state}" if i.state != "RUNNING"]
}

check "all_instances_run" {
  assert {
    condition     = length(local.not_running) == 0
    error_message = "Instances that are not running: ${join(", ", local.not_running)}"
  }
}
