# The policies. Each is a title, what to do about it, a severity, the settings
# that it follows, how many processes it looked at, and `found`: the GUIDs of the
# processes that stray from it, with what is wrong in a few words. A new policy
# takes an entry here and a check in checks.tf.

locals {
  every_policy = {
    crashed      = local.instance_policies.crashed
    nothing_runs = local.instance_policies.nothing_runs

    few_instances = {
      title      = "Fewer than ${var.min_web_instances} web instances in production"
      advice     = "One instance is away whenever it restarts or its host does. Scale to ${var.min_web_instances} or more."
      severity   = "high"
      parameters = { min_web_instances = var.min_web_instances, production_spaces = var.production_spaces }
      looked_at  = local.number.production_web
      unknown    = 0
      found = {
        for guid, instances in {
          for p in local.production_web : p.guid => lookup(local.arriving, p.guid, p.instances)
          if p.instances == null ? false : p.instances < var.min_web_instances
        } : guid => "${instances} of ${var.min_web_instances} instances" if instances < var.min_web_instances
      }
    }

    no_readiness_check = {
      title      = "No readiness check"
      advice     = "Requests reach an instance before it can answer. Set readiness_health_check to http with an endpoint."
      severity   = "medium"
      parameters = {}
      looked_at  = local.number.running_web
      unknown    = 0
      found = merge([
        for type, guids in { for p in local.running_web : try(p.readiness_health_check.type, "none") => p.guid... } :
        { for guid in guids : guid => type == "none" ? type : "only \"${type}\"" } if type != "http" && type != "port"
      ]...)
    }

    no_log_limit = {
      title      = "No log rate limit"
      advice     = "One app that logs in a loop floods the logs of its neighbors. Set a log rate limit."
      severity   = "medium"
      parameters = {}
      looked_at  = local.number.judged
      unknown    = 0
      # Null is a foundation that knows no such limit.
      found = { for p in local.list : p.guid => "unlimited" if p.log_rate_limit_in_bytes_per_second == -1 }
    }

    port_check = {
      title      = "A port check where http would do"
      advice     = "An open port shows little: a hung app keeps it open. Set health_check to http with an endpoint."
      severity   = "low"
      parameters = {}
      looked_at  = local.number.running_web
      unknown    = 0
      found      = { for p in local.running_web : p.guid => "health check \"port\"" if try(p.health_check.type, "") == "port" }
    }

    much_memory = {
      title      = "More than ${var.max_memory_in_mb} MB of memory an instance"
      advice     = "Large instances are hard to place and slow to move. See whether the app needs it."
      severity   = "low"
      parameters = { max_memory_in_mb = var.max_memory_in_mb }
      looked_at  = local.number.judged
      unknown    = 0
      found = {
        for p in local.list : p.guid => "${p.memory_in_mb} MB"
        if p.memory_in_mb == null ? false : p.memory_in_mb > var.max_memory_in_mb
      }
    }

    missing_labels = {
      title      = "Missing labels"
      advice     = "Without ${join(", ", var.required_labels)} nobody knows whom to ask. Set metadata.labels."
      severity   = "low"
      parameters = { required_labels = join(", ", var.required_labels) }
      looked_at  = local.number.judged
      unknown    = 0
      found = merge([
        for labels, guids in local.label_sets : { for guid in guids : guid => "no ${local.missing[labels]}" } if local.missing[labels] != ""
      ]...)
    }
  }

  severity = merge(
    { for name, policy in local.every_policy : name => policy.severity },
    var.severities,
    { for name in keys(local.instance_policies) : name => "off" if !var.include_instances },
  )
  # The most severe first.
  order = flatten([
    for severity in ["high", "medium", "low"] : [for name in keys(local.every_policy) : name if local.severity[name] == severity]
  ])
}
