# What follows from the labels of a process, once for each set of labels.

locals {
  labels_of  = { for p in local.list : p.guid => jsonencode(p.metadata[*].labels) }
  label_sets = { for guid, labels in local.labels_of : labels => guid... }
  label_maps = { for labels in keys(local.label_sets) : labels => one(jsondecode(labels)) }

  missing = {
    for labels, map in local.label_maps : labels => join(", ", setsubtract(var.required_labels, try(keys(map), [])))
  }
  owner = { for labels, map in local.label_maps : labels => try(map[var.owner_label], "") }

  # The waivers. The value of the label is the reason, and a date its last day.
  reasons = {
    for labels, map in local.label_maps : labels => {
      for name in local.order : name => coalesce(map["${var.waiver_label_prefix}${name}"], "no reason")
      if can(map["${var.waiver_label_prefix}${name}"])
    } if strcontains(labels, var.waiver_label_prefix)
  }
  waivers = flatten([
    for labels, reasons in local.reasons : [
      for name, reason in reasons : [
        for guid in local.label_sets[labels] : { policy = name, guid = guid, reason = reason }
      ]
    ]
  ])
  ended = {
    for reason, waivers in { for w in local.waivers : w.reason => true... } :
    reason => try(timecmp("${reason}T23:59:59Z", plantimestamp()) < 0, false)
  }
}
