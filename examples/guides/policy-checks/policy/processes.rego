package main

import rego.v1

# A plan must not leave a web process with a single instance.
deny contains msg if {
	some change in input.resource_changes
	change.mode == "managed"
	change.type == "cf_process"
	change.change.after.type == "web"
	change.change.after.instances < 2
	msg := sprintf("%s: %d instances, want at least 2", [change.address, change.change.after.instances])
}

# The foundation should not have processes that may log without limit.
warn contains msg if {
	some resource in input.prior_state.values.root_module.resources
	resource.mode == "data"
	resource.type == "cf_processes"
	some process in resource.values.processes
	process.space_name == "production"
	process.log_rate_limit_in_bytes_per_second == -1
	msg := sprintf("%s/%s: no log rate limit", [process.space_name, process.app_name])
}
