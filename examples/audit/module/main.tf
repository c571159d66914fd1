# Reads the processes and prepares what the policies look at. The module has no
# provider block: the caller's provider "cf" reads, and for_each works.

terraform {
  required_version = ">= 1.5.0" # for check blocks and plantimestamp()

  required_providers {
    cf = {
      source = "cf-process/cf"
    }
  }
}

data "cf_processes" "all" {
  organization_guids = var.organization_guids
  label_selector     = var.label_selector
  include_names      = true
}

# With 10,000 processes it matters what a loop does. A function call costs some
# 20 µs in each phase and a walk through all of its arguments: the loops over all
# processes have none but one, rare cases are patched in afterwards, and what
# follows from the space or the labels is found once for each of those.

locals {
  # The only reference to the list: Terraform decodes all of it at each one.
  # Names are null where the reader may not see the app.
  rows = [
    for p in data.cf_processes.all.processes : {
      guid         = p.guid
      organization = p.organization_name != null ? p.organization_name : "(unknown)"
      space        = p.space_name != null ? p.space_name : p.space_guid != null ? p.space_guid : "(unknown)"
      space_guid   = p.space_guid != null ? p.space_guid : "(unknown)"
      app          = p.app_name != null ? p.app_name : p.app_guid != null ? p.app_guid : p.guid
      app_guid     = p.app_guid != null ? p.app_guid : p.guid
      type         = p.type != null ? p.type : "(unknown)"
      instances    = p.instances != null ? p.instances : 0
      memory_in_mb = p.memory_in_mb != null ? p.memory_in_mb : 0
      log_rate     = p.log_rate_limit_in_bytes_per_second
      health       = p.health_check == null ? null : p.health_check.type
      readiness    = p.readiness_health_check == null ? null : p.readiness_health_check.type
      labels       = jsonencode(p.metadata == null ? null : p.metadata.labels)
      updated_at   = p.updated_at

      # deployments.tf has others for an app with a deployment in flight.
      app_instances = p.instances != null ? p.instances : 0
      leaving       = false
      note          = ""
    }
  ]

  # By organization, space, app, type and GUID, and so in that order.
  as_read   = { for row in local.rows : "${row.organization}/${row.space}/${row.app}/${row.type}/${row.guid}" => row }
  processes = merge(local.as_read, local.deploying, local.cleaned)

  space_names = { for row in local.rows : row.space_guid => row.space... }
  production  = { for guid, names in local.space_names : guid => can(regex(var.production_spaces, lower(names[0]))) }

  # What the policies look at.
  judged         = { for key, p in local.processes : key => p if !p.leaving }
  web            = { for key, p in local.judged : key => p if p.type == "web" }
  running_web    = { for key, p in local.web : key => p if p.instances > 0 }
  production_web = { for key, p in local.web : key => p if local.production[p.space_guid] }
  # length() of a list of true, since its argument is walked through as well.
  number = {
    judged         = length([for p in local.judged : true])
    running_web    = length([for p in local.running_web : true])
    production_web = length([for p in local.production_web : true])
  }
}
