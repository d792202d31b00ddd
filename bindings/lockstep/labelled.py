"""Findings and labels brought together, account by account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lockstep.tables import as_table, encode_together, id_column, one_array

__all__ = ["Labelled", "match"]


@dataclass(frozen=True)
class Labelled:
    """The accounts of an evaluation, as columns of equal length."""

    positive: npt.NDArray[np.bool_]
    flagged: npt.NDArray[np.bool_]
    score: npt.NDArray[np.float64] | None  # 0 where the finding does not name the account
    cluster: npt.NDArray[np.int64] | None  # -1: in none
    group: npt.NDArray[np.int64] | None  # -1: in none, or in several
    counts: dict[str, int]
    notes: list[str]


@dataclass(frozen=True)
class _Labels:
    """What is said of each account with a label; codes are those of `ids`."""

    code: npt.NDArray[np.uint32]
    positive: npt.NDArray[np.bool_]
    group: npt.NDArray[np.int64] | None


def match(found: Any, labels: Any, unlabelled: str | None, accounts: int | None) -> Labelled:
    """Brings a finding and labels together; see `lockstep.evaluate` for what they hold."""
    if unlabelled not in (None, "benign", "ignore"):
        raise ValueError(f"unlabelled is {unlabelled!r}; give 'benign' or 'ignore'")
    found = as_table(found)
    given = as_table(labels)
    for table, name, either in [
        (found, "found", ("score", "cluster_id")),
        (given, "labels", ("label", "group")),
    ]:
        if "account_id" not in table.column_names or not set(either) & set(table.column_names):
            raise ValueError(
                f"{name} has the columns {', '.join(table.column_names)}; give account_id and "
                f"{either[0]}, {either[1]} or both"
            )
    (found_code, label_code), ids = encode_together(
        id_column(found, "account_id"), id_column(given, "account_id")
    )
    if len(np.unique(found_code)) < len(found_code):
        raise ValueError("an account is in found more than once; give one row an account")
    known = _labels_of(given, label_code)
    if not len(known.code):
        raise ValueError("labels has no rows; there is nothing to compare with")
    common = int(np.isin(found_code, known.code).sum())
    if len(found_code) and not common:
        raise ValueError(
            "no account of found has a label; are the ids of one kind (pseudonyms, say)?"
        )
    benign = unlabelled == "benign" or (unlabelled is None and bool(known.positive.all()))
    others = np.setdiff1d(found_code, known.code) if benign else np.zeros(0, np.uint32)
    rest = max((accounts or 0) - len(known.code) - len(others), 0) if benign else 0
    return _columns(found, found_code, known, others, rest, len(ids), benign)


def _labels_of(given: pa.Table, code: npt.NDArray[np.uint32]) -> _Labels:
    distinct, first, place = np.unique(code, return_index=True, return_inverse=True)
    group = None
    has_group = np.zeros(len(code), np.bool_)
    if "group" in given.column_names:
        text = pc.fill_null(given["group"].cast(pa.string()), "")
        has_group = pc.not_equal(text, "").to_numpy(zero_copy_only=False)
        names = one_array(text.dictionary_encode()).indices.to_numpy(zero_copy_only=False)
        number = np.where(has_group, names.astype(np.int64), -1)
        group = number[first]
        # An account of several groups belongs to no single one.
        several = np.zeros(len(distinct), np.bool_)
        several[place[number != group[place]]] = True
        group[several] = -1
    said = _said(given) if "label" in given.column_names else has_group
    positive = np.zeros(len(distinct), np.bool_)
    positive[place[said]] = True
    if "label" in given.column_names and (said != positive[place]).any():
        row = int(np.flatnonzero(said != positive[place])[0])
        account = given["account_id"][row].as_py()
        raise ValueError(f"labels say both 1 and 0 of {account!r}; give one label an account")
    return _Labels(distinct, positive, group)


def _said(given: pa.Table) -> npt.NDArray[np.bool_]:
    column = given["label"]
    if column.null_count or not (
        pa.types.is_boolean(column.type)
        or (
            pa.types.is_integer(column.type)
            and pc.all(pc.is_in(column, pa.array([0, 1], column.type))).as_py() is not False
        )
    ):
        raise ValueError("label must be 1 or 0 (or true or false) in every row of labels")
    return one_array(column.cast(pa.bool_())).to_numpy(zero_copy_only=False)


def _columns(
    found: pa.Table,
    found_code: npt.NDArray[np.uint32],
    known: _Labels,
    others: npt.NDArray[np.uint32],
    rest: int,
    ids: int,
    benign: bool,
) -> Labelled:
    listed = np.concatenate([known.code, others])
    total = len(listed) + rest
    row_of = np.full(ids, -1)
    row_of[found_code] = np.arange(len(found_code))
    row = np.concatenate([row_of[listed], np.full(rest, -1)])
    there = row >= 0
    positive = np.zeros(total, np.bool_)
    positive[: len(known.code)] = known.positive
    score = cluster = group = None
    flagged = there.copy()
    if "score" in found.column_names:
        values = one_array(found["score"].cast(pa.float64())).to_numpy(zero_copy_only=False)
        if not np.isfinite(values).all():
            raise ValueError("score must be a finite number in every row of found")
        score = np.zeros(total)
        score[there] = values[row[there]]
        flagged = score > 0.0
    if "cluster_id" in found.column_names:
        names = one_array(found["cluster_id"].dictionary_encode())
        codes = pc.fill_null(names.indices, -1).to_numpy(zero_copy_only=False)
        cluster = np.full(total, -1)
        cluster[there] = codes[row[there]]
        flagged = cluster >= 0
    if known.group is not None:
        group = np.full(total, -1)
        group[: len(known.code)] = known.group
    missing = len(found_code) - int(there.sum())
    counts = {
        "labelled": len(known.code),
        "positive": int(positive.sum()),
        "unlabelled": len(others) + rest if benign else missing,
        "flagged": int(flagged.sum()),
    }
    how = "counted as benign" if benign else "left out"
    notes = [f"{counts['unlabelled']:,} accounts without a label: {how}"]
    return Labelled(positive, flagged, score, cluster, group, counts, notes)
