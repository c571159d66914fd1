# A check for each policy: a warning with a count and names, in the plan, in
# `terraform plan -json` and in HCP Terraform. It stops nothing; var.enforced does.
# A policy passes where nothing is found and all was read; one that is off does.

check "crashed" {
  assert {
    condition     = lookup(local.passed, "crashed", true)
    error_message = lookup(local.summary, "crashed", "-")
  }
}

check "few_instances" {
  assert {
    condition     = lookup(local.passed, "few_instances", true)
    error_message = lookup(local.summary, "few_instances", "-")
  }
}

check "no_readiness_check" {
  assert {
    condition     = lookup(local.passed, "no_readiness_check", true)
    error_message = lookup(local.summary, "no_readiness_check", "-")
  }
}

check "no_log_limit" {
  assert {
    condition     = lookup(local.passed, "no_log_limit", true)
    error_message = lookup(local.summary, "no_log_limit", "-")
  }
}

check "port_check" {
  assert {
    condition     = lookup(local.passed, "port_check", true)
    error_message = lookup(local.summary, "port_check", "-")
  }
}

check "much_memory" {
  assert {
    condition     = lookup(local.passed, "much_memory", true)
    error_message = lookup(local.summary, "much_memory", "-")
  }
}

check "missing_labels" {
  assert {
    condition     = lookup(local.passed, "missing_labels", true)
    error_message = lookup(local.summary, "missing_labels", "-")
  }
}

check "nothing_runs" {
  assert {
    condition     = lookup(local.passed, "nothing_runs", true)
    error_message = lookup(local.summary, "nothing_runs", "-")
  }
}
