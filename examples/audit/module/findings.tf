# What is found, what is waived, and the totals.

locals {
  # Without the processes that a deployment replaces, and with a note on those
  # that come.
  found = {
    for name in local.order : name => merge(
      local.every_policy[name].found,
      { for guid in local.leaving : guid => null },
      {
        for guid in keys(local.arriving) : guid => "${local.every_policy[name].found[guid]} (deployment in flight)"
        if can(local.every_policy[name].found[guid])
      },
    )
  }
  # What a label waives, and without it what is open.
  waived = {
    for name, found in local.found : name => {
      for w in local.waivers : w.guid => { detail = found[w.guid], waiver = w.reason }
      if w.policy == name && !local.ended[w.reason] && try(found[w.guid], null) != null
    }
  }
  open = {
    for name, found in local.found : name => {
      for guid, detail in merge(found, { for guid in keys(local.waived[name]) : guid => null }, {
        for w in local.waivers : w.guid => "${found[w.guid]} (was waived until ${w.reason})"
        if w.policy == name && local.ended[w.reason] && try(found[w.guid], null) != null
      }) : guid => detail if detail != null
    }
  }
  counts = { for name, open in local.open : name => length(open) }
  passed = { for name in local.order : name => local.counts[name] == 0 && local.every_policy[name].unknown == 0 }

  flat = flatten([
    [for name, open in local.open : [for guid, detail in open : { policy = name, guid = guid, found = { detail = detail } }]],
    [for name, waived in local.waived : [for guid, found in waived : { policy = name, guid = guid, found = found }]],
  ])
  strays = { for f in local.flat : f.guid => f... }

  # The processes with findings, by policy. As one text, since Terraform cleans
  # one JSON of all names much faster than each name. A backslash becomes \u005c,
  # so that what follows one is an escape of JSON.
  findings = replace(replace(jsonencode([
    for guid, found in local.strays : {
      organization = local.by_guid[guid].organization_name
      space        = local.by_guid[guid].space_name
      app          = local.by_guid[guid].app_name
      type         = local.by_guid[guid].type
      guid         = guid
      owner        = local.owner[local.labels_of[guid]]
      findings     = { for f in found : f.policy => f.found }
    }
  ]), "\\\\", "\\u005c"), local.unprintable_json, "\uFFFD")
  unprintable_json = "/\\\\[bfnrt]|\\\\u00[01][0-9a-f]|\\\\u202[89]|[\\p{C}\\p{Zl}\\p{Zp}]/"

  # What a check reports: how many, and the first names.
  summary = {
    for name in local.order : name => replace(join("", [
      "${local.every_policy[name].title} (${local.severity[name]}): ${local.counts[name]} of ${local.every_policy[name].looked_at} processes looked at",
      local.every_policy[name].unknown > 0 ? ", ${local.every_policy[name].unknown} more could not be read" : "",
      length(local.waived[name]) > 0 ? ", ${length(local.waived[name])} waived" : "",
      local.counts[name] > 0 ? ": " : ".",
      join(", ", [
        for guid in slice(keys(local.open[name]), 0, min(10, local.counts[name])) : join("", [
          join("/", [for text in [
            local.by_guid[guid].organization_name, local.by_guid[guid].space_name, local.by_guid[guid].app_name
          ] : text == null ? "(unknown)" : text]),
          " ${local.by_guid[guid].type == null ? "" : local.by_guid[guid].type} (${local.open[name][guid]})",
        ])
      ]),
      local.counts[name] > 10 ? ", …" : local.counts[name] > 0 ? "." : "",
    ]), local.unprintable, "\uFFFD")
  }

  # Grouped once by space; organizations and the whole are sums of those.
  in_space = { for p in local.list : local.space_of[p.guid] => p... }
  open_in  = { for f in flatten([for open in values(local.open) : keys(open)]) : local.space_of[f] => true... }
  open_in_space = merge(
    { for space_guid, processes in local.in_space : space_guid => 0 },
    { for space_guid, found in local.open_in : space_guid => length(found) }
  )
  spaces = [
    for space_guid, processes in local.in_space : {
      organization = processes[0].organization_name == null ? "(unknown)" : replace(processes[0].organization_name, local.unprintable, "\uFFFD")
      space        = processes[0].space_name == null ? space_guid : replace(processes[0].space_name, local.unprintable, "\uFFFD")
      apps         = length(distinct(processes[*].app_guid))
      processes    = length(processes[*].guid)
      instances    = try(sum(processes[*].instances), sum([for p in processes : p.instances == null ? 0 : p.instances]))
      memory_in_mb = try(
        sum([for p in processes : p.instances * p.memory_in_mb]),
        sum([for p in processes : p.instances == null || p.memory_in_mb == null ? 0 : p.instances * p.memory_in_mb]),
      )
      findings = local.open_in_space[space_guid]
    }
  ]
  spaces_of = { for s in local.spaces : s.organization => s... }
  organizations = [
    for name, spaces in local.spaces_of : {
      organization = name
      spaces       = length(spaces)
      apps         = sum(spaces[*].apps)
      processes    = sum(spaces[*].processes)
      instances    = sum(spaces[*].instances)
      memory_in_mb = sum(spaces[*].memory_in_mb)
      findings     = sum(spaces[*].findings)
    }
  ]
  foundation = {
    organizations = length(local.organizations)
    spaces        = length(local.spaces)
    apps          = sum(concat([0], local.organizations[*].apps))
    processes     = sum(concat([0], local.organizations[*].processes))
    instances     = sum(concat([0], local.organizations[*].instances))
    memory_in_mb  = sum(concat([0], local.organizations[*].memory_in_mb))
    findings      = sum(concat([0], values(local.counts)))
    waived        = sum(concat([0], [for waived in local.waived : length(waived)]))
  }
}
