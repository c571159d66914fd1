data "cf_processes" "recent" {
  types          = ["web", "worker"]
  label_selector = "environment in (production,staging),!deprecated"
  created_ats    = { gte = "2020-01-01T00:00:00Z", lt = "2100-01-01T00:00:00Z" }
  order_by       = "-updated_at"
  include_names  = true
}

output "last_changed" {
  value = [
    for i, p in data.cf_processes.recent.processes : "${p.updated_at} ${p.space_name}/${p.app_name}/${p.type}"
    if i < 10 && p.app_name != null
  ]
}
