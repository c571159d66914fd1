provider "cf" {}

# This provider owns the processes. By app and type, the address outlives every
# rollout of the app.
resource "cf_process" "web" {
  app_guid     = local.app_guid
  instances    = 4
  memory_in_mb = 768

  health_check = {
    type = "http"
    data = {
      endpoint = "/health"
    }
  }
  readiness_health_check = {
    type = "http"
    data = {
      endpoint = "/ready"
    }
  }
}

# It knows the app's GUID only after the app is there, so this waits for it.
data "cf_process_instances" "web" {
  app_guid   = local.app_guid
  depends_on = [cf_process.web]
}

output "states" {
  value = { for i in data.cf_process_instances.web.instances : i.index => i.state }
}
