data "cf_processes" "shop" {
  app_names          = ["storefront", "catalog"]
  space_names        = ["production"]
  organization_names = ["retail"]
}

output "processes" {
  value = [
    for p in data.cf_processes.shop.processes :
    "${p.app_name}/${p.type}: ${p.instances} instances of ${p.memory_in_mb} MB"
  ]
}
