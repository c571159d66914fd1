# Attributes that are left out are 0, false, empty, or a random text.
mock_data "cf_process" {
  defaults = {
    guid         = "9c0ce550-0000-4000-8000-000000000001"
    app_guid     = "a9900000-0000-4000-8000-000000000001"
    type         = "web"
    instances    = 2
    memory_in_mb = 1024
    health_check = {
      type = "http"
      data = { endpoint = "/health" }
    }
    metadata = {
      labels = { owner = "shop" }
    }
  }
}

mock_resource "cf_process" {
  defaults = {
    guid = "9c0ce550-0000-4000-8000-000000000001"
    type = "web"
    health_check = {
      type = "http"
      data = { endpoint = "/health" }
    }
  }
}
