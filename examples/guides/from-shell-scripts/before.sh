#!/usr/bin/env bash
# The memory of all processes of a space, in MB.
set -euo pipefail

space="$(cf space production --guid)"
path="/v3/processes?space_guids=$space&per_page=100"
total=0
while [ -n "$path" ]; do
  page="$(cf curl "$path")"
  memory="$(jq '[.resources[] | .instances * .memory_in_mb] | add // 0' <<< "$page")"
  total=$((total + memory))
  path="$(jq -r '.pagination.next.href // "" | sub("^https?://[^/]+"; "")' <<< "$page")"
done
echo "$total"
