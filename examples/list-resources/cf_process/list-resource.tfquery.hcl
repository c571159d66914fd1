# terraform query -generate-config-out=processes.tf
list "cf_process" "production" {
  provider = cf

  config {
    types          = ["web"]
    label_selector = "environment=production"
  }
}
