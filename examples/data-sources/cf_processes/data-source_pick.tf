data "cf_processes" "all" {
  include_names = true
}

locals {
  # One map for all that is picked: the key says which process is meant.
  processes = {
    for p in data.cf_processes.all.processes :
    "${p.organization_name}/${p.space_name}/${p.app_name}/${p.type}" => p
    if p.app_name != null
  }
  web = one([
    for p in data.cf_processes.all.processes : p
    if p.app_name == "storefront" && p.type == "web" && p.space_name == "production"
  ])
}

output "web" {
  value = local.web == null ? "not there" : "${local.web.instances} instances of ${local.web.memory_in_mb} MB"
}

output "keys" {
  value = keys(local.processes)
}
