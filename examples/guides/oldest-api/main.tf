terraform {
  required_providers {
    cf = {
      source = "cf-process/cf"
    }
  }
}

data "cf_processes" "all" {
  include_names     = true
  include_instances = true
}

locals {
  processes = data.cf_processes.all.processes
  instances = flatten([for p in local.processes : coalesce(p.process_instances, [])])
}

# Which attributes the API of this foundation has. On an old foundation they are
# null, which is not an error.
output "features" {
  value = {
    log_rate_limit_in_bytes_per_second = anytrue([for p in local.processes : p.log_rate_limit_in_bytes_per_second != null])
    version                            = anytrue([for p in local.processes : p.version != null])
    readiness_health_check             = anytrue([for p in local.processes : p.readiness_health_check != null])
    process_instances                  = anytrue([for i in local.instances : i.since != null])
  }
}

# These work on every foundation: if the API lacks a feature, the provider reads
# the values in another way.
output "summary" {
  value = {
    processes = length(local.processes)
    named     = length([for p in local.processes : p if p.app_name != null])
    running   = length([for i in local.instances : i if i.state == "RUNNING"])
  }
}
