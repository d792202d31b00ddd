#!/usr/bin/env bash
# Builds the benches and runs them: bash bench/run.sh [actions, default 10000000]
# Prints one JSON line a case. Give it the machine alone.
set -euo pipefail
cd "$(dirname "$0")/.."
source .ci/setup.sh
setup_system
setup_ccache
mkdir -p build
setup_python run
cmake --preset release -DLOCKSTEP_BUILD_BENCH=ON >/dev/null
cmake --build --preset release >/dev/null
actions="${1:-10000000}"
folder=build/bench-$actions
mkdir -p "$folder"
echo "{\"commit\":\"$(git rev-parse --short HEAD)\",\"cpu\":\"$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1)\",\"cores\":$(nproc)}"
build/release/bench/coaction_bench "$actions"
build/release/bench/graph_bench
build/release/bench/snapshot_bench
build/release/bench/kernels_bench 20
build/release/bench/kernels_bench 22
build/release/bench/store_bench "$actions" "$folder"
build/release/bench/make_log "$actions" "$folder"
.venv/bin/python bench/pipeline_bench.py "$actions" "$folder"
