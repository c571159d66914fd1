variable "cf_api_url" {
  description = "Root of the Cloud Foundry API, like https://api.example.org."
  type        = string
}

variable "cf_client_id" {
  description = "OAuth client of the pipeline."
  type        = string
}

variable "cf_client_secret" {
  description = "Secret of the client; set it with TF_VAR_cf_client_secret."
  type        = string
  sensitive   = true
}

provider "cf" {
  api_url          = var.cf_api_url
  cf_client_id     = var.cf_client_id
  cf_client_secret = var.cf_client_secret

  # For a slow foundation: the time limit of one attempt of a request, and how many
  # times it is retried after a transient failure.
  request_timeout = "1m"
  max_retries     = 8
}
