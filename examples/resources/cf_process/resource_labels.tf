# A map that you set is the whole map: a label that you remove here is removed from
# the process. The annotations are left out, so they stay as they are.
resource "cf_process" "worker" {
  app_guid = "a9900000-0000-4000-8000-000000000001"
  type     = "worker"

  metadata = {
    labels = {
      environment        = "production"
      "example.org/team" = "storefront"
    }
  }
}
