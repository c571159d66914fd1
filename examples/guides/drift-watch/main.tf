terraform {
  required_providers {
    cf = {
      source = "cf-process/cf"
    }
  }
}

# What the process has to be. What is not named here is not watched.
resource "cf_process" "web" {
  app_guid = "a9900000-0000-4000-8000-000000000001" # cf app NAME --guid

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
