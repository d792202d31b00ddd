"""Prints how the clusters of a run on a simulated log compare with its planted groups."""

import csv
import sys
from collections import Counter, defaultdict
from pathlib import Path

import lockstep as ls


def main(run_folder: str, truth_file: str) -> None:
    with Path(truth_file).open(newline="") as file:
        group_of = {row["account_id"]: row["group"] for row in csv.DictReader(file)}
    members = defaultdict(list)
    for row in ls.Run.open(run_folder).members.to_pylist():
        members[row["cluster_id"]].append(row["account_id"])
    sizes = Counter(group_of.values())
    print(f"{'cluster':<10}{'members':>8}{'planted':>9}  mostly group")
    for cluster, accounts in sorted(members.items()):
        groups = Counter(group_of[account] for account in accounts if account in group_of)
        group, found = groups.most_common(1)[0] if groups else ("none", 0)
        of = f" ({found} of its {sizes[group]})" if found else ""
        print(f"{cluster:<10}{len(accounts):>8}{sum(groups.values()):>9}  {group}{of}")
    found = {account for accounts in members.values() for account in accounts}
    right = len(found & set(group_of))
    print(f"precision {right / max(len(found), 1):.3f}, recall {right / len(group_of):.3f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
