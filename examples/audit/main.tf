# An audit of a whole foundation: what runs, what it takes, and where it strays
# from the policies. It changes nothing.
#
#   terraform init
#   terraform apply
#   terraform output -raw report > report.html

terraform {
  required_version = ">= 1.5.0" # for check blocks and plantimestamp()

  required_providers {
    cf = {
      source = "cf-process/cf"
    }
  }
}

# The API and the credential come from the environment, or from `cf login`. A
# role for the whole foundation, such as Global Auditor, sees all of it.
provider "cf" {}

# module/variables.tf has everything that can be set here.
module "audit" {
  source = "./module"

  title              = var.title
  reader             = var.reader
  about              = var.about
  organization_names = var.organization_names
  enforced           = var.enforced

  # The counts of earlier runs, for the trend. To keep those of this run:
  #   terraform output -json history > history.json
  history = try(jsondecode(file("${path.root}/history.json")), [])
}
