# A separate command for one process. The other one is reset, with "", to the
# command that the buildpack detects.
resource "cf_process" "worker" {
  app_guid = "a9900000-0000-4000-8000-000000000001"
  type     = "worker"
  command  = "bundle exec sidekiq --concurrency 10"
}

resource "cf_process" "web" {
  app_guid = "a9900000-0000-4000-8000-000000000001"
  command  = ""
}
