#!/usr/bin/env bash
# Sets up, builds, and runs all tests: ctest, pytest and the end-to-end test.
#   bash tests/run.sh              the fast suite
#   bash tests/run.sh slow         the slow ones as well
#   bash tests/run.sh sanitizers   the C++ tests under asan+ubsan, then tsan
set -euo pipefail
cd "$(dirname "$0")/.."
source .ci/setup.sh
setup_system
setup_ccache

ctest_under() {
  local preset="$1"
  say "building the C++ tests ($preset)"
  cmake --preset "$preset" -DLOCKSTEP_BUILD_BENCH=$([ "$preset" = release ] && echo ON || echo OFF) \
    >build/cmake-"$preset".log || { cat build/cmake-"$preset".log; die "configuring failed"; }
  cmake --build --preset "$preset" -- -k 0
  ctest --preset "$preset" -j "$(nproc)" --timeout 600
}

mkdir -p build
case "${1:-fast}" in
  fast) markers="not slow" ;;
  slow) markers="" ;;
  sanitizers) ctest_under asan; ctest_under tsan; exit ;;
  *) die "unknown argument '$1'; give nothing, slow or sanitizers" ;;
esac

setup_python tests
ctest_under release
say "pytest"
.venv/bin/python -m pytest -m "$markers"
