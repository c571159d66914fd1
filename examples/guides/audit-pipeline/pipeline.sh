#!/usr/bin/env bash
set -euo pipefail
terraform init -input=false

# One JSON object per line. Failed checks do not fail the plan.
terraform plan -input=false -json -out=audit.tfplan > audit.jsonl
jq -r 'select(.type == "diagnostic") | .diagnostic | "\(.severity): \(.detail)"' audit.jsonl

# The status of every check.
terraform show -json audit.tfplan | jq -r '.checks[] | "\(.status) \(.address.to_display)"'

# Exits with 1 if there is a finding, and so does the job.
terraform plan -input=false -var enforce=true
