data "cf_process_stats" "web" {
  app_guid = "a9900000-0000-4000-8000-000000000001"
}

output "memory_in_percent" {
  description = "Memory in use by instance; null for an instance that does not run."
  value = {
    for s in data.cf_process_stats.web.stats :
    s.index => try(floor(100 * s.usage.mem / s.mem_quota), null)
  }
}

output "not_running" {
  value = [
    for s in data.cf_process_stats.web.stats :
    "instance ${s.index} is ${s.state}: ${s.details == null ? "no details" : s.details}" if s.state != "RUNNING"
  ]
}
