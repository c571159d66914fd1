data "cf_process" "web" {
  for_each = toset(["storefront", "catalog"])

  app_name          = each.key
  space_name        = "production"
  organization_name = "retail"
}

output "memory_in_mb" {
  value = { for name, process in data.cf_process.web : name => process.memory_in_mb }
}
