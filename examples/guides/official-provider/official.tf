# The official provider owns the app: its image, routes, services and rollout.
terraform {
  required_providers {
    cf = {
      source = "cf-process/cf"
    }
    cloudfoundry = {
      source = "cloudfoundry/cloudfoundry"
    }
  }
}

# Both read the same environment variables.
provider "cloudfoundry" {}

resource "cloudfoundry_app" "storefront" {
  name         = "storefront"
  org_name     = "retail"
  space_name   = "production"
  docker_image = "registry.example.org/storefront:1.4.2"
  strategy     = "rolling"

  # cf_process owns these. Without this, each provider would undo the other's changes.
  lifecycle {
    ignore_changes = [
      instances, memory, health_check_type, health_check_http_endpoint,
      readiness_health_check_type, readiness_health_check_http_endpoint, processes,
    ]
  }
}

locals {
  app_guid = cloudfoundry_app.storefront.id
}
