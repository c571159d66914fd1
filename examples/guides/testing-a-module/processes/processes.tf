terraform {
  required_providers {
    cf = {
      source = "cf-process/cf"
    }
  }
}

variable "app_guid" {
  type = string
}

data "cf_processes" "app" {
  app_guid = var.app_guid
}

output "all" {
  value = data.cf_processes.app.processes
}
