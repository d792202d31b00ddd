#!/usr/bin/env bash
# Sets up, builds, and runs all tests: ctest, pytest and the end-to-end test.
#   bash tests/run.sh              the fast suite
#   bash tests/run.sh slow         the slow ones as well
#   bash tests/run.sh sanitizers   the C++ tests under asan+ubsan, then tsan
set -euo pipefail
cd "$(dirname "$0")/.."
source .ci/setup.sh
setup_system
setup_watchers
setup_ccache

ctest_under() {
  local preset="$1"
  say "building the C++ tests ($preset)"
  CXX="${CXX:-g++}" cmake --preset "$preset" -DLOCKSTEP_BUILD_BENCH=$([ "$preset" = release ] && echo ON || echo OFF) \
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

# Peers whose answers the slow tests compare with; they want older packages than ours.
setup_peers() {
  local stamp="build/backbone-peers/$(sha256sum .ci/requirements-peers.txt | cut -c1-16)"
  [ -f "$stamp" ] && return
  say "installing the peers of the slow tests"
  "$(find_python)" -m venv build/backbone-peers
  build/backbone-peers/bin/pip install -q --disable-pip-version-check \
    -r .ci/requirements-peers.txt
  touch "$stamp"
}

setup_python tests
[ "${1:-fast}" = slow ] && setup_peers
ctest_under release
say "pytest"
# A file of tests goes to one process, so that what it makes is made once.
.venv/bin/python -m pytest -m "$markers" -n "$(nproc)" --dist loadfile
