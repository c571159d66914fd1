# An audit of a whole foundation: what runs, what it takes, and where it strays
# from the policies in policies.tf. It changes nothing.
#
#   terraform init
#   terraform apply
#   terraform output -raw report > report.html

terraform {
  required_version = ">= 1.5.0" # for check blocks and plantimestamp()

  required_providers {
    cf = {
      source = "cf-process/cf"
    }
  }
}

# The API and the credential come from the environment, or from `cf login`. A
# role for the whole foundation, such as Global Auditor, sees all of it.
provider "cf" {}

data "cf_processes" "all" {
  organization_guids = var.organization_guids
  include_names      = true
}

locals {
  # The only place that names the list: Terraform decodes all of it at each
  # reference, a second for 10,000 processes. Everything below works on this,
  # by the process's GUID.
  processes = {
    for p in data.cf_processes.all.processes : p.guid => {
      # Names are null where the reader may not see the app.
      organization = p.organization_name != null ? p.organization_name : "(unknown)"
      space        = p.space_name != null ? p.space_name : coalesce(p.space_guid, "(unknown)")
      space_guid   = coalesce(p.space_guid, "(unknown)")
      app          = p.app_name != null ? p.app_name : coalesce(p.app_guid, p.guid)
      app_guid     = coalesce(p.app_guid, p.guid)
      type         = coalesce(p.type, "(unknown)")
      updated_at   = p.updated_at

      instances    = coalesce(p.instances, 0)
      memory_in_mb = coalesce(p.memory_in_mb, 0)
      log_rate     = p.log_rate_limit_in_bytes_per_second
      health       = try(p.health_check.type, null)
      readiness    = try(p.readiness_health_check.type, null)
      labels       = try(keys(p.metadata.labels), [])

      web        = p.type == "web"
      production = can(regex(var.production_spaces, lower(coalesce(p.space_name, "-"))))
    }
  }
}
