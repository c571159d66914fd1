terraform {
  required_version = ">= 1.14.0"

  required_providers {
    cf = {
      source = "cf-process/cf"
    }
  }
}

locals {
  app_guid = "a9900000-0000-4000-8000-000000000002" # cf app NAME --guid
}

action "cf_process_scale" "day" {
  config {
    app_guid           = local.app_guid
    instances          = 6
    wait_for_instances = true
  }
}

action "cf_process_scale" "night" {
  config {
    app_guid  = local.app_guid
    instances = 2
  }
}
