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
  guid = "9c0ce550-0000-4000-8000-000000000001"
}

data "cf_process" "staging" {
  provider = cf.staging
  guid     = "9c0ce550-0000-4000-8000-000000000001"
}

output "same_memory" {
  value = data.cf_process.production.memory_in_mb == data.cf_process.staging.memory_in_mb
}
