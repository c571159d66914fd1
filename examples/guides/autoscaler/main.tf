terraform {
  required_version = ">= 1.5.0"

  required_providers {
    cf = {
      source = "cf-process/cf"
    }
  }
}

locals {
  app_guid = "a9900000-0000-4000-8000-000000000002"
  # The bounds in the policy of the autoscaler.
  autoscaler = { min = 2, max = 10 }
}

# Terraform owns memory and health checks. instances is left out, so a change by
# the autoscaler is not a difference, and no apply undoes it.
resource "cf_process" "web" {
  app_guid     = local.app_guid
  memory_in_mb = 1536

  readiness_health_check = {
    type = "http"
    data = {
      endpoint = "/ready"
    }
  }
}

# Warn when somebody scales manually beyond the autoscaler's limits.
check "within_bounds" {
  assert {
    condition     = cf_process.web.instances >= local.autoscaler.min && cf_process.web.instances <= local.autoscaler.max
    error_message = "${cf_process.web.instances} instances, the autoscaler keeps ${local.autoscaler.min} to ${local.autoscaler.max}."
  }
}
