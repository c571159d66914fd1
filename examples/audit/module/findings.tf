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
  flat = flatten([
    for name, found in local.found : [
      for guid, detail in found : {
        policy = name
        guid   = guid
        detail = "${detail}${local.waiver[local.labels_of[guid]][name].note}"
        waiver = local.waiver[local.labels_of[guid]][name].reason
      } if detail != null
    ]
  ])
  open        = { for f in local.flat : f.policy => f... if f.waiver == "" }
  open_counts = { for name, open in local.open : name => length(open[*].guid) }
  counts      = { for name in local.order : name => lookup(local.open_counts, name, 0) }
  passed      = { for name in local.order : name => local.counts[name] == 0 && local.every_policy[name].unknown == 0 }
  waived      = { for f in local.flat : f.policy => true... if f.waiver != "" }

  # The processes with findings, by policy. As one text, since Terraform cleans
  # one JSON of all names much faster than each name. A backslash becomes \u005c,
  # so that what follows one is an escape of JSON.
  strays = { for f in local.flat : f.guid => f... }
  findings = replace(replace(jsonencode([
    for guid, found in local.strays : {
      organization = local.by_guid[guid].organization_name
      space        = local.by_guid[guid].space_name
      app          = local.by_guid[guid].app_name
      type         = local.by_guid[guid].type
      guid         = guid
      owner        = local.owner[local.labels_of[guid]]
      findings     = { for f in found : f.policy => { detail = f.detail, waiver = f.waiver } }
    }
  ]), "\\\\", "\\u005c"), local.unprintable_json, "\uFFFD")
  unprintable_json = "/\\\\[bfnrt]|\\\\u00[01][0-9a-f]|\\\\u202[89]|[\\p{C}\\p{Zl}\\p{Zp}]/"

  # What a check reports: how many, and the first names.
  summary = {
    for name in local.order : name => replace(join("", [
      "${local.every_policy[name].title} (${local.severity[name]}): ${local.counts[name]} of ${local.every_policy[name].looked_at} processes looked at",
      local.every_policy[name].unknown > 0 ? ", ${local.every_policy[name].unknown} more could not be read" : "",
      can(local.waived[name]) ? ", ${length(local.waived[name])} waived" : "",
      local.counts[name] > 0 ? ": " : ".",
      join(", ", [
        for place, f in try(local.open[name], []) : join("", [
          join("/", [for text in [
            local.by_guid[f.guid].organization_name, local.by_guid[f.guid].space_name, local.by_guid[f.guid].app_name
          ] : text == null ? "(unknown)" : text]),
          " ${local.by_guid[f.guid].type == null ? "" : local.by_guid[f.guid].type} (${f.detail})",
        ]) if place < 10
      ]),
      local.counts[name] > 10 ? ", …" : local.counts[name] > 0 ? "." : "",
    ]), local.unprintable, "\uFFFD")
  }

  # Grouped once by space; organizations and the whole are sums of those.
  in_space = { for p in local.list : local.space_of[p.guid] => p... }
  open_in  = { for f in local.flat : local.space_of[f.guid] => true... if f.waiver == "" }
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
