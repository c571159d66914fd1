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
  types         = ["web"]
  include_names = true
}

locals {
  single = [
    for p in data.cf_processes.web.processes : "${p.organization_name}/${p.space_name}/${p.app_name}"
    if p.space_name == "production" && p.instances == 1
  ]
  unlimited = [
    for p in data.cf_processes.web.processes : "${p.organization_name}/${p.space_name}/${p.app_name}"
    if p.space_name == "production" && p.log_rate_limit_in_bytes_per_second == -1
  ]
}

# A check warns and stops nothing.
check "two_instances" {
  assert {
    condition     = length(local.single) == 0
    error_message = "${length(local.single)} with a single instance: ${join(", ", local.single)}"
  }
}

check "log_limits" {
  assert {
    condition     = length(local.unlimited) == 0
    error_message = "${length(local.unlimited)} may log without limit: ${join(", ", local.unlimited)}"
  }
}

# A precondition is an error, so it decides about the exit code.
output "findings" {
  value = { single = local.single, unlimited = local.unlimited }

  precondition {
    condition     = !var.enforce || length(concat(local.single, local.unlimited)) == 0
    error_message = "Findings: ${join(", ", distinct(concat(local.single, local.unlimited)))}"
  }
}
