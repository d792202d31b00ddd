"""What signed cases say of accounts and clusters, for the next sweep and partners' record."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from lockstep.case_store import reading
from lockstep.cases.state import DISPOSITIONS, Case, cases_of
from lockstep.moments import DATE, utc_text

__all__ = ["Decisions", "Dismissed", "Twin", "Verdict", "decisions_of"]

_STATES = {
    "coordinated-inauthentic": "confirmed",
    "coordinated-legitimate": "rejected",
    "not-coordinated": "rejected",
}
# A cluster is like a dismissed one where they share this much of the smaller; as from night to
# night, where a cluster keeps its name by the same rule.
_SHARE = 0.5

Label = tuple[str, str, str, float, int]


@dataclass(frozen=True)
class Verdict:
    """What the last signed case of an account says of it."""

    state: str  # confirmed or rejected
    case_id: int
    time_s: int  # when it was signed


@dataclass(frozen=True)
class Dismissed:
    """A signed case whose cluster was found harmless."""

    case_id: int
    accounts: frozenset[str]
    note: str  # of the one who proposed it, with what was found and when


@dataclass(frozen=True)
class Twin:
    """The dismissed case that a cluster is most like."""

    case_id: int
    shared: int  # accounts
    overlap: float  # Jaccard index
    note: str


@dataclass
class Decisions:
    """What signed cases say. A case that waits for its second signature says nothing."""

    verdicts: dict[str, Verdict] = field(default_factory=dict)  # by account
    dismissed: list[Dismissed] = field(default_factory=list)  # by number

    def seeds(self, referrals: list[Label]) -> list[Label]:
        """Referrals with these decisions: confirmed accounts are seeds, cleared ones no more."""
        kept = [label for label in referrals if self._state(label[0]) != "rejected"]
        own = [
            (account, "referral", f"case {verdict.case_id}", 1.0, verdict.time_s)
            for account, verdict in sorted(self.verdicts.items())
            if verdict.state == "confirmed"
        ]
        return kept + own

    def weighed(self, reliability: dict[str, float] | None) -> dict[str, float] | None:
        """Reliabilities with those of signed cases, which two persons stand for."""
        if reliability is None:
            return None
        own = {f"case {verdict.case_id}": 1.0 for verdict in self.verdicts.values()}
        return {**reliability, **own}

    def count(self, state: str) -> int:
        """Accounts that are confirmed, or rejected."""
        return sum(verdict.state == state for verdict in self.verdicts.values())

    def identity(self) -> list[list[object]]:
        """All of it that decides the result of a sweep."""
        said = [[a, v.state, v.case_id] for a, v in sorted(self.verdicts.items())]
        return [*said, *([d.case_id, sorted(d.accounts), d.note] for d in self.dismissed)]

    def twins(self, clusters: list[list[str]]) -> list[Twin | None]:
        """For each cluster, given by its accounts, the dismissed case that it is most like."""
        homes: dict[str, list[int]] = defaultdict(list)
        for number, case in enumerate(self.dismissed):
            for account in case.accounts:
                homes[account].append(number)
        return [self._twin(accounts, homes) for accounts in clusters]

    def _twin(self, accounts: list[str], homes: dict[str, list[int]]) -> Twin | None:
        shared = Counter(number for account in accounts for number in homes.get(account, ()))
        alike = []
        for number, count in shared.items():
            case = self.dismissed[number]
            if count >= _SHARE * min(len(accounts), len(case.accounts)):
                overlap = count / (len(accounts) + len(case.accounts) - count)
                alike.append(Twin(case.case_id, count, overlap, case.note))
        # Of equally like ones the latest: it knows of the others.
        return max(alike, key=lambda twin: (twin.overlap, twin.case_id), default=None)

    def _state(self, account: str) -> str | None:
        verdict = self.verdicts.get(account)
        return None if verdict is None else verdict.state


def decisions_of(store: str | Path) -> Decisions:
    """What the signed cases of a store say.

    Parameters
    ----------
    store : path
        The store's folder.

    Returns
    -------
    Decisions
        Of an account in several signed cases, what the one signed last says.
    """
    with reading(store) as opened:
        cases = list(cases_of(opened.case_entries()))
    signed = [case for case in cases if case.signature and case.disposition in _STATES]
    decisions = Decisions()
    for case in sorted(signed, key=_signed_at):
        state = _STATES[str(case.disposition)]
        verdict = Verdict(state, case.case_id, _signed_at(case)[0])
        decisions.verdicts.update(dict.fromkeys(case.accounts, verdict))
    decisions.dismissed = [
        Dismissed(case.case_id, frozenset(case.accounts), _note(case))
        for case in signed
        if _STATES[str(case.disposition)] == "rejected"
    ]
    return decisions


def _signed_at(case: Case) -> tuple[int, int]:
    assert case.signature is not None
    return case.signature.time_s, case.case_id


def _note(case: Case) -> str:
    assert case.proposal is not None
    found = DISPOSITIONS[case.proposal.value]
    return f"{found}, {utc_text(_signed_at(case)[0], DATE)}: {case.proposal.note}"
