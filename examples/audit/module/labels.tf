# What follows from the labels of a process, once for each set of labels.

locals {
  labels_of  = { for p in local.list : p.guid => jsonencode(p.metadata[*].labels) }
  label_sets = { for guid, labels in local.labels_of : labels => guid... }
  label_maps = { for labels in keys(local.label_sets) : labels => one(jsondecode(labels)) }

  missing = {
    for labels, map in local.label_maps : labels => join(", ", setsubtract(var.required_labels, try(keys(map), [])))
  }
  owner = { for labels, map in local.label_maps : labels => try(map[var.owner_label], "") }

  # The waivers by policy, with "" for none. The value of the label is the reason,
  # and a date its last day.
  waivers = {
    for labels, map in local.label_maps : labels => {
      for name in local.order : name => try(coalesce(map["${var.waiver_label_prefix}${name}"], "no reason"), "")
    }
  }
  reasons = { for reason in flatten([for waivers in local.waivers : values(waivers)]) : reason => true... }
  ended   = { for reason in keys(local.reasons) : reason => try(timecmp("${reason}T23:59:59Z", plantimestamp()) < 0, false) }
  waiver = {
    for labels, waivers in local.waivers : labels => {
      for name, reason in waivers : name => {
        reason = local.ended[reason] ? "" : reason
        note   = local.ended[reason] ? " (was waived until ${reason})" : ""
      }
    }
  }
}
