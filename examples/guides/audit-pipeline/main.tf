terraform {
  required_version = ">= 1.5.0"

  required_providers {
    cf = {
      source = "cf-process/cf"
    }
  }
}

variable "enforce" {
  description = "Whether findings fail the plan."
  type        = bool
  default     = false
}

data "cf_processes" "web" {
  types       = ["web"]
  space_names = ["production"]
}

locals {
  # While a deployment is in flight, an app has two web processes: group by app.
  web = {
    for p in data.cf_processes.web.processes : "${p.organization_name}/${p.space_name}/${p.app_name}" => p...
  }
  single    = [for app, processes in local.web : app if sum(processes[*].instances) == 1]
  unlimited = [for app, processes in local.web : app if contains(processes[*].log_rate_limit_in_bytes_per_second, -1)]
}

# A check only warns.
check "two_instances" {
  assert {
    condition     = length(local.single) == 0
    error_message = "${length(local.single)} with a single instance: ${join(", ", local.single)}"
  }
}

check "log_limits" {
  assert {
    condition     = length(local.unlimited) == 0
    error_message = "${length(local.unlimited)} without a log rate limit: ${join(", ", local.unlimited)}"
  }
}

# A precondition that fails is an error, with exit code 1.
output "findings" {
  value = { single = local.single, unlimited = local.unlimited }

  precondition {
    condition     = !var.enforce || length(concat(local.single, local.unlimited)) == 0
    error_message = "Findings: ${join(", ", distinct(concat(local.single, local.unlimited)))}"
  }
}
