# Each map that is set is the whole map: a label that goes here goes there.
# Annotations are not set, so those of others stay.
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
