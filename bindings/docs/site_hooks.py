"""What the site holds besides its pages: reference by topic, tables of results, figures."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files
from pygments.formatters import HtmlFormatter

import lockstep as ls
from lockstep.sweep.results_page import as_markdown

TOPICS = {
    "edges": (
        "Logs and edges",
        "From a log of actions to tested pairs of accounts.",
        "coaction significance timing_test left_out backbone calibrate Calibration estimate "
        "Estimate CoactionDetector robustness shuffle_times simulate",
    ),
    "sweeps": (
        "Stores and sweeps",
        "The durable store, and runs that find clusters in it.",
        "open Store sweep Run Cluster Edge takedown_curve takedown_effect TakedownEffect returners",
    ),
    "graphs": (
        "Graphs",
        "Algorithms on any edges, as tables, arrays or graph files.",
        "graph open_graph Graph communities partition_quality conductance propagate pagerank "
        "connected_components breadth_first_search core_numbers triangles betweenness "
        "spectral_embedding truncated_svd layout dense_blocks bipartite_core synchrony to_networkx "
        "to_igraph to_scipy to_graphology write_gexf write_graphml",
    ),
    "quality": ("Quality", "Against labels, where there are some.", "evaluate Evaluation"),
    "helpers": (
        "Helpers",
        "Canonical forms, progress, threads, errors.",
        "canonical_urls url_domains canonical_hashtags text_signatures near_duplicates to_polars "
        "set_progress LockstepError InputRejected MissingPackage",
    ),
}
# Made by the compiled part: described in its stub and in the functions that take them.
COMPILED = {
    "CorruptData", "RunControl", "StorageError", "StoreLocked", "StoreVersionError", "ThreadLimit",
    "__version__",
}  # fmt: skip


def on_files(files: Files, config: Any) -> Files:
    """Adds the generated pages and figures."""
    named = {name for _, _, names in TOPICS.values() for name in names.split()}
    missing = set(ls.__all__) - named - COMPILED
    if missing:
        raise SystemExit(f"no page of the reference has {', '.join(sorted(missing))}")
    for topic in TOPICS:
        files.append(File.generated(config, f"reference/{topic}.md", content=_reference(topic)))
    files.append(File.generated(config, "reference/results.md", content=as_markdown()))
    colours = HtmlFormatter().get_style_defs([".codehilite", ".highlight"])
    files.append(File.generated(config, "css/code.css", content=colours))
    for name, picture in _figures().items():
        files.append(File.generated(config, f"figures/{name}.png", content=picture))
    return files


def _reference(topic: str) -> str:
    title, text, names = TOPICS[topic]
    parts = [f"# {title}", text]
    for name in names.split():
        module = getattr(ls, name).__module__
        parts.append(f"::: {module}.{name}")
    return "\n\n".join(parts) + "\n"


def _figures() -> dict[str, bytes]:
    """Pictures of a made-up log, by the functions that the pages describe."""
    made = ls.simulate(accounts=2_000, groups=6, bursts=10, seed=7)
    organic = ls.simulate(accounts=2_000, groups=0, bursts=40, seed=11)
    with tempfile.TemporaryDirectory() as folder:
        store = ls.open(Path(folder) / "store")
        parts = {"account": "account_id", "object": "object_id", "time": "timestamp"}
        store.ingest(made.log, mapping={**parts, "kind": "action"})
        run = ls.sweep(store, timing_test=True)
        cluster = run.cluster("C-0001")
        figures = {
            "overview": run.overview(),
            "timeline": cluster.timeline(),
            "graph": cluster.plot(),
            "lags": cluster.lags(),
            "takedown": run.takedown(),
            "calibration": ls.calibrate(organic.log, runs=60, timing_test=True).plot(),
        }
        return {name: _png(figure) for name, figure in figures.items()}


def _png(figure: Any) -> bytes:
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=96)
    return picture.getvalue()
