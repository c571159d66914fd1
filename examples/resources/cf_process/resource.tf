# Terraform owns the size of the web process and how its health is checked.
# What is not named here (the command, say) is read and never written.
resource "cf_process" "web" {
  app_guid = "a9900000-0000-4000-8000-000000000001"
  type     = "web"

  instances    = 4
  memory_in_mb = 768 # acts when the app restarts

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
