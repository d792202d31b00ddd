"""Writes a real graph of ../shared/data as an input folder: python real_graph.py NAME FOLDER.

NAME is ego-facebook (friendships) or higgs (retweets, mentions and replies, without direction).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

FILES = {"ego-facebook": "edges.parquet", "higgs": "interactions.parquet"}


def main(name: str, folder: Path) -> None:
    table = pq.read_table(Path("../shared/data") / name / FILES[name])
    columns = ("source", "target") if "source" in table.column_names else table.column_names[:2]
    ends = np.stack([table[column].to_numpy().astype(np.int64) for column in columns])
    ids, dense = np.unique(ends, return_inverse=True)
    dense = np.sort(dense.reshape(2, -1), axis=0)
    edges = np.unique(dense[:, dense[0] != dense[1]], axis=1).astype(np.uint32)
    folder.mkdir(parents=True, exist_ok=True)
    edges[0].tofile(folder / "source.u32")
    edges[1].tofile(folder / "target.u32")
    degree = np.bincount(edges.ravel(), minlength=len(ids))
    about = {"vertices": len(ids), "edges": edges.shape[1], "bfs_source": int(degree.argmax())}
    (folder / "graph.json").write_text(json.dumps(about))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
