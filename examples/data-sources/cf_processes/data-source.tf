data "cf_processes" "web" {
  types         = ["web"]
  include_names = true
}

output "single_instances" {
  description = "Apps that are away whenever their only instance restarts."
  value = [
    for p in data.cf_processes.web.processes :
    "${p.organization_name}/${p.space_name}/${p.app_name}" if p.instances == 1
  ]
}
