#!/usr/bin/env bash
set -euo pipefail
terraform init -input=false

# A line of JSON for each event. The plan succeeds, whatever the checks say.
terraform plan -input=false -json -out=audit.tfplan > audit.jsonl
jq -r 'select(.type == "diagnostic") | .diagnostic | "\(.severity): \(.detail)"' audit.jsonl

# Every check with its status, also those that pass.
terraform show -json audit.tfplan | jq -r '.checks[] | "\(.status) \(.address.to_display)"'

# Ends with 1 when there is a finding, and so does the job.
terraform plan -input=false -var enforce=true
