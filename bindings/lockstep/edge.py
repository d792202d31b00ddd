"""What ties two accounts: the tests of each layer, and every meeting."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import pyarrow as pa

from lockstep.moments import utc_text

if TYPE_CHECKING:
    from lockstep.sweep.run import Run

__all__ = ["Edge"]

_MOST_ROWS = 20


class Edge:
    """An edge as a run found it, with its evidence. See `Run.explain`."""

    def __init__(self, run: Run, layers: pa.Table, evidence: pa.Table) -> None:
        self.run = run
        self.layers = layers  # rows of edges.parquet: one a layer in which the two met
        self.evidence = evidence  # rows of evidence.parquet: one an object, by time

    @property
    def accounts(self) -> tuple[str, str]:
        """Its two ends."""
        row = self.layers.slice(0, 1).to_pylist()[0]
        return str(row["source"]), str(row["target"])

    @property
    def reasons(self) -> list[str]:
        """One sentence a layer, with what chance would give."""
        told = []
        for row in self.layers.to_pylist():
            together = ""
            if (layers := row["combined_layers"] or 1) > 1:
                together = f", with all {layers} layers {_p(row['combined_p_value'])}"
            told.append(
                f"{row['layer']}: {row['objects']:,} shared objects within "
                f"{self.run.window_of(row['layer']):,} s where chance would give "
                f"{row['expected']:.3g}; p {_p(row['p_value'])}{together}, q {_p(row['q_value'])}"
            )
        timed = self.layers.slice(0, 1).to_pylist()[0]
        if timed["common"] is not None:
            told.append(
                f"Of {timed['common']:,} objects in common they met on {timed['met']:,}, where "
                f"others would on {timed['timing_expected']:.3g}; p {_p(timed['timing_p_value'])}"
            )
        return told

    def __repr__(self) -> str:
        return f"<lockstep.Edge of {' and '.join(self.accounts)}: {'; '.join(self.reasons)}>"

    def _repr_html_(self) -> str:
        from lockstep.report.figures import label

        def cell(value: object) -> str:
            return f"<td>{html.escape(label(value, 60))}</td>"

        said = "".join(f"<li>{html.escape(label(text, 2000))}</li>" for text in self.reasons)
        rows = "".join(
            "<tr>"
            + cell(row["layer"])
            + cell(row["object_id"])
            + cell(utc_text(row["source_time_s"]))
            + cell(utc_text(row["target_time_s"]))
            + cell(f"{row['lag_s']} s")
            + cell(f"{row['object_actions']:,}")
            + "</tr>"
            for row in self.evidence.slice(0, _MOST_ROWS).to_pylist()
        )
        left = self.evidence.num_rows - _MOST_ROWS
        more = f"<p>and {left:,} more in <code>.evidence</code></p>" if left > 0 else ""
        source, target = (html.escape(label(account)) for account in self.accounts)
        return (
            f"<h4>{source} and {target}</h4><ul>{said}</ul><table><thead><tr><th>layer</th>"
            f"<th>object</th><th>{source}, UTC</th><th>{target}, UTC</th><th>lag</th>"
            f"<th>actions on it</th></tr></thead><tbody>{rows}</tbody></table>{more}"
        )


def _p(value: float) -> str:
    return f"{value:.2g}" if value > 0 else "below 1e-307"
