terraform {
  required_providers {
    cf = {
      source  = "cf-process/cf"
      version = "~> 0.1"
    }
  }
}

# The API and the credential come from the environment (CF_API_URL and, for
# instance, CF_ACCESS_TOKEN), or from the cf CLI if you are logged in with it.
provider "cf" {}

data "cf_process" "web" {
  app_name          = "storefront"
  space_name        = "production"
  organization_name = "retail"
}

output "instances" {
  value = data.cf_process.web.instances
}
