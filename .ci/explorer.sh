#!/usr/bin/env bash
# Checks the explorer's front end: types, unit tests, and that the built files in the package are
# those of its sources. `bash .ci/explorer.sh write` writes them (and the types of the server's
# answers) anew. The package holds the built files, so only who changes the front end needs node.
set -euo pipefail
cd "$(dirname "$0")/.."
source .ci/setup.sh

if ! setup_front_end; then
  say "explorer: $front_end_missing; the front end is not checked, its committed build is used"
  exit 0
fi
root="$PWD"
cd bindings/explorer

static="$root/bindings/lockstep/explorer/static"
types="src/api/schema.ts"
if [ "${1:-}" = write ]; then
  npx --no-install openapi-typescript openapi.json --output "$types" >/dev/null
  npx --no-install tsc --noEmit
  npx --no-install vite build --logLevel warn
  exit 0
fi

fresh="$root/build/explorer-fresh"
rm -rf "$fresh"
mkdir -p "$fresh"
say "explorer: types of the server's answers"
npx --no-install openapi-typescript openapi.json --output "$fresh/schema.ts" >/dev/null
cmp -s "$fresh/schema.ts" "$types" || die "$types is not that of openapi.json; run: bash .ci/explorer.sh write"
say "explorer: tsc"
npx --no-install tsc --noEmit
say "explorer: vitest"
npx --no-install vitest run --reporter=dot
say "explorer: vite build"
npx --no-install vite build --logLevel warn --outDir "$fresh/static"
diff -rq "$fresh/static" "$static" >&2 ||
  die "$static is not what its sources give; run: bash .ci/explorer.sh write"
long=$(find src test -name '*.ts' -o -name '*.tsx' -o -name '*.css' | grep -v "$types" | xargs wc -l |
  awk '$2 != "total" && $1 > 400 {print $2 " has " $1 " lines"}')
[ -z "$long" ] || die "$long; a file has at most 400"
echo "explorer passed"
