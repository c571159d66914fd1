# What is found, what is waived, and the totals.

locals {
  # Where each process is and whose it is, of those with a finding.
  strays = {
    for key in keys({ for key in flatten([for policy in local.policies : keys(policy.found)]) : key => true... }) : key => {
      organization = local.processes[key].organization
      space        = local.processes[key].space
      app          = local.processes[key].app
      type         = local.processes[key].type
      guid         = local.processes[key].guid
      owner        = local.owner[local.processes[key].labels]
    }
  }
  findings = {
    for name, policy in local.policies : name => [
      for key, detail in policy.found : {
        policy   = name
        severity = local.severity[name]
        process  = local.strays[key]
        detail   = "${detail}${local.processes[key].note}${local.waiver[local.processes[key].labels][name].note}"
        waiver   = local.waiver[local.processes[key].labels][name].reason
      }
    ]
  }
  open   = { for name, findings in local.findings : name => [for f in findings : f if f.waiver == ""] }
  counts = { for name, open in local.open : name => length([for f in open : true]) }
  waived = { for name, findings in local.findings : name => length([for f in findings : true]) - local.counts[name] }

  # What a check reports: how many, and the first names.
  summary = {
    for name, findings in local.open : name => join("", [
      "${local.policies[name].title} (${local.severity[name]}): ${local.counts[name]} of ${local.policies[name].looked_at} processes looked at",
      local.policies[name].unknown > 0 ? ", ${local.policies[name].unknown} more could not be looked at" : "",
      local.waived[name] > 0 ? ", ${local.waived[name]} waived" : "",
      local.counts[name] > 0 ? ": " : ".",
      join(", ", [
        for place, f in findings : "${f.process.organization}/${f.process.space}/${f.process.app} ${f.process.type} (${f.detail})" if place < 10
      ]),
      local.counts[name] > 10 ? ", …" : local.counts[name] > 0 ? "." : "",
    ])
  }

  # Grouped once by space; organizations and the whole are sums of those. A
  # function call costs a walk through all of its arguments, so nothing large is
  # an argument in a loop.
  in_space = { for p in local.processes : p.space_guid => p... }
  open_in = { for space_guid in flatten([
    for name, policy in local.policies : [
      for key in keys(policy.found) : local.processes[key].space_guid
      if local.waiver[local.processes[key].labels][name].reason == ""
    ]
  ]) : space_guid => true... }
  open_count = merge(
    { for space_guid in keys(local.in_space) : space_guid => 0 },
    { for space_guid, found in local.open_in : space_guid => length(found) }
  )
  spaces = [
    for space_guid, processes in local.in_space : {
      organization = processes[0].organization
      space        = processes[0].space
      apps         = length({ for p in processes : p.app_guid => true... })
      processes    = length(processes[*].instances)
      instances    = sum(processes[*].instances)
      memory_in_mb = sum([for p in processes : p.instances * p.memory_in_mb])
      findings     = local.open_count[space_guid]
    }
  ]
  organizations = [
    for name, spaces in { for s in local.spaces : s.organization => s... } : {
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
    apps          = sum(concat([0], local.spaces[*].apps))
    processes     = sum(concat([0], local.spaces[*].processes))
    instances     = sum(concat([0], local.spaces[*].instances))
    memory_in_mb  = sum(concat([0], local.spaces[*].memory_in_mb))
    findings      = sum(concat([0], values(local.counts)))
    waived        = sum(concat([0], values(local.waived)))
  }
}
