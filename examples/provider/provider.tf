terraform {
  required_providers {
    cf = {
      source  = "cf-process/cf"
      version = "~> 0.1"
    }
  }
}

# The API and the credential come from the environment (CF_API_URL and, for
# instance, CF_ACCESS_TOKEN) or from the cf CLI, when you are logged in with it.
provider "cf" {}

data "cf_process" "web" {
  guid = "9c0ce550-0000-4000-8000-000000000001"
}

output "instances" {
  value = data.cf_process.web.instances
}
