#!/usr/bin/env bash
# A platform in miniature, or in full: find its planted networks, and keep the ledger of two waves.
#   bash examples/herculean.sh FOLDER                                  20,000 accounts: seconds
#   bash examples/herculean.sh FOLDER --accounts 1000000 --groups 30000
# All that it does are commands; herculean.toml says of what. Nothing here suspends anybody.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
folder="$1"
shift
[ $# -gt 0 ] || set -- --accounts 20000 --groups 300
read -r -a lockstep <<<"${LOCKSTEP:-$here/../.venv/bin/lockstep}"

mkdir -p "$folder"
cp "$here/herculean.toml" "$folder"
cd "$folder"
"${lockstep[@]}" simulate --config herculean.toml "$@"
"${lockstep[@]}" sweep --config herculean.toml
"${lockstep[@]}" evaluate runs truth.csv --resamples 20
for wave in wave-1.csv wave-2.csv; do
  "${lockstep[@]}" ledger record store "$wave"
done
"${lockstep[@]}" ledger show store
