# What is read

variable "organization_guids" {
  description = "GUIDs of the organizations to read. Null: all that the reader may see."
  type        = list(string)
  default     = null
}

variable "organization_names" {
  description = "Names of the organizations to read. Null: all that the reader may see."
  type        = list(string)
  default     = null
}

variable "space_names" {
  description = "Names of the spaces to read, in any organization. Null: all."
  type        = list(string)
  default     = null
}

variable "app_names" {
  description = "Names of the apps to read, in any space. Null: all."
  type        = list(string)
  default     = null
}

variable "label_selector" {
  description = "Labels that a process has to have to be read, such as \"tier=gold\". Null: all."
  type        = string
  default     = null
}

variable "include_instances" {
  description = "Whether to look at the instances, for the policies crashed and nothing_runs."
  type        = bool
  default     = true
  nullable    = false
}

variable "crash_details" {
  description = "For how many processes with a crashed instance to request the details: one request each."
  type        = number
  default     = 20
  nullable    = false
}

# Policies

variable "production_spaces" {
  description = "Which spaces are production: a regular expression on the name in lower case."
  type        = string
  default     = "^(prod|live)" # not pre-production, not non-prod
  nullable    = false
}

variable "min_web_instances" {
  description = "Instances that a web process in production has at least."
  type        = number
  default     = 2
  nullable    = false
}

variable "max_memory_in_mb" {
  description = "Memory that an instance has at most, in MB."
  type        = number
  default     = 2048
  nullable    = false
}

variable "required_labels" {
  description = "Labels that every process has."
  type        = set(string)
  default     = ["team"]
  nullable    = false
}

variable "severities" {
  description = "The severity of a policy where it differs from policies.tf: high, medium, low, or off for none of it."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for severity in values(var.severities) : contains(["high", "medium", "low", "off"], severity)])
    error_message = "A severity is \"high\", \"medium\", \"low\" or \"off\"."
  }
}

variable "enforced" {
  description = "Policies whose findings are an error and not a warning, for pipelines: names from policies.tf."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "owner_label" {
  description = "The label whose value is the owner of a process."
  type        = string
  default     = "team"
  nullable    = false
}

variable "waiver_label_prefix" {
  description = <<-EOT
    Before the name of a policy it makes the label that waives the policy for a
    process, such as waive_few_instances. The label's value is the reason, a
    ticket for instance; a date (2026-12-31) is the last day of the waiver.
  EOT
  type        = string
  default     = "waive_"
  nullable    = false
}

# The report

variable "title" {
  description = "Title of the report."
  type        = string
  default     = "Cloud Foundry audit"
  nullable    = false
}

variable "foundation" {
  description = "Name of the foundation in the report. Null: the API's address."
  type        = string
  default     = null
}

variable "reader" {
  description = "Who reads the foundation, as shown in the report: the provider does not know it."
  type        = string
  default     = null
}

variable "about" {
  description = "Further lines of the report's head, such as the version of Terraform or the number of the build."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "history" {
  description = "The output history of the run before, for the trend. The last 100 runs are kept."
  type        = list(object({ read_at = string, counts = map(number) }))
  default     = []
  nullable    = false
}
