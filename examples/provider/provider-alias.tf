variable "production_api_url" {
  type = string
}

variable "production_access_token" {
  type      = string
  sensitive = true
}

variable "staging_api_url" {
  type = string
}

variable "staging_access_token" {
  type      = string
  sensitive = true
}

provider "cf" {
  api_url      = var.production_api_url
  access_token = var.production_access_token
}

provider "cf" {
  alias        = "staging"
  api_url      = var.staging_api_url
  access_token = var.staging_access_token
}

data "cf_process" "production" {
  app_name          = "storefront"
  space_name        = "production"
  organization_name = "retail"
}

data "cf_process" "staging" {
  provider          = cf.staging
  app_name          = "storefront"
  space_name        = "staging"
  organization_name = "retail"
}

output "memory_in_mb" {
  value = {
    production = data.cf_process.production.memory_in_mb
    staging    = data.cf_process.staging.memory_in_mb
  }
}
