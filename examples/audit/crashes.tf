# What crashes right now. The list of processes does not say, and asking takes one
# or two requests for each process, so var.crash_check bounds whom to ask.

locals {
  crash_scope = {
    production = [for guid, p in local.processes : guid if p.web && p.production && p.instances > 0]
    findings = [
      for guid in keys(merge([for policy in local.listed_policies : policy.found]...)) : guid
      if local.processes[guid].instances > 0
    ]
    none = []
  }[var.crash_check.scope]

  # Sorted by the time of the last change, so that the limit keeps the latest.
  latest      = reverse(sort([for guid in local.crash_scope : "${coalesce(local.processes[guid].updated_at, "-")} ${guid}"]))
  crash_guids = [for line in slice(local.latest, 0, min(var.crash_check.limit, length(local.latest))) : split(" ", line)[1]]
}

# By app and type: a deployment that replaces the process meanwhile does no harm.
data "cf_process_instances" "checked" {
  for_each = toset(local.crash_guids)

  app_guid = local.processes[each.key].app_guid
  type     = local.processes[each.key].type
}

locals {
  crashed = {
    for guid, process in data.cf_process_instances.checked : guid => [
      for instance in process.instances : instance.index if contains(["CRASHED", "DOWN"], instance.state)
    ]
  }

  crash_policy = {
    title  = "Crashed right now"
    advice = "Looked at ${length(local.crash_guids)} of ${length(local.crash_scope)} processes in scope (crash_check = ${var.crash_check.scope}), last changed first. See cf logs --recent and cf events."
    found = {
      for guid, indexes in local.crashed : guid =>
      "${length(indexes)} of ${local.processes[guid].instances} instances: #${join(", #", indexes)}"
      if length(indexes) > 0
    }
  }
}
