data "cf_process" "web" {
  app_guid = "a9900000-0000-4000-8000-000000000001" # type is "web" where it is left out
}

data "cf_process" "worker" {
  app_guid = "a9900000-0000-4000-8000-000000000001"
  type     = "worker"
}

output "memory_in_mb" {
  value = {
    web    = data.cf_process.web.instances * data.cf_process.web.memory_in_mb
    worker = data.cf_process.worker.instances * data.cf_process.worker.memory_in_mb
  }
}
