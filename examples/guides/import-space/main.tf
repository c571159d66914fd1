terraform {
  required_version = ">= 1.7.0" # for_each of an import block

  required_providers {
    cf = {
      source = "cf-process/cf"
    }
  }
}

data "cf_processes" "space" {
  space_guids   = ["5bace000-0000-4000-8000-000000000001"] # cf space NAME --guid
  include_names = true
}

locals {
  processes = {
    for p in data.cf_processes.space.processes : "${p.app_name}/${p.type}" => { app_guid = p.app_guid, type = p.type }
  }
}

import {
  for_each = local.processes
  to       = cf_process.space[each.key]
  id       = "${each.value.app_guid}/${each.value.type}"
}

# One block for all of them. Nothing is set yet, so nothing changes: the plan
# says "will be imported" for each, and no more.
resource "cf_process" "space" {
  for_each = local.processes

  app_guid = each.value.app_guid
  type     = each.value.type
}
