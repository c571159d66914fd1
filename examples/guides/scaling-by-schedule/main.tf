terraform {
  required_providers {
    cf = {
      source = "cf-process/cf"
    }
  }
}

variable "instances" {
  description = "How many instances to run. Null leaves the number as it is."
  type        = number
  default     = null
}

resource "cf_process" "web" {
  app_guid     = "a9900000-0000-4000-8000-000000000002" # cf app NAME --guid
  memory_in_mb = 1024
  instances    = var.instances
}
