terraform {
  required_version = ">= 1.7.0" # for_each of an import block

  required_providers {
    cf = {
      source = "cf-process/cf"
    }
  }
}

variable "memory_in_mb" {
  description = "Memory by app and type, such as { \"storefront/worker\" = 2048 }. That of other processes is not written."
  type        = map(number)
  default     = {}
}

data "cf_processes" "space" {
  space_names        = ["production"]
  organization_names = ["retail"]
  attributes         = ["app_guid", "type"]
}

locals {
  # While a deployment is in flight, an app has two web processes with the same type.
  found = {
    for p in data.cf_processes.space.processes : "${p.app_name}/${p.type}" => { app_guid = p.app_guid, type = p.type }...
  }
  processes = { for key, same in local.found : key => same[0] }
}

import {
  for_each = local.processes
  to       = cf_process.space[each.key]
  id       = "${each.value.app_guid}/${each.value.type}"
}

# One block for all of them. Nothing is set yet, so the plan only imports.
resource "cf_process" "space" {
  for_each = local.processes

  app_guid     = each.value.app_guid
  type         = each.value.type
  memory_in_mb = lookup(var.memory_in_mb, each.key, null) # null: not written
}
