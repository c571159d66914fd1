data "cf_processes" "tools" {
  organization_names = ["platform-tools"]
  include_instances  = true
}

output "not_running" {
  value = flatten([
    for p in data.cf_processes.tools.processes : [
      for i in coalesce(p.process_instances, []) :
      "${p.space_name}/${p.app_name}/${p.type}: instance ${i.index} is ${i.state}" if i.state != "RUNNING"
    ]
  ])
}

output "unknown" {
  description = "Processes whose instances the API could not report."
  value       = [for p in data.cf_processes.tools.processes : p.guid if p.process_instances == null]
}
