# What crashes right now.

locals {
  crash_scope = { for key, p in local.production_web : p.guid => key if p.instances > 0 }

  # Sorted by the time of the last change, so that the limit keeps the latest.
  latest = reverse(sort([for guid, key in local.crash_scope : "${coalesce(local.processes[key].updated_at, "-")} ${guid}"]))
}

# By app and type: a deployment that replaces the process meanwhile does no harm.
data "cf_process_instances" "checked" {
  for_each = toset([for line in slice(local.latest, 0, min(50, length(local.latest))) : split(" ", line)[1] if var.include_instances])

  app_guid = local.processes[local.crash_scope[each.key]].app_guid
  type     = local.processes[local.crash_scope[each.key]].type
}

locals {
  crashed = {
    for guid, process in data.cf_process_instances.checked : local.crash_scope[guid] => [
      for instance in process.instances : instance.index if contains(["CRASHED", "DOWN"], instance.state)
    ]
  }

  instance_policies = {
    crashed = {
      title      = "Crashed right now"
      advice     = "See cf logs --recent and cf events."
      severity   = "high"
      parameters = {}
      looked_at  = length(local.crashed)
      unknown    = length(keys(local.crash_scope)) - length(local.crashed)
      found = {
        for key, indexes in local.crashed : key =>
        "${length(indexes)} of ${local.processes[key].instances} instances: #${join(", #", indexes)}"
        if length(indexes) > 0
      }
    }
  }
}
