"""A graph to be explored in a notebook: pan, zoom, pick accounts; the picks come back to Python."""

from __future__ import annotations

import base64
import io
import webbrowser
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from lockstep.errors import missing_package
from lockstep.graph_layout import place_members, strongest_pairs
from lockstep.plots.cluster_plots import MOST_VERTICES, draw_cluster

try:
    import anywidget
    import traitlets
except ImportError:
    raise missing_package("anywidget", "for widgets") from None

__all__ = ["GraphWidget"]


class GraphWidget(anywidget.AnyWidget):
    """Accounts and their edges on a canvas, drawn without a graphics processor.

    Drag moves the picture, the wheel zooms, a click picks an account (with Shift, one more), and a
    double click fits the whole.
    """

    _esm = Path(__file__).with_name("widget.js")
    title = traitlets.Unicode().tag(sync=True)
    height = traitlets.Int(480).tag(sync=True)
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    positions = traitlets.Bytes().tag(sync=True)  # float32 x, y of each, from 0 to 1
    edges = traitlets.Bytes().tag(sync=True)  # uint32 source, target of each, by weight
    widths = traitlets.Bytes().tag(sync=True)  # float32, from 0 to 1
    selected_numbers = traitlets.List(traitlets.Int()).tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self._still: str | None = None
        self._page: Callable[..., str] | None = None

    @classmethod
    def of(
        cls,
        accounts: list[str],
        edges: Iterable[dict[str, Any]],
        *,
        title: str = "",
        height: int = 480,
        page: Callable[..., str] | None = None,
    ) -> GraphWidget:
        """Of accounts, the strongest first, at most 300 of them; and edges with `weight`.

        `page` gives the address of the explorer's page, where there is one: of some accounts, and
        `base`.
        """
        rows = list(edges)
        names = accounts[:MOST_VERTICES]
        pairs = strongest_pairs(names, rows)
        ordered = sorted(pairs, key=lambda pair: pairs[pair])
        heaviest = max(pairs.values(), default=1.0)
        made = cls(
            title=title,
            height=height,
            names=list(map(str, names)),
            positions=place_members(len(names), pairs).astype(np.float32).tobytes(),
            edges=np.array(ordered, dtype=np.uint32).reshape(-1, 2).tobytes(),
            widths=np.array([pairs[p] / heaviest for p in ordered], dtype=np.float32).tobytes(),
        )
        picture = io.BytesIO()
        draw_cluster(title, accounts, rows, {}, None).savefig(picture, format="png", dpi=90)
        made._page = page
        made._still = base64.b64encode(picture.getvalue()).decode()
        return made

    @property
    def selected(self) -> list[str]:
        """Ids of the accounts that are picked."""
        return [self.names[number] for number in self.selected_numbers]

    @selected.setter
    def selected(self, accounts: Iterable[str]) -> None:
        place_of = {name: number for number, name in enumerate(self.names)}
        self.selected_numbers = [place_of[account] for account in accounts]

    def open_in_explorer(self, base: str = "http://127.0.0.1:8765") -> str:
        """Open its page in the explorer at `base`, with the same accounts picked; its address.

        ValueError on a widget that was not made of a cluster.
        """
        if self._page is None:
            raise ValueError("this widget shows no cluster of a run; make it by Cluster.widget")
        address = self._page(self.selected, base=base)
        webbrowser.open(address)
        return address

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The widget, and a still picture for where no JavaScript runs."""
        bundle = super()._repr_mimebundle_(**options)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        if self._still is not None:
            data = {**data, "image/png": self._still}
        return data, metadata
