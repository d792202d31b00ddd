#!/usr/bin/env bash
# Builds the documentation site into build/site.
set -euo pipefail
cd "$(dirname "$0")/.."
source .ci/setup.sh
setup_system
setup_ccache
setup_python tests
.venv/bin/python -m mkdocs build -q -f bindings/docs/mkdocs.yml
echo "build/site/index.html"
