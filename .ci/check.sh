#!/usr/bin/env bash
# Format, lint, types and words. Run after tests/run.sh, which makes .venv.
set -euo pipefail
cd "$(dirname "$0")/.."
source .ci/setup.sh
setup_system clang-format

say "clang-format"
git ls-files '*.cc' '*.h' | xargs clang-format --dry-run --Werror
say "ruff"
.venv/bin/ruff format --check .
.venv/bin/ruff check .
say "mypy"
.venv/bin/mypy
say "file lengths"
long=$(git ls-files '*.cc' '*.h' '*.py' | xargs wc -l | awk '$2 != "total" && $1 > 400 {print $2 " has " $1 " lines"}')
[ -z "$long" ] || die "$long; a file has at most 400"
bash .ci/explorer.sh
echo "checks passed"
