data "cf_process_stats" "web" {
  app_name          = "storefront"
  space_name        = "production"
  organization_name = "retail"
}

output "memory_in_percent" {
  description = "Memory in use by each instance; null for an instance that is not running."
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
