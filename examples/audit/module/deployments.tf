# A rolling deployment in flight: until it ends the app has two web processes, or
# more where it was deployed again meanwhile, the new one last in the list. The
# others go, so no policy judges them; the instances of all count for the app.

locals {
  web_of = { for row in local.rows : row.app_guid => row... if row.type == "web" }
  in_flight = toset(flatten([
    for app_guid, webs in local.web_of : [for place, web in webs : app_guid if place == 1]
  ]))
  deploying = merge([
    for app_guid in local.in_flight : {
      for place, web in local.web_of[app_guid] : "${web.organization}/${web.space}/${web.app}/${web.type}/${web.guid}" => merge(web, {
        app_instances = sum(local.web_of[app_guid][*].instances)
        leaving       = place < length(local.web_of[app_guid]) - 1
        note          = " (deployment in flight)"
      })
    }
  ]...)
}
