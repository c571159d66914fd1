# The policies. Each is a title, what to do about it, and `found`: the GUIDs of
# the processes that stray from it, with what is wrong in a few words. A new one
# takes an entry here and a check in checks.tf.

locals {
  listed_policies = {
    few_instances = {
      title  = "Fewer than ${var.min_web_instances} web instances in production"
      advice = "One instance is away whenever it restarts or its host does. Scale to ${var.min_web_instances} or more."
      found = {
        for guid, p in local.processes : guid => "${p.instances} of ${var.min_web_instances} instances"
        if p.web && p.production && p.instances < var.min_web_instances
      }
    }

    no_readiness_check = {
      title  = "No readiness check"
      advice = "Requests reach an instance before it can answer. Set readiness_health_check to http with an endpoint."
      found = {
        for guid, p in local.processes : guid => p.readiness == null ? "none" : "only \"${p.readiness}\""
        if p.web && p.instances > 0 && !contains(["http", "port"], coalesce(p.readiness, "-"))
      }
    }

    port_check = {
      title  = "A port check where http would do"
      advice = "An open port says little: a hung app keeps it open. Set health_check to http with an endpoint."
      found = {
        for guid, p in local.processes : guid => "health check \"port\""
        if p.web && p.instances > 0 && p.health == "port"
      }
    }

    much_memory = {
      title  = "More than ${var.max_memory_in_mb} MB of memory an instance"
      advice = "Large instances are hard to place and slow to move. See whether the app needs it."
      found = {
        for guid, p in local.processes : guid => "${p.memory_in_mb} MB"
        if p.memory_in_mb > var.max_memory_in_mb
      }
    }

    no_log_limit = {
      title  = "No log rate limit"
      advice = "One app that logs in a loop floods the logs of its neighbors. Set a log rate limit."
      # Null is a foundation that knows no such limit.
      found = {
        for guid, p in local.processes : guid => "unlimited"
        if p.log_rate == -1
      }
    }

    missing_labels = {
      title  = "Missing labels"
      advice = "Without ${join(", ", var.required_labels)} nobody knows whom to ask. Set metadata.labels."
      found = {
        for guid, p in local.processes : guid => "no ${join(", ", setsubtract(var.required_labels, p.labels))}"
        if length(setsubtract(var.required_labels, p.labels)) > 0
      }
    }
  }
}
