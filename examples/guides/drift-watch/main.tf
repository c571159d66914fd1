terraform {
  required_version = ">= 1.5.0" # for check blocks

  required_providers {
    cf = {
      source = "cf-process/cf"
    }
  }
}

locals {
  app_guid = "a9900000-0000-4000-8000-000000000001" # cf app NAME --guid
}

# The desired values. Attributes that are left out are not watched.
resource "cf_process" "web" {
  app_guid = local.app_guid

  instances                          = 3
  memory_in_mb                       = 512
  log_rate_limit_in_bytes_per_second = 16384

  health_check = {
    type = "http"
    data = {
      endpoint = "/health"
    }
  }

  metadata = {
    labels = {
      environment = "production"
      team        = "storefront"
    }
  }
}

# While a rolling deployment is in flight, the app has two web processes, and the
# newest one has fewer instances than configured.
data "cf_processes" "web" {
  app_guid   = local.app_guid
  types      = ["web"]
  attributes = ["instances"]
}

check "no_deployment" {
  assert {
    condition     = length(data.cf_processes.web.processes) == 1
    error_message = "A deployment of the app is in flight: a difference in instances ends with it."
  }
}
