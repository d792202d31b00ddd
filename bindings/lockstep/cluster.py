"""One cluster of a run: its members, why they are together, and pictures of it."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lockstep import _core
from lockstep.windows import SHUFFLES, least_settings, tried

if TYPE_CHECKING:
    from lockstep.report.timeline import Ticks
    from lockstep.store import Store
    from lockstep.sweep.run import Run
    from lockstep.widget import GraphWidget

__all__ = ["Cluster"]

_MOST_ROWS = 10


class Cluster:
    """A cluster as a run found it. It shows co-action, and not why; see `Run.cluster`."""

    def __init__(self, run: Run, row: dict[str, Any]) -> None:
        self.run = run
        self.summary: dict[str, Any] = row  # columns of the clusters table, see RESULTS.md

    @property
    def id(self) -> str:
        """Its name in the run, such as C-0001."""
        return str(self.summary["cluster_id"])

    @property
    def reason(self) -> str:
        """One sentence with the figures that speak for it."""
        return str(self.summary["reason"])

    @cached_property
    def remarks(self) -> list[str]:
        """What is to be held against it before it is believed."""
        from lockstep.sweep.remarks import cluster_remarks

        return cluster_remarks(self.summary)

    @cached_property
    def members(self) -> pa.Table:
        """Its accounts, the strongest first; columns as in members.parquet."""
        return self._own(self.run.members)

    @property
    def accounts(self) -> list[str]:
        """Ids of its members, the strongest first."""
        return list(self.members["account_id"].to_pylist())

    @cached_property
    def edges(self) -> pa.Table:
        """Edges between its members, one row a pair and layer; as in edges.parquet."""
        return self._own(self.run.edges)

    @property
    def pairs(self) -> pa.Table:
        """Pairs of its members, one row each: `source`, `target`, `weight`, `layers`."""
        from lockstep.sweep.run import pairs_of

        return pairs_of(self.edges)

    @cached_property
    def evidence(self) -> pa.Table:
        """What its members did together: who, on what, when, how far apart."""
        accounts = pa.array(self.accounts, pa.string())
        table = self.run.evidence
        inside = pc.and_(pc.is_in(table["source"], accounts), pc.is_in(table["target"], accounts))
        return table.filter(inside)

    def _own(self, table: pa.Table) -> pa.Table:
        return table.filter(pc.equal(table["cluster_id"], self.id).fill_null(False))

    @property
    def _window_s(self) -> int:
        return max(self.run.window_of(layer) for layer in self.summary["layers"])

    def _ticks(self) -> Ticks:
        from lockstep.report.timeline import ticks_of

        return ticks_of(self.evidence, self.accounts, self.summary["top_objects"])

    def plot(self, path: str | Path | None = None) -> Any:
        """Draw its members and edges; a matplotlib figure.

        Parameters
        ----------
        path : path, optional
            Where to write it too; PNG, SVG or PDF by its suffix.

        Returns
        -------
        matplotlib.figure.Figure
            By a force layout, the same each time; at most 300 members, the strongest. Colours tell
            the parts into which it falls when its own graph is split once more.
        """
        from lockstep.clustering import communities
        from lockstep.plots import draw_cluster

        pairs = self.pairs
        parts = communities(pairs, resolution=self.run.summary["options"]["resolution"])
        number = parts["community"].to_pylist()
        size = Counter(number)
        rank = {part: place for place, (part, _) in enumerate(size.most_common(), start=1)}
        community = {
            vertex: f"part {rank[part]}"
            for vertex, part in zip(parts["vertex"].to_pylist(), number, strict=True)
            if size[part] > 2
        }
        return draw_cluster(self.id, self.accounts, pairs.to_pylist(), community, path)

    def timeline(self, path: str | Path | None = None, *, most: int = 40) -> Any:
        """Draw who acted on what, when: upright bars are the lockstep made visible.

        Parameters
        ----------
        path : path, optional
            As in `plot`.
        most : int
            Accounts to draw, the strongest of them. At least 1.
        """
        from lockstep.plots import draw_timeline

        if most < 1:
            raise ValueError(f"most is {most}; give 1 or more")
        return draw_timeline(self.id, self._ticks(), self.accounts, most, path)

    def lags(self, path: str | Path | None = None) -> Any:
        """Draw how many seconds members were apart, beside what chance would give.

        Chance is that of the test of activity: the objects that it expects the pairs to share
        within the window, spread evenly over it.
        """
        from lockstep.plots import draw_lags

        expected = float(np.nansum(self.edges["expected"].to_numpy()))
        return draw_lags(self.id, self.evidence, expected, self._window_s, path)

    def robustness(
        self,
        store: Store,
        *,
        shuffles: int = SHUFFLES,
        seed: int = _core.SEED,
        control: _core.RunControl | None = None,
    ) -> pa.Table:
        """Count its ties within a quarter to ten times the run's windows, beside shuffled times.

        Parameters
        ----------
        store : Store
            The store that the run was made of.
        shuffles, seed, control
            As in `lockstep.robustness`.

        Returns
        -------
        pyarrow.Table
            As of `lockstep.robustness`, with `factor` (float64, of the window of each layer) in
            the place of `window_s`. A pair is tied where it meets in one layer on as many objects
            as the run asked for; nothing is tested.
        """
        from lockstep.sweep.trials import FACTORS, member_layers

        layers = member_layers(self.run, store, self.accounts)
        least = self.run.summary["options"]["min_objects"]
        ties = least_settings(layers, least, control)
        columns = tried(
            layers, ties, len(self.accounts), len(FACTORS), least, shuffles, seed, control
        )
        return pa.table({"factor": pa.array([float(by) for by in FACTORS]), **columns})

    def explorer_url(
        self, accounts: Sequence[str] = (), *, base: str = "http://127.0.0.1:8765"
    ) -> str:
        """The address of its page in the explorer that `lockstep explore` serves at `base`.

        `accounts` are picked there. The page asks who has not signed in yet to do so.
        """
        picked = ",".join(quote(account, safe="") for account in accounts)
        path = f"{base.rstrip('/')}/r/{quote(self.run.id, safe='')}/c/{self.id}/graph"
        return f"{path}?sel={picked}" if picked else path

    def widget(self, *, height: int = 480) -> GraphWidget:
        """Show its graph to be explored; `.selected` holds the accounts that were picked.

        Needs anywidget. Where no JavaScript runs, a still picture stands in its place.
        """
        from lockstep.widget import GraphWidget

        return GraphWidget.of(
            self.accounts,
            self.pairs.to_pylist(),
            title=self.id,
            height=height,
            page=self.explorer_url,
        )

    def __len__(self) -> int:
        return int(self.summary["members"])

    def __repr__(self) -> str:
        return f"<lockstep.Cluster {self.id} of {self.run.id}: {self.reason}>"

    def _repr_html_(self) -> str:
        from lockstep.report.figures import graph_figure, label
        from lockstep.report.timeline import timeline_figure

        members = self.accounts
        ticks = self._ticks()
        whole = int(ticks.time_s.min()), int(ticks.time_s.max())
        shown = np.arange(min(len(members), _MOST_ROWS))
        said = "".join(f"<p>{html.escape(label(text, 2000))}</p>" for text in self.remarks)
        return (
            f"<h4>{self.id}</h4><p>{html.escape(label(self.reason, 2000))}</p>{said}{_STYLE}"
            f'<div class="lockstep">{timeline_figure(ticks, members, shown, whole)}'
            f"{graph_figure(members, self.edges.to_pylist())}</div>"
            "<p><small>A cluster shows co-action, not why; read its evidence before you decide."
            "</small></p>"
        )


_STYLE = """<style>
.lockstep svg{max-width:940px;width:100%;font:11px sans-serif;fill:currentColor}
.lockstep svg.small{max-width:420px}
.lockstep .rule{stroke:#ddd}.lockstep .axis{stroke:#888}
.lockstep .edge{stroke:#9ab;fill:none}.lockstep .vertex{fill:#0072b2}
.lockstep .number{fill:#fff;font-size:9px}.lockstep .tick{stroke-width:2;fill:none}
.lockstep .k0{stroke:#0072b2}.lockstep .k1{stroke:#d55e00}.lockstep .k2{stroke:#009e73}
.lockstep .k3{stroke:#cc79a7}.lockstep .k4{stroke:#e69f00}.lockstep .k5{stroke:#56b4e9}
.lockstep .k6{stroke:#9a9a9a}
</style>"""
