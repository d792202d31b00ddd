"""`python -m lockstep.explorer.openapi`: the OpenAPI document, from which page types are made."""

from __future__ import annotations

import json
import sys

from lockstep.explorer.app import make_api

if __name__ == "__main__":
    json.dump(make_api().openapi(), sys.stdout, indent=1, sort_keys=True)
    sys.stdout.write("\n")
