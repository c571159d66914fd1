terraform {
  required_providers {
    cf = {
      source = "cf-process/cf"
    }
  }
}

# One list for everything, with one request for each 5,000 processes.
data "cf_processes" "web" {
  types         = ["web"]
  include_names = true
  attributes    = ["instances", "memory_in_mb"] # and guid, and the names
}

locals {
  # The only reference to the list: Terraform decodes the list at each reference.
  web = [
    for p in data.cf_processes.web.processes : {
      organization = p.organization_name
      memory_in_mb = p.instances * p.memory_in_mb
    }
  ]
  by_organization = { for p in local.web : p.organization => p.memory_in_mb... if p.organization != null }
}

# Totals, not the list: an output is stored in the state as well.
output "memory_in_mb" {
  value = { for organization, memory in local.by_organization : organization => sum(memory) }
}
