terraform {
  required_providers {
    cf = {
      source = "cf-process/cf"
    }
  }
}

# The API and the credential come from CF_API_URL, CF_USER and CF_PASSWORD.
provider "cf" {}

# The web process of the app "storefront". An address by app and type stays valid
# after a rolling deployment.
data "cf_process" "web" {
  app_guid = "a9900000-0000-4000-8000-000000000001"
}

# Its worker, which is scaled to zero: instances is 0, not null.
data "cf_process" "worker" {
  app_guid = "a9900000-0000-4000-8000-000000000001"
  type     = "worker"
}

# A process of another app, by the GUID of the process. The API hides its command.
data "cf_process" "payments" {
  guid = "9c0ce550-0000-4000-8000-000000000005"
}

locals {
  processes = {
    "storefront web"    = data.cf_process.web
    "storefront worker" = data.cf_process.worker
    "payments web"      = data.cf_process.payments
  }
}

output "size" {
  value = {
    for name, process in local.processes :
    name => "${process.instances} x ${process.memory_in_mb} MB"
  }
}

output "memory_in_mb" {
  value = sum([for process in local.processes : process.instances * process.memory_in_mb])
}

output "health_check" {
  value = {
    for name, process in local.processes :
    name => join(" ", compact([process.health_check.type, process.health_check.data.endpoint]))
  }
}

output "command" {
  value = {
    for name, process in local.processes :
    name => process.command_redacted ? "(hidden by the API)" : process.command
  }
}

output "findings" {
  value = [
    for name, process in local.processes :
    "${name} can log without limit" if process.log_rate_limit_in_bytes_per_second == -1
  ]
}
