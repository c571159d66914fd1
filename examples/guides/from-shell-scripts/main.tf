terraform {
  required_providers {
    cf = {
      source = "cf-process/cf"
    }
  }
}

data "cf_processes" "space" {
  space_names        = ["production"]
  organization_names = ["retail"]
  attributes         = ["instances", "memory_in_mb"]
}

output "memory_in_mb" {
  value = sum(concat([0], [for p in data.cf_processes.space.processes : p.instances * p.memory_in_mb]))
}
