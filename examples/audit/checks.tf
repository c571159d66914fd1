# A check for each policy: a warning with a count and names, in the plan, in
# `terraform plan -json` and in HCP Terraform. It stops nothing; var.enforced does.

check "crashed" {
  assert {
    condition     = local.counts.crashed == 0
    error_message = local.summary.crashed
  }
}

check "few_instances" {
  assert {
    condition     = local.counts.few_instances == 0
    error_message = local.summary.few_instances
  }
}

check "no_readiness_check" {
  assert {
    condition     = local.counts.no_readiness_check == 0
    error_message = local.summary.no_readiness_check
  }
}

check "port_check" {
  assert {
    condition     = local.counts.port_check == 0
    error_message = local.summary.port_check
  }
}

check "much_memory" {
  assert {
    condition     = local.counts.much_memory == 0
    error_message = local.summary.much_memory
  }
}

check "no_log_limit" {
  assert {
    condition     = local.counts.no_log_limit == 0
    error_message = local.summary.no_log_limit
  }
}

check "missing_labels" {
  assert {
    condition     = local.counts.missing_labels == 0
    error_message = local.summary.missing_labels
  }
}
