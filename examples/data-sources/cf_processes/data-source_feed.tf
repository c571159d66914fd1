terraform {
  required_version = ">= 1.4.0" # for terraform_data
}

data "cf_processes" "app" {
  app_guid = "a9900000-0000-4000-8000-000000000001"
  types    = ["web"]
}

# Stands for any resource: it changes whenever the memory of the app changes.
resource "terraform_data" "memory" {
  input = one([
    for p in data.cf_processes.app.processes : p.instances * p.memory_in_mb
  ])
}

output "memory_in_mb" {
  value = terraform_data.memory.output
}
