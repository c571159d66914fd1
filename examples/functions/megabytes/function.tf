output "memory_in_mb" {
  value = provider::cf::megabytes("1G") # 1024
}
