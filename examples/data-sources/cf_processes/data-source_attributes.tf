data "cf_processes" "web" {
  types         = ["web"]
  include_names = true
  attributes    = ["app_guid", "instances"] # and guid, and the names
}

locals {
  # While a deployment is in flight, an app has two web processes: group by app.
  web = { for p in data.cf_processes.web.processes : p.app_guid => p... if p.app_guid != null }
}

output "single_instances" {
  description = "Apps that are unavailable whenever their only instance restarts."
  value = [
    for app in local.web : "${app[0].organization_name}/${app[0].space_name}/${app[0].app_name}"
    if sum(app[*].instances) == 1 && app[0].app_name != null
  ]
}
