output "log_rate_limit_in_bytes_per_second" {
  value = provider::cf::bytes("16K") # 16384
}

output "unlimited" {
  value = provider::cf::bytes("-1") # -1
}
