# The API has no list of sidecars by app and type, so the GUID comes first.
data "cf_process" "web" {
  app_guid = "a9900000-0000-4000-8000-000000000001"
}

data "cf_process_sidecars" "web" {
  guid = data.cf_process.web.guid
}

output "sidecars" {
  value = { for s in data.cf_process_sidecars.web.sidecars : s.name => s.memory_in_mb }
}
