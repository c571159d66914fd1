# A module that sizes the web process of an app, and reports which processes of
# the app run a single instance.
terraform {
  required_version = ">= 1.7.0"

  required_providers {
    cf = {
      source = "cf-process/cf"
    }
  }
}

variable "app_guid" {
  type = string
}

variable "size" {
  type    = string
  default = "small"
}

# A separate module reads the list, so that tests can replace it.
module "processes" {
  source   = "./processes"
  app_guid = var.app_guid
}

resource "cf_process" "web" {
  app_guid     = var.app_guid
  instances    = var.size == "small" ? 2 : 4
  memory_in_mb = var.size == "small" ? 512 : 1024
}

output "single_instances" {
  value = [for p in module.processes.all : p.type if p.instances == 1]
}

output "health_check" {
  value = cf_process.web.health_check.type
}
