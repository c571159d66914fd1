output "foundation" {
  description = "Totals of all that was read. Memory is in MB, of all instances."
  value       = local.foundation
}

output "counts" {
  description = "How many findings each policy has."
  value       = local.counts

  precondition {
    condition     = length(setsubtract(var.enforced, keys(local.counts))) == 0
    error_message = "There is no policy ${join(", ", setsubtract(var.enforced, keys(local.counts)))}: it is one of ${join(", ", keys(local.counts))}."
  }

  precondition {
    condition     = alltrue([for name in var.enforced : lookup(local.counts, name, 0) == 0])
    error_message = join("\n", [for name in var.enforced : lookup(local.summary, name, "") if lookup(local.counts, name, 0) > 0])
  }
}

# The outputs below are long, not secret: sensitive keeps them off the screen.
# `terraform output -json findings` and `-raw report` print them.

output "findings" {
  description = "The findings of each policy: where, and what is wrong."
  value       = local.findings
  sensitive   = true
}

output "totals" {
  description = "Totals by organization and by space. Memory is in MB, of all instances."
  value       = { organizations = tolist(local.organizations), spaces = tolist(local.spaces) }
  sensitive   = true
}

output "report" {
  description = "The report: one HTML page that needs no network."
  sensitive   = true
  # The template holds nothing but the place for this JSON. jsonencode writes
  # <, > and & as \u003c, \u003e and \u0026, so no name can end the script element.
  value = templatefile("${path.module}/report.html.tftpl", {
    data = jsonencode({
      title         = var.title
      read_at       = plantimestamp()
      foundation    = local.foundation
      organizations = local.organizations
      spaces        = local.spaces
      policies = [
        for name, policy in local.policies : {
          name = name, title = policy.title, advice = policy.advice, count = local.counts[name]
        }
      ]
      # Rows, not objects: with 10,000 processes the names of the columns would
      # be half of the page.
      findings = [
        for f in flatten(values(local.findings)) : [f.policy, f.organization, f.space, f.app, f.type, f.detail, f.guid]
      ]
    })
  })
}
