data "cf_process_sidecars" "web" {
  app_name          = "storefront"
  space_name        = "production"
  organization_name = "retail"
}

output "sidecars" {
  value = { for s in data.cf_process_sidecars.web.sidecars : s.name => s.memory_in_mb }
}
