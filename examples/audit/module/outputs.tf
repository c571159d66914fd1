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
    condition     = alltrue([for name in var.enforced : lookup(local.counts, name, 0) == 0])
    error_message = join("\n", [for name in var.enforced : lookup(local.summary, name, "") if lookup(local.counts, name, 0) > 0])
  }
}

output "findings" {
  description = "The findings of each policy in the order of their place: the process and its owner, what is wrong, and the reason of a waiver (empty where there is none)."
  value       = local.findings
}

output "totals" {
  description = "Totals by organization and by space. Memory is in MB, of all instances."
  value       = { organizations = tolist(local.organizations), spaces = tolist(local.spaces) }
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
