# What is found, and the totals.

locals {
  policies = merge({ crashed = local.crash_policy }, local.listed_policies)

  # Lists of one type, which what a for makes is not yet: space by space, because
  # tolist() compares the types of all elements with each other, which takes a
  # minute for 10,000. The first list keeps the type where nothing is found.
  no_findings = slice(tolist([{
    policy = "", organization = "", space = "", space_guid = "", app = "", type = "", guid = "", detail = ""
  }]), 0, 0)
  findings = {
    for name, policy in local.policies : name => concat(local.no_findings, [
      for found in values({ for guid in keys(policy.found) : local.processes[guid].space_guid => guid... }) : tolist([
        for guid in found : {
          policy       = name
          organization = local.processes[guid].organization
          space        = local.processes[guid].space
          space_guid   = local.processes[guid].space_guid
          app          = local.processes[guid].app
          type         = local.processes[guid].type
          guid         = guid
          detail       = policy.found[guid]
        }
      ])
    ]...)
  }
  counts = { for name, findings in local.findings : name => length(findings) }

  # What a check says: how many, and the first names.
  summary = {
    for name, findings in local.findings : name => "${local.policies[name].title}: ${local.counts[name]} of ${local.foundation.processes} processes, ${join(", ", [
      for f in slice(findings, 0, min(local.counts[name], 10)) : "${f.organization}/${f.space}/${f.app} ${f.type} (${f.detail})"
    ])}${local.counts[name] > 10 ? ", …" : "."}"
  }

  # Grouped once by space; organizations and the whole are sums of those. A
  # function call costs Terraform a walk through all of its arguments, so what is
  # called in a loop gets small ones.
  in_space    = { for p in local.processes : p.space_guid => p... }
  found_where = { for f in flatten(values(local.findings)) : f.space_guid => true... }
  found_in    = { for space_guid, found in local.found_where : space_guid => length(found) }
  spaces = [
    for space_guid, processes in local.in_space : {
      organization = processes[0].organization
      space        = processes[0].space
      apps         = length({ for p in processes : p.app_guid => true... })
      processes    = length(processes)
      instances    = sum(processes[*].instances)
      memory_in_mb = sum([for p in processes : p.instances * p.memory_in_mb])
      findings     = lookup(local.found_in, space_guid, 0)
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
    processes     = length(local.processes)
    instances     = sum(concat([0], local.spaces[*].instances))
    memory_in_mb  = sum(concat([0], local.spaces[*].memory_in_mb))
    findings      = sum(values(local.counts))
  }
}
