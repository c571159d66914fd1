terraform {
  required_version = ">= 1.5.0" # for check blocks
}

data "cf_process_instances" "web" {
  app_guid = "a9900000-0000-4000-8000-000000000001"
}

check "all_instances_run" {
  assert {
    condition     = alltrue([for i in data.cf_process_instances.web.instances : i.state == "RUNNING"])
    error_message = "Instances that do not run: ${join(", ", [for i in data.cf_process_instances.web.instances : "${i.index} is ${i.state}" if i.state != "RUNNING"])}"
  }
}

output "states" {
  value = { for i in data.cf_process_instances.web.instances : i.index => i.state }
}
