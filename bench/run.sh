#!/usr/bin/env bash
# Builds the benches and runs them. Give it the machine alone.
#   bash bench/run.sh              everything, with the peers: some hours and 30 GB of disk
#   bash bench/run.sh quick        small inputs: minutes
#   bash bench/run.sh peers WORD   the peers' table alone; only cells with a task, input or tool WORD
# Our own programs print one JSON line a case (build/bench/lines.jsonl); the peers end in one table
# (build/bench/results/table.md). No result that does not verify is printed with a time.
set -euo pipefail
cd "$(dirname "$0")/.."
source .ci/setup.sh
setup_system
setup_ccache
mkdir -p build/bench/inputs build/bench/results
setup_python run
cmake --preset release -DLOCKSTEP_BUILD_BENCH=ON >/dev/null
cmake --build --preset release >/dev/null
what="${1:-all}"
[ $# -gt 0 ] && shift
inputs=build/bench/inputs
programs=build/release/bench

setup_peers() {
  local stamp="build/peers/$(sha256sum bench/peers/requirements.txt | cut -c1-16)"
  [ -f "$stamp" ] && return
  say "installing the peers"
  "$(find_python)" -m venv build/peers
  build/peers/bin/pip install -q --disable-pip-version-check -r bench/peers/requirements.txt
  touch "$stamp"
}

# Makes an input folder by a command that gets its path last, unless it is there already.
input() {
  local folder="$inputs/$1"
  shift
  [ -d "$folder" ] && return
  say "making $folder"
  mkdir -p "$folder.part"
  "$@" "$folder.part"
  mv "$folder.part" "$folder"
}

make_inputs() {
  local graphs="$programs/make_graph" logs="$programs/make_log" python=build/peers/bin/python
  input log-1m "$logs" 1000000
  input kronecker-16 "$graphs" kronecker 16 16
  if [ -d ../shared/data ]; then
    input ego-facebook "$python" bench/peers/real_graph.py ego-facebook
    input higgs "$python" bench/peers/real_graph.py higgs
    input russian-coord-tweets "$python" bench/peers/real_log.py
  fi
  [ "$what" = quick ] && return
  input log-10m "$logs" 10000000
  input kronecker-20 "$graphs" kronecker 20 16
  input kronecker-22 "$graphs" kronecker 22 16
  input lfr-100k "$graphs" lfr 100000
  input lfr-1m "$graphs" lfr 1000000
}

# Our own programs; the sizes of the quick run show that they work, not how fast they are.
own() {
  local actions=10000000 scales="20 22" vertices="100000 1000000"
  [ "$what" = quick ] && actions=1000000 scales=16 vertices=20000
  local folder="build/bench/log-$actions"
  mkdir -p "$folder"
  echo "{\"commit\":\"$(git rev-parse --short HEAD)\",\"cpu\":\"$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1)\",\"cores\":$(nproc)}"
  "$programs"/coaction_bench "$actions"
  "$programs"/bipartite_bench "$actions"
  "$programs"/graph_bench
  for scale in $scales; do
    "$programs"/snapshot_bench "$scale"
    "$programs"/kernels_bench "$scale"
  done
  for n in $vertices; do "$programs"/community_bench lfr "$n" 1; done
  "$programs"/store_bench "$actions" "$folder"
  "$programs"/neighbour_bench "$actions" "$folder"
  "$programs"/make_log "$actions" "$folder"
  .venv/bin/python bench/pipeline_bench.py "$actions" "$folder"
}

[ "$what" = peers ] || own | tee build/bench/lines.jsonl
setup_peers
make_inputs
build/peers/bin/python bench/peers/run.py "$inputs" build/bench/results "$@"
