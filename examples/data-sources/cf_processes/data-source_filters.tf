data "cf_processes" "recent" {
  types          = ["web", "worker"]
  label_selector = "environment in (production,staging),!deprecated"
  created_ats    = { gte = "2020-01-01T00:00:00Z", lt = "2100-01-01T00:00:00Z" }
  order_by       = "-updated_at"
}

output "latest" {
  value = [for p in slice(data.cf_processes.recent.processes, 0, min(10, length(data.cf_processes.recent.processes))) : p.guid]
}
