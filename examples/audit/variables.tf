variable "organization_guids" {
  description = "Organizations to look at. Null: all that the reader may see."
  type        = list(string)
  default     = null
}

variable "title" {
  description = "What the report is of."
  type        = string
  default     = "Cloud Foundry audit"
}

variable "production_spaces" {
  description = "Which spaces are production: a regular expression on the name in lower case."
  type        = string
  default     = "^(prod|live)" # not pre-production, not non-prod
}

variable "min_web_instances" {
  description = "Instances that a web process in production has at least."
  type        = number
  default     = 2
}

variable "max_memory_in_mb" {
  description = "Memory that an instance has at most, in MB."
  type        = number
  default     = 2048
}

variable "required_labels" {
  description = "Labels that every process has."
  type        = set(string)
  default     = ["team"]
}

variable "crash_check" {
  description = <<-EOT
    Whose instances to look at for crashes. Only this policy takes one or two
    requests for each process, so it looks at some: the web processes in
    production ("production"), those that any other policy names ("findings"), or
    none ("none"); of these the limit that changed last, since what crashes is
    mostly what was changed.
  EOT
  type = object({
    scope = optional(string, "production")
    limit = optional(number, 50)
  })
  default = {}

  validation {
    condition     = contains(["production", "findings", "none"], var.crash_check.scope)
    error_message = "The scope is \"production\", \"findings\" or \"none\"."
  }
}

variable "enforced" {
  description = "Policies whose findings are an error and not a warning, for pipelines: names from policies.tf."
  type        = set(string)
  default     = []
}
