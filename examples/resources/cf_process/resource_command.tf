# A command of its own for one process, and for the other the one that the
# buildpack found: "" gives it back.
resource "cf_process" "worker" {
  app_guid = "a9900000-0000-4000-8000-000000000001"
  type     = "worker"
  command  = "bundle exec sidekiq --concurrency 10"
}

resource "cf_process" "web" {
  app_guid = "a9900000-0000-4000-8000-000000000001"
  command  = ""
}
