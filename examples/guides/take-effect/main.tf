terraform {
  required_version = ">= 1.5"

  required_providers {
    cf = {
      source = "cf-process/cf"
    }
  }
}

resource "cf_process" "web" {
  app_guid     = "a9900000-0000-4000-8000-000000000001" # cf app NAME --guid
  memory_in_mb = 512
}

# The quotas in the stats are those with which the instances were started.
data "cf_process_stats" "web" {
  app_guid = cf_process.web.app_guid
  type     = cf_process.web.type
}

locals {
  mebibyte = 1024 * 1024

  outdated = [
    for stat in data.cf_process_stats.web.stats : stat.index
    if anytrue([
      try(stat.mem_quota != cf_process.web.memory_in_mb * local.mebibyte, false),
      try(stat.disk_quota != cf_process.web.disk_in_mb * local.mebibyte, false),
      try(stat.log_rate_limit != cf_process.web.log_rate_limit_in_bytes_per_second, false),
    ])
  ]
}

check "in_effect" {
  assert {
    condition     = length(local.outdated) == 0
    error_message = "Not yet in effect: the instances ${join(", ", local.outdated)} have other quotas than configured. Restart the app."
  }
}

output "outdated_instances" {
  value = local.outdated
}
