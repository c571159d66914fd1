data "cf_process" "web" {
  app_name          = "storefront"
  space_name        = "production"
  organization_name = "retail"
}

output "size" {
  value = "${data.cf_process.web.instances} instances of ${data.cf_process.web.memory_in_mb} MB"
}

output "health_check" {
  value = data.cf_process.web.health_check
}

output "labels" {
  value = data.cf_process.web.metadata.labels
}
