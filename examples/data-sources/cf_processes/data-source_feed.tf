data "cf_processes" "app" {
  app_guid = "GUID_APP"
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
