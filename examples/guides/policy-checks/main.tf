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

# resource_changes of the plan has what the plan changes.
resource "cf_process" "web" {
  app_guid  = "a9900000-0000-4000-8000-000000000001" # cf app NAME --guid
  instances = var.instances
}

# prior_state of the plan has what the data sources read.
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
  description = "The processes as CSV, with CRLF and quotes as in RFC 4180. Null values are empty."
  value = join("", [
    for row in local.rows : "${join(",", [
      for value in row : value == null ? "" : "\"${replace(tostring(value), "\"", "\"\"")}\""
    ])}\r\n"
  ])
}
