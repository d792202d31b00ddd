#!/usr/bin/env bash
# Makes dist/lockstep-*-manylinux*.whl, which carries RocksDB, TBB and what they need, and runs
# where those are not installed. For the C library of this machine or a newer one.
set -euo pipefail
cd "$(dirname "$0")/.."
source .ci/setup.sh
setup_system
setup_ccache
setup_python

tools="build/wheel-tools"
stamp="$tools/$(sha256sum .ci/requirements-wheel.txt | cut -c1-16)"
if [ ! -f "$stamp" ]; then
  say "installing the tools for wheels"
  "$(find_python)" -m venv "$tools"
  "$tools/bin/pip" install -q --disable-pip-version-check -r .ci/requirements-wheel.txt
  touch "$stamp"
fi
rm -rf build/raw-wheel
say "building the wheel"
.venv/bin/pip wheel -q --disable-pip-version-check --no-build-isolation --no-deps -w build/raw-wheel .
say "adding its libraries"
PATH="$PWD/$tools/bin:$PATH" "$tools/bin/auditwheel" repair --strip -w dist build/raw-wheel/*.whl >&2
ls -l dist/*.whl
