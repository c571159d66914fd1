data "cf_process" "worker" {
  app_guid      = "a9900000-0000-4000-8000-000000000001" # cf app NAME --guid, or from a resource
  type          = "worker"                               # default: web
  include_names = true
}

data "cf_process" "ledger" {
  guid = "9c0ce550-0000-4000-8000-000000000006"
}

output "memory_in_mb" {
  value = {
    (data.cf_process.worker.app_name) = data.cf_process.worker.memory_in_mb
    ledger                            = data.cf_process.ledger.memory_in_mb
  }
}
