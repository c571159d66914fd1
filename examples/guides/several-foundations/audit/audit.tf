# No provider block: the caller passes the provider.
terraform {
  required_providers {
    cf = {
      source = "cf-process/cf"
    }
  }
}

data "cf_processes" "web" {
  types         = ["web"]
  include_names = true
}

output "single_instances" {
  value = [
    for p in data.cf_processes.web.processes : "${p.organization_name}/${p.space_name}/${p.app_name}"
    if p.space_name == "production" && p.instances == 1
  ]
}
