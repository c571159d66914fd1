# Reads the processes. The module has no provider block: the caller's provider
# "cf" reads, and for_each works.
#
# With 10,000 processes it matters what an expression costs Terraform, which
# evaluates all of this in the plan and again in the apply. A function call takes
# some 20 µs and a walk through all of its arguments; tolist() and toset() compare
# the types of all elements with each other. So the loops over all processes only
# filter, group and compare, and what takes more is done for findings alone.

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
  organization_names = var.organization_names
  space_names        = var.space_names
  app_names          = var.app_names
  label_selector     = var.label_selector

  include_names     = true
  include_instances = var.include_instances
  # Only what the policies look at: less to decode, and a smaller state.
  attributes = [
    "app_guid", "space_guid", "type", "instances", "memory_in_mb", "log_rate_limit_in_bytes_per_second",
    "health_check", "readiness_health_check", "metadata",
  ]
  # The newest first, which deployments.tf needs.
  order_by = "-created_at"
}

locals {
  # The only reference to the list: Terraform decodes all of it at each one.
  # An attribute is null where the foundation or the reader's role lacks it.
  list    = data.cf_processes.all.processes
  by_guid = { for p in local.list : p.guid => p }

  # Of each app the newest web process, and of these those with instances and
  # those in production.
  web            = [for webs in local.web_of : webs[0]]
  running_web    = [for p in local.web : p if p.instances != 0]
  production_web = [for p in local.web : p if local.production[local.space_of[p.guid]]]

  space_of   = { for p in local.list : p.guid => p.space_guid == null ? "(unknown)" : p.space_guid }
  production = { for guid, found in local.in_space : guid => can(regex(var.production_spaces, lower(found[0].space_name))) }

  # length() of a list of true, since its argument is walked through as well.
  number = {
    judged         = length([for p in local.list : true]) - length(local.leaving)
    running_web    = length([for p in local.running_web : true])
    production_web = length([for p in local.production_web : true])
  }

  # Whoever may create an app chooses its name. Control and format characters
  # (escape sequences of a terminal, U+202E, line separators) are replaced in
  # outputs, messages and report. What looks like HTML stays as it is: the report
  # shows every text as text.
  unprintable = "/[\\p{C}\\p{Zl}\\p{Zp}]/"
}
