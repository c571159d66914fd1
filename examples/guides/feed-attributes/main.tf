terraform {
  required_version = ">= 1.4.0" # for terraform_data

  required_providers {
    cf = {
      source = "cf-process/cf"
    }
  }
}

data "cf_process" "web" {
  app_guid = "a9900000-0000-4000-8000-000000000001"
}

# Into another process: the worker gets as much memory as the web process has.
resource "cf_process" "worker" {
  app_guid     = data.cf_process.web.app_guid
  type         = "worker"
  memory_in_mb = data.cf_process.web.memory_in_mb
}

# Into what has to happen anew after a deployment, which gives the web process a
# new GUID. terraform_data stands for any resource.
resource "terraform_data" "after_deployment" {
  triggers_replace = data.cf_process.web.guid
}

# A command only when it is one: where the API hides it, it is null, and what
# would be fed with null fails here and not later.
resource "terraform_data" "command" {
  input = data.cf_process.web.command

  lifecycle {
    precondition {
      condition     = !data.cf_process.web.command_redacted
      error_message = "The API hides the command: the user needs the role Space Developer."
    }
  }
}
