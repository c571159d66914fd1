terraform {
  required_providers {
    cf = {
      source = "cf-process/cf"
    }
  }
}

variable "foundations" {
  description = "API and client of each foundation."
  type = map(object({
    api_url       = string
    client_id     = string
    client_secret = string
  }))
  sensitive = true
}

provider "cf" {
  alias            = "eu"
  api_url          = var.foundations.eu.api_url
  cf_client_id     = var.foundations.eu.client_id
  cf_client_secret = var.foundations.eu.client_secret
}

provider "cf" {
  alias            = "us"
  api_url          = var.foundations.us.api_url
  cf_client_id     = var.foundations.us.client_id
  cf_client_secret = var.foundations.us.client_secret
}

# The same module for each foundation.
module "eu" {
  source    = "./audit"
  providers = { cf = cf.eu }
}

module "us" {
  source    = "./audit"
  providers = { cf = cf.us }
}

# One report of both.
output "single_instances" {
  value = { eu = module.eu.single_instances, us = module.us.single_instances }
}

# A resource or data source outside of a module names its foundation itself.
data "cf_process" "web" {
  provider   = cf.us
  app_name   = "storefront"
  space_name = "production"
}

output "storefront_us" {
  value = "${data.cf_process.web.instances} instances"
}
