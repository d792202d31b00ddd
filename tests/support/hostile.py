"""A log whose accounts and objects are named to do harm wherever they are shown."""

import random

__all__ = ["HOSTILE", "hostile_rows"]

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "</svg><svg onload=alert(1)>",
    "</style><b>bold</b>",
    "{{ 7 * 7 }}",
    "http://evil.example/a?b&c",
    "right\u202eleft",
    "\u2066isolated",
    "zero\u200bwidth",
    "\x1b[31mred\x1b[0m",
    "[/bold]x",
    "[bold red]y",
    "=cmd|' /C calc'!A0",
    "two\nlines",
    "-dash",
    "x" * 1024,
    "\N{GRINNING FACE}",
]


def hostile_rows():
    """One group of all hostile names, on objects of such names, among harmless others."""
    draw = random.Random(1)
    rows = [
        (1_600_000_000 + 5000 * number + draw.randrange(20), account, "post", object_)
        for number, object_ in enumerate(HOSTILE)
        for account in HOSTILE
    ]
    rows += [
        (
            1_600_000_000 + draw.randrange(100_000),
            f"user {draw.randrange(500)}",
            "post",
            f"object {draw.randrange(900)}",
        )
        for _ in range(4000)
    ]
    return rows
