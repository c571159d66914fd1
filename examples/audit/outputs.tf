output "foundation" {
  description = "Totals of all that was read. Memory is in MB, of all instances."
  value       = module.audit.foundation
}

output "counts" {
  description = "The number of findings of each policy, without the waived ones."
  value       = module.audit.counts
}

# The outputs below are long, not secret: sensitive keeps them off the screen.
# `terraform output -raw findings` and `-raw report` print them.

# Packed, since the state has it. `| base64 -d | gunzip | jq .` unpacks it.
output "findings" {
  description = "The processes with findings: each with its owner, and with what is wrong by policy. JSON, with gzip and in base64."
  value       = base64gzip(module.audit.findings)
  sensitive   = true
}

output "totals" {
  description = "Totals by organization and by space. Memory is in MB, of all instances."
  value       = module.audit.totals
  sensitive   = true
}

output "history" {
  description = "The counts of the earlier runs and of this one, for history.json."
  value       = module.audit.history
  sensitive   = true
}

output "report" {
  description = "The report: one HTML page that needs no network."
  value       = module.audit.report
  sensitive   = true
}
