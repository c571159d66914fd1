provider "cf" {}

# This provider owns the processes. An address by app and type stays valid after
# every rollout of the app.
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

# Reads the instances after the change.
data "cf_process_instances" "web" {
  app_guid   = local.app_guid
  depends_on = [cf_process.web]
}

output "states" {
  value = { for i in data.cf_process_instances.web.instances : i.index => i.state }
}
