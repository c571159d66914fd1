locals {
  processes = {
    shop    = "9c0ce550-0000-4000-8000-000000000001"
    billing = "9c0ce550-0000-4000-8000-000000000006"
  }
}

data "cf_process" "all" {
  for_each = local.processes
  guid     = each.value
}

output "memory_in_mb" {
  value = { for name, process in data.cf_process.all : name => process.memory_in_mb }
}
