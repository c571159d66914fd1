# Terraform owns the size of the web process and how its health is checked.
# Attributes that you leave out, such as the command, are read but never written.
resource "cf_process" "web" {
  app_guid = "a9900000-0000-4000-8000-000000000001"
  type     = "web"

  instances    = 4
  memory_in_mb = 768 # takes effect when the app is next restarted or deployed

  health_check = {
    type = "http"
    data = {
      endpoint = "/health"
      timeout  = 90
    }
  }

  # Wait until all four are RUNNING, at most 15 minutes.
  wait_for_instances = true
  timeouts = {
    update = "15m"
  }
}
