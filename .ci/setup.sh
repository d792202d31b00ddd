# Sets the machine up; sourced by tests/run.sh and examples/quickstart.sh from the project's root.
# Installs what is missing with apt, makes .venv, builds and installs the package into it.
# Quick when nothing has changed. `setup_python tests` adds the tools that only the tests need.

say() { printf '\033[2m%s\033[0m\n' "$*" >&2; }
die() { printf 'lockstep set-up: %s\n' "$*" >&2; exit 1; }

RUN_PACKAGES="g++ cmake ninja-build pkg-config ccache python3-dev python3-venv
  librocksdb-dev libtbb-dev libeigen3-dev libboost-graph-dev libgtest-dev libsodium-dev"

# A package name counts as there when dpkg says so: one fast call, no network.
setup_system() {
  command -v dpkg-query >/dev/null || die "this needs Debian's packages: $(echo $RUN_PACKAGES $*)"
  local missing=""
  for package in $RUN_PACKAGES "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
      missing="$missing $package"
  done
  [ -z "$missing" ] && return
  say "installing$missing"
  local root=""
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || die "not root and no sudo: ask for apt-get install$missing"
    root="sudo"
  fi
  $root apt-get update -qq || die "apt-get update failed; the packages needed are$missing"
  DEBIAN_FRONTEND=noninteractive $root apt-get install -y -qq --no-install-recommends $missing \
    >/dev/null || die "apt-get install failed for$missing"
}

# What tests of the explorer look with, where it can be had; they are skipped without it.
setup_watchers() {
  command -v chromium >/dev/null || (setup_system chromium) ||
    say "no chromium: the explorer's browser tests are skipped"
  command -v strace >/dev/null || (setup_system strace) ||
    say "no strace: the test of the explorer's connections is skipped"
  setup_front_end || say "$front_end_missing: the explorer's pages are not checked with axe"
}

# What the explorer's pages are built and checked with; where it cannot be had, says what is missing.
setup_front_end() {
  local least="20.19" version
  front_end_missing="node is not installed"
  command -v node >/dev/null && command -v npm >/dev/null || return 1
  version="$(node -p process.versions.node)"
  front_end_missing="node $version is older than $least"
  [ "$(printf '%s\n' "$least" "$version" | sort -V | head -1)" = "$least" ] || return 1
  front_end_missing="npm ci failed (no registry?)"
  (
    cd bindings/explorer
    stamp="node_modules/.lockstep-$(sha256sum package-lock.json | cut -c1-16)"
    [ -f "$stamp" ] && exit
    say "explorer: npm ci"
    npm ci --silent && touch "$stamp"
  )
}

setup_ccache() {
  export CCACHE_DIR="${CCACHE_DIR:-$PWD/build/ccache}"
  export CCACHE_BASEDIR="$PWD" CCACHE_NOHASHDIR=1 CCACHE_MAXSIZE="${CCACHE_MAXSIZE:-1G}"
}

# The interpreter to build for: the first of these that is 3.11 or newer.
find_python() {
  for candidate in "${PYTHON:-}" python3 python3.11 /usr/bin/python3; do
    [ -n "$candidate" ] && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
      2>/dev/null && { echo "$candidate"; return; }
  done
  die "no Python 3.11 or newer found; set PYTHON to one"
}

# Whatever the wheel is made of: a changed byte means a new install.
sources_hash() {
  find CMakeLists.txt pyproject.toml LICENSE engine algorithms bindings -type f \
    ! -path '*/__pycache__/*' ! -path '*/node_modules/*' -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16
}

setup_python() {
  local requirements=".ci/requirements-${1:-run}.txt"
  if ! .venv/bin/python -c '' 2>/dev/null; then
    say "making .venv"
    "$(find_python)" -m venv .venv || die "cannot make .venv"
  fi
  local stamp=".venv/lockstep-$(basename "$requirements" .txt)-$(cat "$requirements" .ci/requirements-run.txt | sha256sum | cut -c1-16)"
  if [ ! -f "$stamp" ]; then
    say "installing Python packages ($requirements)"
    .venv/bin/pip install -q --disable-pip-version-check -r "$requirements" ||
      die "pip install failed for $requirements"
    touch "$stamp"
  fi
  local built=".venv/lockstep-built-$(sources_hash)"
  [ -f "$built" ] && return
  say "building lockstep (some minutes the first time)"
  # With warnings as errors, as the C++ tests are built: then both share what they compile.
  local strict=""
  [ "${1:-run}" = tests ] && strict="--config-settings=cmake.define.LOCKSTEP_WERROR=ON"
  .venv/bin/pip install -q --disable-pip-version-check --no-build-isolation --no-deps $strict . ||
    die "the build failed"
  rm -f .venv/lockstep-built-*
  touch "$built"
}
