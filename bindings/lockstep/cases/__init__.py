"""Case work: what people find about clusters, signed by two of them, and all of it audited.

Lockstep proposes; a person decides. No step acts on an account.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from lockstep.cases.decisions import Decisions, decisions_of
from lockstep.cases.state import DISPOSITIONS, STATES, Case, Entry
from lockstep.cases.work import (
    assign,
    comment,
    decide,
    find_case,
    list_cases,
    open_case,
    sign,
    undo,
)

if TYPE_CHECKING:
    from lockstep.cases.pack import Pack, export_case
    from lockstep.cases.verify import Verified, verify_pack

__all__ = [
    "DISPOSITIONS",
    "STATES",
    "Case",
    "Decisions",
    "Entry",
    "Pack",
    "Verified",
    "assign",
    "comment",
    "decide",
    "decisions_of",
    "export_case",
    "find_case",
    "list_cases",
    "open_case",
    "sign",
    "undo",
    "verify_pack",
]

# Loaded when used: they need the report, which needs the sweep, which needs decisions.
_HOMES = {
    "Pack": "pack",
    "Verified": "verify",
    "export_case": "pack",
    "verify_pack": "verify",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'lockstep.cases' has no attribute {name!r}")
    return getattr(importlib.import_module(f"lockstep.cases.{_HOMES[name]}"), name)
