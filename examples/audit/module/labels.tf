# What follows from the labels of a process, once for each set of labels.

locals {
  label_sets = { for row in local.rows : row.labels => true... }
  label_maps = { for labels in keys(local.label_sets) : labels => jsondecode(labels) }

  missing = {
    for labels, map in local.label_maps : labels => join(", ", setsubtract(var.required_labels, try(keys(map), [])))
  }
  owner = {
    for labels, map in local.label_maps : labels => replace(try(map[var.owner_label], ""), "/${local.unprintable}/", "\uFFFD")
  }

  # The waivers by policy, "" for none. The value of the label is the reason, and
  # a date its last day.
  waivers = {
    for labels, map in local.label_maps : labels => {
      for name in local.order : name => replace(
        try(coalesce(map["${var.waiver_label_prefix}${name}"], "no reason"), ""), "/${local.unprintable}/", "\uFFFD"
      )
    }
  }
  ended = {
    for reason in toset(flatten([for waivers in local.waivers : values(waivers)])) :
    reason => try(timecmp("${reason}T23:59:59Z", plantimestamp()) < 0, false)
  }
  waiver = {
    for labels, waivers in local.waivers : labels => {
      for name, reason in waivers : name => {
        reason = local.ended[reason] ? "" : reason
        note   = local.ended[reason] ? " (was waived until ${reason})" : ""
      }
    }
  }
}
