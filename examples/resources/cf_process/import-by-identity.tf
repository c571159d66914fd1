import {
  to = cf_process.web
  identity = {
    app_guid = "a9900000-0000-4000-8000-000000000001"
    type     = "web"
  }
}
