"""Graphs in memory and in files, from tables of edges or arrays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lockstep import _core
from lockstep.edge_tables import (
    dense_ends,
    edge_table,
    encoded_ends,
    optional_column,
    refuse_loops,
    vertex_count,
    weight_column,
)
from lockstep.progress import shows_progress
from lockstep.tables import as_seconds, as_table

__all__ = ["Graph", "graph", "open_graph"]


@shows_progress
def graph(
    edges: Any,
    *,
    directed: bool = False,
    dense: bool = False,
    vertices: int | None = None,
    self_loops: str = "refuse",
    weight: str | None = None,
    time: str | None = None,
    time_unit: str = "s",
    control: _core.RunControl | None = None,
) -> Graph:
    """Build a graph, both ways, from edges in any order.

    Parameters
    ----------
    edges : table, or tuple of arrays
        Columns `source` and `target`, and optionally `weight` and `time`; or those arrays in that
        order.
    directed : bool
        Whether an edge leads from source to target alone.
    dense : bool
        Whether ids are vertex numbers from 0, below 2^32 - 1, to be taken as they are. Otherwise
        any strings or integers are numbered in their own order, and kept as `Graph.ids`.
    vertices : int, optional
        Of dense ids, the number of vertices; the largest id and one more where not given.
    self_loops : {"refuse", "drop"}
        Edges from a vertex to itself: raise, or leave out and count in `Graph.self_loops`.
    weight, time : str, optional
        Columns to take in the place of `weight` (above 0) and `time`.
    time_unit : {"s", "ms", "us", "ns"}
        What numbers in the time column count.
    control : RunControl, optional
        As in `coaction`.

    Returns
    -------
    Graph
        Repeated edges are one edge and counted in `Graph.repeats`: their weights add up, the
        earliest time is kept; without weights, each edge weighs 1.

    Raises
    ------
    TypeError
        On ids that are no integers or strings; a float cannot name a vertex.
    ValueError
        On a missing column, a missing, negative or too large id, a self-loop that is not to be
        dropped, a weight that is not positive and finite, or an unknown option.

    Notes
    -----
    uint32 arrays are read in place; others are checked before they are narrowed. O(edges) time by
    parallel counting sorts; same graph for any number of threads.

    Examples
    --------
    >>> import lockstep as ls
    >>> made = ls.graph({"source": ["b", "a"], "target": ["c", "b"]}, directed=True)
    >>> made
    <lockstep.Graph: directed, 3 vertices, 2 arcs>
    >>> made.targets.tolist(), made.ids.to_pylist()
    ([1, 2], ['a', 'b', 'c'])
    """
    if self_loops not in ("refuse", "drop"):
        raise ValueError(f"self_loops is {self_loops!r}; give 'refuse' or 'drop'")
    if vertices is not None and not dense:
        raise ValueError("vertices is for dense=True; other ids count themselves")
    table = edge_table(edges)
    as_table(table, "source", "target", *(name for name in (weight, time) if name is not None))
    (source, target), ids = dense_ends(table) if dense else encoded_ends(table)
    if self_loops == "refuse" and ids is not None:
        refuse_loops(source, target, ids)
    count = len(ids) if ids is not None else vertex_count(source, target, vertices)
    weight_name = optional_column(table, weight, "weight")
    time_name = optional_column(table, time, "time")
    core, loops, repeats = _core.Graph.build(
        count,
        source,
        target,
        weight=None if weight_name is None else weight_column(table, weight_name),
        time_s=None if time_name is None else as_seconds(table, time_name, time_unit),
        directed=directed,
        drop_self_loops=self_loops == "drop",
        control=control,
    )
    return Graph(core, ids=ids, self_loops=loops, repeats=repeats)


def open_graph(path: str | Path, *, check: str = "full") -> Graph:
    """Open a graph file without reading it into memory; processes share its pages.

    Parameters
    ----------
    path : path
        What `Graph.save`, `Store.snapshot` or `lockstep graph build` wrote.
    check : {"full", "header"}
        Look at every byte, at the speed of memory; or at header and lengths alone, in
        microseconds, for a file that was checked before. A compressed file is always checked in
        full, and decompressed into memory.

    Returns
    -------
    Graph
        With the ids and the epoch that were saved with it.

    Raises
    ------
    FileNotFoundError, StorageError, StoreVersionError, CorruptData, ValueError
        Where the file is missing, cannot be read, is of a newer program, is no graph file or is
        damaged, or the option is unknown.
    """
    if check not in ("full", "header"):
        raise ValueError(f"check is {check!r}; give 'full' or 'header'")
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such file; check the path")
    file = _core.GraphSnapshot(str(path), full=check == "full")
    return Graph(file.graph, ids=_read_ids(file.ids), epoch=file.epoch, path=path)


class Graph:
    """An immutable graph, both ways, as compressed sparse rows. See `lockstep.graph`.

    The neighbours of vertex v are `targets[offsets[v]:offsets[v + 1]]`, sorted; `weights` and
    `times` are parallel to `targets`. All arrays are read-only views of the graph's own memory.
    """

    def __init__(
        self,
        core: _core.Graph,
        *,
        ids: pa.Array | None = None,
        epoch: int = 0,
        path: Path | None = None,
        self_loops: int = 0,
        repeats: int = 0,
    ) -> None:
        self.core = core  #: the C++ graph
        self.ids = ids  #: pyarrow.Array of external ids by vertex, or None where dense
        self.epoch = epoch  #: of the store it was made from, or 0
        self.path = path  #: the file it was opened from, or None
        self.self_loops = self_loops  #: edges dropped when it was built
        self.repeats = repeats  #: edges merged into an equal one when it was built

    def __len__(self) -> int:
        """Number of vertices."""
        return len(self.core)

    @property
    def directed(self) -> bool:
        """Whether edges lead one way."""
        return self.core.directed

    @property
    def edge_count(self) -> int:
        """Edges, or, of a directed graph, arcs."""
        return self.core.edge_count

    @property
    def offsets(self) -> npt.NDArray[np.uint64]:
        """Where rows of outgoing arcs begin, uint64[n + 1]."""
        return self.core.offsets

    @property
    def targets(self) -> npt.NDArray[np.uint32]:
        """Neighbours, uint32[arcs]; an undirected edge is two arcs."""
        return self.core.targets

    @property
    def weights(self) -> npt.NDArray[np.float64] | None:
        """Weights, float64[arcs]; None where each is 1."""
        return self.core.weights

    @property
    def times(self) -> npt.NDArray[np.int64] | None:
        """Earliest times in UTC seconds, int64[arcs]; None where edges have none."""
        return self.core.times

    @property
    def in_offsets(self) -> npt.NDArray[np.uint64]:
        """Like `offsets`, of incoming arcs; of an undirected graph, the same."""
        return self.core.in_offsets

    @property
    def in_targets(self) -> npt.NDArray[np.uint32]:
        """Like `targets`: the sources of incoming arcs."""
        return self.core.in_targets

    @property
    def in_weights(self) -> npt.NDArray[np.float64] | None:
        """Like `weights`, of incoming arcs."""
        return self.core.in_weights

    @property
    def in_times(self) -> npt.NDArray[np.int64] | None:
        """Like `times`, of incoming arcs."""
        return self.core.in_times

    def neighbours(self, vertex: int) -> npt.NDArray[np.uint32]:
        """Vertices that outgoing arcs of `vertex` lead to. IndexError past the last vertex."""
        if not 0 <= vertex < len(self):
            raise IndexError(f"vertex {vertex} is past the {len(self)} of the graph")
        return self.targets[int(self.offsets[vertex]) : int(self.offsets[vertex + 1])]

    def rows_alone(self) -> Graph:
        """The same rows and ids without weights and times; shares the arrays."""
        return Graph(self.core.rows_alone(), ids=self.ids, epoch=self.epoch)

    def save(self, path: str | Path, *, compress: bool = False) -> Path:
        """Write the graph, its ids and its epoch as one file: whole, or not at all.

        Parameters
        ----------
        path : path
            File to write or replace; who has it open keeps what was opened.
        compress : bool
            Write gaps between neighbours in 1 to 3 bytes an arc. ValueError on a graph with
            weights or times: see `rows_alone`.

        Returns
        -------
        pathlib.Path
            The path.
        """
        path = Path(path)
        ids = None if self.ids is None else _stored_ids(self.ids)
        _core.write_snapshot(str(path), self.core, epoch=self.epoch, ids=ids, compress=compress)
        return path

    def __repr__(self) -> str:
        kind, unit = ("directed", "arcs") if self.directed else ("undirected", "edges")
        parts = [f"{kind}, {len(self):,} vertices, {self.edge_count:,} {unit}"]
        parts += [name for name in ("weights", "times") if getattr(self, name) is not None]
        parts += [f"{self.self_loops:,} self-loops dropped"] if self.self_loops else []
        parts += [f"{self.repeats:,} repeats merged"] if self.repeats else []
        return f"<lockstep.Graph: {', '.join(parts)}>"


def _stored_ids(ids: pa.Array) -> _core.Ids:
    if ids.type == pa.uint64() and (len(ids) == 0 or pc.max(ids).as_py() < 2**63):
        ids = ids.cast(pa.int64())
    if ids.type == pa.int64():
        return np.ascontiguousarray(ids.to_numpy())
    ids = pa.concat_arrays([ids.cast(pa.large_string())])  # offsets from 0
    _, offsets, text = ids.buffers()
    positions = np.frombuffer(offsets, np.int64)[ids.offset : ids.offset + len(ids) + 1]
    end = int(positions[-1])
    return positions, np.frombuffer(text, np.uint8)[:end] if end else np.zeros(0, np.uint8)


def _read_ids(stored: _core.Ids | None) -> pa.Array | None:
    if not isinstance(stored, tuple):
        return None if stored is None else pa.array(stored)
    offsets, text = stored
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(text)]
    return pa.Array.from_buffers(pa.large_string(), len(offsets) - 1, buffers)
