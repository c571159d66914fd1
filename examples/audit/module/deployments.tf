# A rolling deployment in flight: until it ends the app has two web processes, or
# more where it was deployed again meanwhile. No policy judges the older ones,
# which go; the instances of all count for the app.

locals {
  # A process without an app cannot be deployed.
  web_of = { for p in local.list : p.app_guid == null ? p.guid : p.app_guid => p... if p.type == "web" }

  in_flight = [for app_guid, webs in local.web_of : app_guid if can(webs[1])]
  leaving = flatten([
    for app_guid in local.in_flight : [for place, web in local.web_of[app_guid] : web.guid if place > 0]
  ])
  arriving = { for app_guid in local.in_flight : local.web_of[app_guid][0].guid => sum(local.web_of[app_guid][*].instances) }
  # All of these.
  moving = { for guid in concat(local.leaving, keys(local.arriving)) : guid => true }

  in_flight_apps = sort([
    for guid in keys(local.arriving) : join("/", [for name in [
      local.by_guid[guid].organization_name, local.by_guid[guid].space_name, local.by_guid[guid].app_name
    ] : name == null ? "(unknown)" : replace(name, local.unprintable, "\uFFFD")])
  ])
}
