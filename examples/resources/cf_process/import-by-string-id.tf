import {
  to = cf_process.web
  id = "a9900000-0000-4000-8000-000000000001/web"
}
