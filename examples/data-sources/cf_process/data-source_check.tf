data "cf_process" "web" {
  guid = "9c0ce550-0000-4000-8000-000000000001"

  lifecycle {
    postcondition {
      condition     = self.instances == null || self.instances >= 2
      error_message = "With fewer than two instances the app is away whenever one of them restarts."
    }
  }
}

output "findings" {
  value = compact([
    try(data.cf_process.web.readiness_health_check.type, "process") == "process" ? "no readiness check" : "",
    data.cf_process.web.health_check.type == "port" ? "a port check where http would see more" : "",
    data.cf_process.web.log_rate_limit_in_bytes_per_second == -1 ? "no limit for the log rate" : "",
    lookup(data.cf_process.web.metadata.labels, "owner", null) == null ? "no label owner" : "",
  ])
}
