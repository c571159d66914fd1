# A mock replaces the provider, so the test needs no foundation and no credential.
# Set what the module reads but does not configure.
mock_provider "cf" {
  mock_resource "cf_process" {
    defaults = {
      guid = "9c0ce550-0000-4000-8000-000000000001"
      type = "web"
      # OpenTofu requires every attribute of a nested object.
      health_check = {
        type = "port"
        data = { timeout = 60, invocation_timeout = 1, interval = 30, endpoint = "" }
      }
    }
  }
}

variables {
  app_guid = "a9900000-0000-4000-8000-000000000001"
}

# The output of the child module, with the attributes that the module uses.
override_module {
  target = module.processes
  outputs = {
    all = [
      { type = "web", instances = 2 },
      { type = "worker", instances = 1 },
    ]
  }
}

run "small" {
  assert {
    condition     = cf_process.web.memory_in_mb == 512
    error_message = "A small app has 512 MiB."
  }
  assert {
    condition     = length(output.single_instances) == 1 && output.single_instances[0] == "worker"
    error_message = "The worker alone runs a single instance."
  }
  assert {
    condition     = output.health_check == "port"
    error_message = "The health check is ${output.health_check}, not port."
  }
}

run "large" {
  command = plan
  variables {
    size = "large"
  }
  assert {
    condition     = cf_process.web.instances == 4
    error_message = "A large app has 4 instances."
  }
}
