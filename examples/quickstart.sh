#!/usr/bin/env bash
# From an export file to ranked clusters with evidence.
#   bash examples/quickstart.sh            a real log if ../shared is there, else a made-up one
#   bash examples/quickstart.sh FILE ...   your own file; further options go to `lockstep ingest`
# Store and runs go to build/quickstart, made anew each time, or to $LOCKSTEP_QUICKSTART.
set -euo pipefail
here="$PWD"
cd "$(dirname "$0")/.."
source .ci/setup.sh
setup_system
setup_ccache
mkdir -p build
setup_python run

lockstep=.venv/bin/lockstep
folder="${LOCKSTEP_QUICKSTART:-build/quickstart}"
store=$folder/store
runs=$folder/runs
rm -rf "$folder"
mkdir -p "$folder"

truth=""
options=()
real=../shared/data/german-elections/actions.parquet
if [ $# -gt 0 ]; then
  case "$1" in /*) log="$1" ;; *) log="$here/$1" ;; esac
  shift
  options=("$@")
elif [ -f "$real" ]; then
  log="$real"
  echo "Input: posts of the 2021 German federal election campaign (Righetti et al. 2022)."
else
  log=$folder/log.parquet
  truth=$folder/truth.csv
  echo "Input: a made-up log with planted groups; ../shared/data is not here."
  "$lockstep" simulate "$log" --truth "$truth" --seed 7
fi

echo
"$lockstep" ingest "$store" "$log" "${options[@]}"
echo
"$lockstep" sweep "$store" --out "$runs"
if [ -n "$truth" ]; then
  echo
  echo "The truth, beside the result (planted accounts by cluster):"
  .venv/bin/python examples/compare_with_truth.py "$runs/latest" "$truth"
fi
cat <<END

Try next:
  $lockstep clusters $runs/latest C-0001        who is in the first cluster
  $lockstep explain $runs/latest ACCOUNT OTHER  what is behind an edge, object by object
  $lockstep sweep $store --window 10s --fdr 0.01 --out $runs
  $lockstep --help
END
