mock_provider "cf" {
  mock_resource "cf_process" {
    defaults = {
      health_check = {
        type = "http"
        data = { endpoint = "/health", timeout = null, invocation_timeout = null, interval = null }
      }
    }
  }
}

variables {
  app_guid = "a9900000-0000-4000-8000-000000000001"
}

run "health_check" {
  assert {
    condition     = output.health_check == "http"
    error_message = "The health check is ${output.health_check}, not http."
  }
}
