# A check for each policy: a warning with a count and names, in the plan, in
# `terraform plan -json` and in HCP Terraform. It stops nothing; var.enforced does.
# A policy that is off has no findings.

check "crashed" {
  assert {
    condition     = lookup(local.counts, "crashed", 0) == 0
    error_message = lookup(local.summary, "crashed", "-")
  }
}

check "few_instances" {
  assert {
    condition     = lookup(local.counts, "few_instances", 0) == 0
    error_message = lookup(local.summary, "few_instances", "-")
  }
}

check "no_readiness_check" {
  assert {
    condition     = lookup(local.counts, "no_readiness_check", 0) == 0
    error_message = lookup(local.summary, "no_readiness_check", "-")
  }
}

check "no_log_limit" {
  assert {
    condition     = lookup(local.counts, "no_log_limit", 0) == 0
    error_message = lookup(local.summary, "no_log_limit", "-")
  }
}

check "port_check" {
  assert {
    condition     = lookup(local.counts, "port_check", 0) == 0
    error_message = lookup(local.summary, "port_check", "-")
  }
}

check "much_memory" {
  assert {
    condition     = lookup(local.counts, "much_memory", 0) == 0
    error_message = lookup(local.summary, "much_memory", "-")
  }
}

check "missing_labels" {
  assert {
    condition     = lookup(local.counts, "missing_labels", 0) == 0
    error_message = lookup(local.summary, "missing_labels", "-")
  }
}
