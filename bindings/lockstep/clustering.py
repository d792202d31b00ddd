"""Communities of graphs and tables of edges, and how good a split is."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lockstep import _core
from lockstep.graph_functions import as_graph, vertex_ids
from lockstep.graphs import Graph
from lockstep.progress import shows_progress
from lockstep.tables import as_table, id_column

__all__ = ["communities", "conductance", "partition_quality"]

_METHODS = ("leiden", "louvain", "label_propagation")


@shows_progress
def communities(
    edges: Any,
    *,
    method: str = "leiden",
    resolution: float = _core.RESOLUTION,
    seed: int = _core.SEED,
    quality: str = "modularity",
    max_rounds: int | None = None,
    weight: str | None = None,
    control: _core.RunControl | None = None,
) -> pa.Table:
    """Split an undirected graph into communities.

    Parameters
    ----------
    edges : table, tuple of arrays, or Graph
        As in `connected_components`; a column `weight`, if there is one, is how strong an edge is.
        Repeated edges add up.
    method : {"leiden", "louvain", "label_propagation"}
        Leiden keeps each community connected. Louvain takes half the time, and the communities of
        both others may fall apart. Label propagation maximises nothing and is the fastest.
    resolution : float
        Above 0; more gives smaller communities. Not for label propagation.
    seed : int
        Same seed, same result, for any number of threads.
    quality : {"modularity", "cpm"}
        What is maximised. Not for label propagation.
    max_rounds : int, optional
        Stop after so many rounds: of Leiden 3, of Louvain 1, of label propagation 100 where not
        given. Many rounds of Leiden end where no vertex gains by moving alone and no two
        communities by merging.
    weight : str, optional
        Column of positive weights to take in the place of `weight`.
    control : RunControl, optional
        As in `coaction`.

    Returns
    -------
    pyarrow.Table
        `vertex` (as in `edges`, sorted) and `community` (uint32, numbered from 0 by the
        smallest vertex).

    Raises
    ------
    TypeError, ValueError
        As `lockstep.graph` does, on a directed Graph, or an unknown option or one out of range.

    Notes
    -----
    O(edges) time a pass, some ten passes a round. A community shows who is close to whom in the
    graph given, nothing more.

    References
    ----------
    Traag, Waltman and van Eck, "From Louvain to Leiden", Scientific Reports 9, 2019. Blondel et
    al., "Fast unfolding of communities in large networks", J. Stat. Mech. 2008. Raghavan, Albert
    and Kumara, "Near linear time algorithm to detect community structures in large-scale
    networks", Phys. Rev. E 76, 2007.

    Examples
    --------
    >>> import lockstep as ls
    >>> edges = {"source": [1, 1, 2, 4, 4, 5], "target": [2, 3, 3, 5, 6, 6]}
    >>> ls.communities(edges)["community"].to_pylist()
    [0, 0, 0, 1, 1, 1]
    """
    if method not in _METHODS:
        raise ValueError(f"method is {method!r}; give one of {', '.join(_METHODS)}")
    made = as_graph(edges, weight=weight, control=control)
    rounds = {} if max_rounds is None else {"max_rounds": max_rounds}
    if method == "label_propagation":
        if quality != "modularity" or resolution != _core.RESOLUTION:
            raise ValueError("label propagation maximises no quality; leave quality and resolution")
        found = _core.label_propagation(made.core, seed=seed, control=control, **rounds)
    else:
        find = _core.leiden if method == "leiden" else _core.louvain
        found = find(
            made.core, quality=quality, resolution=resolution, seed=seed, control=control, **rounds
        )
    return pa.table({"vertex": vertex_ids(made), "community": pa.array(found.community)})


def partition_quality(
    edges: Any,
    found: Any,
    *,
    quality: str = "modularity",
    resolution: float = _core.RESOLUTION,
    weight: str | None = None,
) -> float:
    """Quality of any split of an undirected graph: its modularity, or CPM.

    Parameters
    ----------
    edges : table, tuple of arrays, or Graph
        As in `communities`.
    found : table
        `vertex` and `community` (whole numbers or strings) of every vertex of `edges`, in any
        order, as `communities` returns it.
    quality : {"modularity", "cpm"}
        Newman-Girvan modularity, from -1/2 to 1; or the constant Potts model divided by the total
        edge weight.
    resolution : float
        As in `communities`.
    weight : str, optional
        As in `communities`.

    Returns
    -------
    float
        0 where there is no edge.

    Raises
    ------
    TypeError, ValueError
        As `communities` does; on a vertex that `found` lacks or names twice.

    References
    ----------
    Newman and Girvan, Phys. Rev. E 69, 2004. Traag, Van Dooren and Nesterov, Phys. Rev. E 84, 2011.

    Examples
    --------
    >>> import lockstep as ls
    >>> edges = {"source": [1, 1, 2, 4, 4, 5], "target": [2, 3, 3, 5, 6, 6]}
    >>> ls.partition_quality(edges, ls.communities(edges))
    0.5
    """
    made = as_graph(edges, weight=weight, control=None)
    number, _ = _numbered(made, found)
    return _core.partition_quality(made.core, number, quality=quality, resolution=resolution)


def conductance(edges: Any, found: Any, *, weight: str | None = None) -> pa.Table:
    """Share of the weight around each community that leads out of it.

    Parameters
    ----------
    edges, found, weight
        As in `partition_quality`.

    Returns
    -------
    pyarrow.Table
        `community` (as in `found`, sorted) and `conductance` (float64, from 0, cut off, to 1, no
        edge inside). It is the cut divided by the community's own volume, also where that is more
        than half of the graph.

    Raises
    ------
    TypeError, ValueError
        As in `partition_quality`.

    References
    ----------
    Yang and Leskovec, "Defining and evaluating network communities based on ground-truth",
    Knowledge and Information Systems 42, 2015.

    Examples
    --------
    >>> import lockstep as ls
    >>> edges = {"source": [1, 1, 2, 4, 4, 5, 3], "target": [2, 3, 3, 5, 6, 6, 6]}
    >>> ls.conductance(edges, ls.communities(edges))["conductance"].to_numpy().round(3).tolist()
    [0.143, 0.143]
    """
    made = as_graph(edges, weight=weight, control=None)
    number, names = _numbered(made, found)
    return pa.table({"community": names, "conductance": _core.conductance(made.core, number)})


def _numbered(made: Graph, found: Any) -> tuple[npt.NDArray[np.uint32], pa.Array]:
    """The community of each vertex as a number, and the names of the numbers, sorted."""
    table = as_table(found, "vertex", "community")
    ids = id_column(pa.table({"vertex": vertex_ids(made)}), "vertex")
    vertex = id_column(table, "vertex")
    if pa.types.is_integer(vertex.type) and pa.types.is_integer(ids.type):
        vertex, ids = (column.cast(pa.int64()) for column in (vertex, ids))
    if vertex.type != ids.type:
        raise TypeError(f"the split has vertices of {vertex.type}, the edges of {ids.type}")
    if len(vertex) != len(pc.unique(vertex)):
        raise ValueError("the split names a vertex twice; give each one community")
    place = pc.index_in(ids, vertex)
    if place.null_count:
        lacking = ids.filter(place.is_null())
        raise ValueError(
            f"the split lacks {len(lacking)} of {len(ids)} vertices, the first {lacking[0]}"
        )
    named = id_column(table, "community").take(place)
    names = pc.unique(named).sort()
    return pc.index_in(named, names).to_numpy().astype(np.uint32), names
