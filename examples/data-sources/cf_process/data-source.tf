terraform {
  required_providers {
    cf = {
      source = "cf-process/cf"
    }
  }
}

provider "cf" {}

data "cf_process" "web" {
  guid = "9c0ce550-0000-4000-8000-000000000001"
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

output "space" {
  value = data.cf_process.web.space_guid
}
