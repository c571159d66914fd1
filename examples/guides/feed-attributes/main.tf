terraform {
  required_version = ">= 1.4.0" # for terraform_data

  required_providers {
    cf = {
      source = "cf-process/cf"
    }
  }
}

data "cf_process" "web" {
  app_name          = "storefront"
  space_name        = "production"
  organization_name = "retail"
}

# The worker gets as much memory as the web process has.
resource "cf_process" "worker" {
  app_guid     = data.cf_process.web.app_guid
  type         = "worker"
  memory_in_mb = data.cf_process.web.memory_in_mb
}

# Replaced after each deployment, which gives the web process a new GUID.
# terraform_data stands for any resource.
resource "terraform_data" "after_deployment" {
  triggers_replace = data.cf_process.web.guid
}

# A hidden command is null. The precondition fails before another resource gets
# the null.
resource "terraform_data" "command" {
  input = data.cf_process.web.command

  lifecycle {
    precondition {
      condition     = !data.cf_process.web.command_redacted
      error_message = "The API hides the command: the user needs the role Space Developer."
    }
  }
}
