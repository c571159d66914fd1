# The settings that differ from run to run. The policies are set in main.tf.

variable "title" {
  description = "Title of the report."
  type        = string
  default     = "Cloud Foundry audit"
}

variable "reader" {
  description = "Who reads the foundation, as shown in the report."
  type        = string
  default     = null
}

variable "about" {
  description = "Further lines of the report's head, such as the version of Terraform or the number of the build."
  type        = map(string)
  default     = {}
}

variable "organization_names" {
  description = "Names of the organizations to read. Null: all that the reader may see."
  type        = list(string)
  default     = null
}

variable "enforced" {
  description = "Policies whose findings are an error and not a warning, for pipelines: names from module/policies.tf."
  type        = set(string)
  default     = []
}
