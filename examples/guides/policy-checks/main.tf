terraform {
  required_providers {
    cf = {
      source = "cf-process/cf"
    }
  }
}

variable "instances" {
  type    = number
  default = 3
}

# What a plan wants to change is in its resource_changes.
resource "cf_process" "web" {
  app_guid  = "a9900000-0000-4000-8000-000000000001" # cf app NAME --guid
  instances = var.instances
}

# What the foundation has is in its prior_state.
data "cf_processes" "web" {
  types         = ["web"]
  include_names = true
}

locals {
  rows = concat([["organization", "space", "app", "type", "instances", "memory_in_mb"]], [
    for p in data.cf_processes.web.processes :
    [p.organization_name, p.space_name, p.app_name, p.type, p.instances, p.memory_in_mb]
  ])
}

output "csv" {
  description = "The processes as CSV, with CRLF and quotes as in RFC 4180. What is null is empty."
  value = join("", [
    for row in local.rows : "${join(",", [
      for value in row : value == null ? "" : "\"${replace(tostring(value), "\"", "\"\"")}\""
    ])}\r\n"
  ])
}
