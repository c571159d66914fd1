# What crashes right now, from the instances of every process. The list has their
# states; the reason of a crash takes a request for each process, so
# var.crash_details bounds those.

locals {
  with_instances = [for p in local.list : p if p.instances != 0]
  # The GUIDs of the processes by the states of their instances: a foundation has
  # few such combinations, most of them of RUNNING alone. What could not be read
  # is null.
  by_states = {
    for p in local.with_instances : try(join(" ", p.process_instances[*].state), "not read") => p.guid...
  }
  number_unseen = length(lookup(local.by_states, "not read", []))
  number_seen   = length([for p in local.with_instances : true]) - local.number_unseen

  ill_guids = flatten([for states, guids in local.by_states : guids if can(regex("CRASHED|DOWN", states))])
  # Their instances that are crashed or down.
  ill = {
    for guid in local.ill_guids : guid => [
      for i in local.by_guid[guid].process_instances : i if i.state == "CRASHED" || i.state == "DOWN"
    ]
  }
  # Of a stopped app every instance is DOWN, and of one that found no place.
  down = {
    for guid, instances in local.ill : guid => "${length(instances)} of ${length(instances)} instances down"
    if length(instances) == length(local.by_guid[guid].process_instances) && alltrue([for i in instances : i.state == "DOWN"])
  }
  crashed = { for guid, instances in local.ill : guid => instances if !can(local.down[guid]) }

  # An app with a deployment in flight would be read as its new process.
  crash_guids = [for guid in keys(local.crashed) : guid if !can(local.moving[guid])]
}

# By app and type: a deployment that replaces the process meanwhile does no harm.
data "cf_process_stats" "crashed" {
  for_each = toset(slice(local.crash_guids, 0, min(var.crash_details, length(local.crash_guids))))

  app_guid = local.by_guid[each.key].app_guid
  type     = local.by_guid[each.key].type
}

locals {
  details = {
    for guid, read in data.cf_process_stats.crashed : guid => {
      for stat in read.stats : stat.index => substr(replace(stat.details, local.unprintable, "\uFFFD"), 0, 200)
      if stat.details != null && stat.state == "CRASHED"
    }
  }

  instance_policies = {
    crashed = {
      title      = "Crashed right now"
      advice     = "See cf logs --recent and cf events."
      severity   = "high"
      parameters = {}
      looked_at  = local.number_seen
      unknown    = local.number_unseen
      found = {
        for guid, instances in local.crashed : guid => join("", [
          "${length(instances)} of ${length(local.by_guid[guid].process_instances)} instances: ",
          join(", ", [
            for i in instances : join("", [
              "#${i.index}${i.state == "CRASHED" ? "" : " ${lower(i.state)}"}",
              i.since == null ? "" : " for ${floor(i.since / 60)} min",
              try(" (${local.details[guid][i.index]})", ""),
            ])
          ]),
        ])
      }
    }

    nothing_runs = {
      title      = "No instance runs"
      advice     = "All instances are down: the app is stopped and may be of no use any more, or no host has room for it."
      severity   = "low"
      parameters = {}
      looked_at  = local.number_seen
      unknown    = local.number_unseen
      found      = local.down
    }
  }
}
