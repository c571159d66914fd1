# Every process of a space, for configuration that outlives rolling deployments:
# terraform query -generate-config-out=processes.tf
list "cf_process" "space" {
  provider         = cf
  include_resource = true

  config {
    space_guids = ["5bace000-0000-4000-8000-000000000001"]
    identify_by = "app"
  }
}
