"""A store in a notebook."""

from __future__ import annotations

import html
from typing import Any

from lockstep.moments import MINUTE, utc_text

__all__ = ["store_html"]


def store_html(info: dict[str, Any]) -> str:
    """What `Store.info` says, as HTML."""
    rows = "".join(
        f"<tr><td>{html.escape(kind['name'])}</td><td>{kind['actions']:,}</td>"
        f"<td>{utc_text(kind['first_s'], MINUTE)}</td>"
        f"<td>{utc_text(kind['last_s'], MINUTE)}</td></tr>"
        for kind in info["kinds"]
    )
    named = "pseudonyms" if info["pseudonymous"] else "ids as they came"
    return (
        f"<p><b>Store {html.escape(info['path'])}</b>: {info['actions']:,} actions of "
        f"{info['accounts']:,} accounts on {info['objects']:,} objects, epoch {info['epoch']}, "
        f"{named}</p><table><thead><tr><th>kind</th><th>actions</th><th>first, UTC</th>"
        f"<th>last, UTC</th></tr></thead><tbody>{rows}</tbody></table>"
    )
