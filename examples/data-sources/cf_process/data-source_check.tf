data "cf_process" "web" {
  app_name          = "storefront"
  space_name        = "production"
  organization_name = "retail"

  lifecycle {
    postcondition {
      condition     = self.memory_in_mb == null || self.memory_in_mb <= 2048
      error_message = "An instance of the storefront must not have more than 2048 MB."
    }
  }
}

output "findings" {
  value = compact([
    try(data.cf_process.web.readiness_health_check.type, "process") == "process" ? "no readiness check" : "",
    data.cf_process.web.health_check.type == "port" ? "a port check where an http check would find more" : "",
    data.cf_process.web.log_rate_limit_in_bytes_per_second == -1 ? "no limit on the log rate" : "",
    lookup(data.cf_process.web.metadata.labels, "owner", null) == null ? "no label owner" : "",
  ])
}
