output "foundation" {
  description = "Totals of all that was read. Memory is in MB, of all instances."
  value       = local.foundation
}

output "counts" {
  description = "The number of findings of each policy, without the waived ones."
  value       = local.counts

  precondition {
    condition     = length(setsubtract(concat(tolist(var.enforced), keys(var.severities)), keys(local.every_policy))) == 0
    error_message = "There is no policy ${join(", ", setsubtract(concat(tolist(var.enforced), keys(var.severities)), keys(local.every_policy)))}: it is one of ${join(", ", keys(local.every_policy))}."
  }

  precondition {
    condition     = alltrue([for name in var.enforced : lookup(local.passed, name, true)])
    error_message = join("\n", [for name in var.enforced : lookup(local.summary, name, "") if !lookup(local.passed, name, true)])
  }
}

output "findings" {
  description = "The processes with findings, as JSON: a list of objects with organization, space, app, type, guid, owner, and findings, which has detail and, where it is waived, waiver by policy."
  value       = local.findings
}

output "totals" {
  description = "Totals by organization and by space. Memory is in MB, of all instances."
  value = {
    organizations = tolist(local.organizations)
    # tolist() compares the types of all elements with each other, so it gets few.
    # The first list keeps the type where nothing was read.
    spaces = concat(slice(tolist([{
      organization = "", space = "", apps = 0, processes = 0, instances = 0, memory_in_mb = 0, findings = 0
    }]), 0, 0), [for spaces in local.spaces_of : tolist(spaces)]...)
  }
}

output "in_flight" {
  description = "Apps with a deployment in flight: they had two web processes when they were read."
  value       = local.in_flight_apps
}

output "history" {
  description = "The counts of the earlier runs and of this one."
  value       = local.history
}

output "report" {
  description = "The report: one HTML page that needs no network."
  value       = local.report
}
