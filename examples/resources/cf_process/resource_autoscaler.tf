# An autoscaler owns the number of instances, so instances is left out: the
# autoscaler's changes are not a difference in the plan, and no apply undoes them.
resource "cf_process" "web" {
  app_guid     = "a9900000-0000-4000-8000-000000000002"
  memory_in_mb = 1536

  readiness_health_check = {
    type = "http"
    data = {
      endpoint = "/ready"
      interval = 5
    }
  }
}

output "instances_now" {
  value = cf_process.web.instances
}
