"""Runs in the peers' venv: the answers of `bicm` and `netbone`, as JSON on standard output."""

import json
import sys
import warnings

warnings.filterwarnings("ignore")

import netbone  # noqa: E402
import networkx as nx  # noqa: E402
import numpy as np  # noqa: E402
from bicm import BipartiteGraph  # noqa: E402


def main():
    given = json.load(sys.stdin)
    bipartite = BipartiteGraph(biadjacency=np.array(given["incidence"]))
    bipartite.solve_tool(linsearch=True, verbose=False, print_error=False)
    accounts, objects = (list(side.values()) for side in bipartite.get_bicm_fitnesses())
    graph = nx.Graph()
    for source, target, weight in given["edges"]:
        graph.add_edge(source, target, weight=weight)
    answers = {"accounts": accounts, "objects": objects}
    for name, method in [("disparity", netbone.disparity), ("noise", netbone.noise_corrected)]:
        frame = method(graph).to_dataframe()
        answers[name] = [
            [int(row.source), int(row.target), float(row.p_value)] for row in frame.itertuples()
        ]
    print(json.dumps(answers))


main()
