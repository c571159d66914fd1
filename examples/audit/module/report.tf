# The report: what the page shows, as JSON.

# A link of any process has the API's address.
data "cf_processes" "first" {
  guids      = [for place, p in local.list : p.guid if place == 0]
  attributes = ["links"]
}

locals {
  api = one([for p in data.cf_processes.first.processes : try(regex("^https?://[^/]+", p.links.self.href), null)])

  history = slice(
    concat(var.history, [{ read_at = plantimestamp(), counts = local.counts }]),
    max(0, length(var.history) + 1 - 100), length(var.history) + 1
  )

  # The version of the provider, as terraform init locked it.
  provider_version = try(regex("/cf-process/cf\" \\{\\s*version\\s*=\\s*\"([^\"]+)\"", file("${path.root}/.terraform.lock.hcl"))[0], null)

  filters = concat(
    [for value in var.organization_guids == null ? [] : [var.organization_guids] : "organizations ${join(", ", value)}"],
    [for value in var.organization_names == null ? [] : [var.organization_names] : "organizations ${join(", ", value)}"],
    [for value in var.space_names == null ? [] : [var.space_names] : "spaces ${join(", ", value)}"],
    [for value in var.app_names == null ? [] : [var.app_names] : "apps ${join(", ", value)}"],
    [for value in var.label_selector == null ? [] : [var.label_selector] : "processes with the labels ${value}"],
  )

  about = concat([
    for label, text in {
      "Foundation" = var.foundation != null ? var.foundation : local.api
      "Read by"    = var.reader
    } : [label, text] if text != null
    ], [
    ["What was read", length(local.filters) == 0 ? "all that the reader may see" : "only ${join("; ", local.filters)}"],
    ["Instances", !var.include_instances ? "not looked at" : local.number_unseen == 0 ? "all looked at" : "not all could be read"],
    ], [
    for label, text in { "Provider" = local.provider_version } : [label, "cf ${text}"] if text != null
  ], [for label, text in var.about : [label, text]])

  notes = concat(
    length(local.in_flight_apps) == 0 ? [] : [
      "A deployment was in flight: ${length(local.in_flight_apps)} ${length(local.in_flight_apps) == 1 ? "app" : "apps"} had an old and a new web process. Only the new one is judged; totals count both. ${join(", ", slice(local.in_flight_apps, 0, min(5, length(local.in_flight_apps))))}${length(local.in_flight_apps) > 5 ? ", …" : ""}"
    ],
    !var.include_instances || local.number_unseen == 0 ? [] : [
      "The instances of ${local.number_unseen} processes could not be read: whether they crashed is not known."
    ],
  )

  # The template holds nothing but the places for two texts of JSON. jsonencode
  # writes <, > and & as \u003c, \u003e and \u0026, so no name can end the script
  # element.
  report = templatefile("${path.module}/report.html.tftpl", {
    findings = base64gzip(local.findings)
    data = replace(jsonencode({
      title         = var.title
      read_at       = plantimestamp()
      about         = local.about
      notes         = local.notes
      foundation    = local.foundation
      organizations = local.organizations
      spaces        = local.spaces
      history       = local.history
      policies = [
        for name in local.order : {
          name       = name, title = local.every_policy[name].title, advice = local.every_policy[name].advice
          severity   = local.severity[name]
          count      = local.counts[name], waived = length(local.waived[name])
          looked_at  = local.every_policy[name].looked_at, unknown = local.every_policy[name].unknown
          parameters = [for parameter, value in local.every_policy[name].parameters : [parameter, value]]
        }
      ]
    }), "/[\\p{C}\\p{Zl}\\p{Zp}]/", "\uFFFD")
  })
}
