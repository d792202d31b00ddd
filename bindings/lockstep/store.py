"""The store as Python sees it."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lockstep import _core
from lockstep.arguments import list_of_layers, parse_time
from lockstep.case_store import reading
from lockstep.errors import UnknownAccount
from lockstep.graphs import Graph
from lockstep.ingest.child import ingest_in_child
from lockstep.ingest.job import IngestResult
from lockstep.moments import EARLIEST_S, LATEST_S
from lockstep.store_folder import is_there
from lockstep.store_html import store_html

if TYPE_CHECKING:
    from lockstep.erasure import Erased
    from lockstep.upkeep import Dropped

__all__ = ["Store", "open"]


def open(path: str | Path, *, key: bytes | str | None = None) -> Store:
    """Open a store for reading; its folder is made by the first `ingest`.

    Parameters
    ----------
    path : path
        The store's folder.
    key : bytes or str, optional
        The pseudonym key, where the store was (or is to be) made with one.

    Returns
    -------
    Store
        Sees what was committed when it was opened; `refresh` sees more. Any number of readers
        work beside one writer.

    Raises
    ------
    NotAStore, StorageError, StoreVersionError, CorruptData, ValueError
        Where something else is there, the folder cannot be read, is of a newer program, is
        damaged, or the key is wrong.
    """
    return Store(path, key=key)


class Store:
    """A store folder, read through a follower of its database. See `lockstep.open`."""

    def __init__(self, path: str | Path, *, key: bytes | str | None = None) -> None:
        self.path = Path(path)
        self._key = key.encode() if isinstance(key, str) else key or b""
        self._core: _core.Store | None = None
        if is_there(self.path):
            self._core = self._follow()

    def _follow(self) -> _core.Store:
        return _core.Store(str(self.path), pseudonym_key=self._key)

    @property
    def core(self) -> _core.Store:
        """The C++ store. FileNotFoundError where nothing was ingested yet."""
        if self._core is None:
            raise FileNotFoundError(
                f"no store at {self.path}; make one with store.ingest(file) or "
                f"`lockstep ingest {self.path} FILE`"
            )
        return self._core

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database; later calls raise StorageError."""
        if self._core is not None:
            self._core.close()

    def refresh(self) -> None:
        """See what was committed since the store was opened."""
        if self._core is None:
            self._core = self._follow()
        else:
            self._core.refresh()

    @property
    def epoch(self) -> int:
        """Number of jobs committed so far."""
        return self.core.epoch

    @property
    def kinds(self) -> list[str]:
        """Kinds of action in the store."""
        return self.core.kinds()

    def info(self) -> dict[str, Any]:
        """Counts, time spans by kind, bytes on disk, schema."""
        return self.core.info()

    def verify(self, *, control: _core.RunControl | None = None) -> list[str]:
        """Read every byte back; the problems found, none when all is well."""
        problems: list[str] = self.core.verify(control=control)["problems"]
        with reading(self.path) as cases:
            return problems + cases.verify_audit()

    def jobs(self) -> pa.Table:
        """One row a job: epoch, source, accepted, duplicates, rejected, times, content hash."""
        names = [name for name in dir(_core.JobReceipt) if not name.startswith("_")]
        jobs = self.core.jobs()
        # A checksum has 64 bits and no sign: Arrow would take it for an int64, and fail.
        types = {"checksum": pa.uint64()}
        return pa.table(
            {
                name: pa.array([getattr(job, name) for job in jobs], types.get(name))
                for name in names
            }
        )

    def scan(
        self, kind: str, *, since: str | int | None = None, until: str | int | None = None
    ) -> pa.Table:
        """All actions of a kind in [since, until): `account_id`, `object_id`, `timestamp` (s)."""
        log, _ = self.core.scan(
            kind, from_s=parse_time(since, EARLIEST_S), to_s=parse_time(until, LATEST_S)
        )
        runs = np.diff(log.offsets).astype(np.int64)
        return pa.table(
            {
                "account_id": self.names("account", log.accounts),
                "object_id": self.names("object", np.repeat(log.objects, runs)),
                "timestamp": pa.array(log.times),
            }
        )

    def actions(
        self, account: str, *, since: str | int | None = None, until: str | int | None = None
    ) -> pa.Table:
        """What one account did: `kind`, `object_id`, `timestamp` (s), by kind and time."""
        kind, object_, time_s = self.core.account_actions(
            self.account_id(account),
            from_s=parse_time(since, EARLIEST_S),
            to_s=parse_time(until, LATEST_S),
        )
        kinds = pa.array(self.kinds, pa.string())
        return pa.table(
            {
                "kind": kinds.take(pa.array(kind)),
                "object_id": self.names("object", object_),
                "timestamp": pa.array(time_s),
            }
        )

    def neighbours(self, account: str, kind: str, *, direction: str = "out") -> pa.Table:
        """Accounts that `account` acted upon ("out"), or that acted upon it ("in")."""
        ids, actions, first_s, last_s = self.core.neighbours(
            kind, self.account_id(account), direction=direction
        )
        return pa.table(
            {
                "account_id": self.names("account", ids),
                "actions": pa.array(actions),
                "first_s": pa.array(first_s),
                "last_s": pa.array(last_s),
            }
        )

    def graph(self, kind: str, *, control: _core.RunControl | None = None) -> Graph:
        """Who acted upon whom: a directed graph over all accounts of the store, by dense id.

        An arc weighs as many actions as were stored and has the time of the first; `names` gives
        the accounts' ids. ValueError on a kind that the store does not have.
        """
        core, epoch, self_loops, repeats = self.core.graph(kind, control=control)
        return Graph(core, epoch=epoch, self_loops=self_loops, repeats=repeats)

    def snapshot(
        self,
        kind: str,
        path: str | Path | None = None,
        *,
        compress: bool = False,
        control: _core.RunControl | None = None,
    ) -> Path:
        """Write `graph(kind)` as a file that `lockstep.open_graph` opens, and return its path.

        Parameters
        ----------
        kind : str
            Kind of action.
        path : path, optional
            Where to; otherwise `snap/kind=<kind>/<epoch>.csr` in the store's folder.
        compress : bool
            Keep the rows alone, without weights and times, in about half the bytes or less.
        control : RunControl, optional
            As in `coaction`.
        """
        made = self.graph(kind, control=control)
        if path is None:
            path = self.path / "snap" / f"kind={kind}" / f"{made.epoch:020d}.csr"
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return (made.rows_alone() if compress else made).save(path, compress=compress)

    def account_id(self, account: str) -> int:
        """The dense id of an account. UnknownAccount where the store has not seen it."""
        found = self.core.find_id("account", str(account))
        if found is None:
            raise UnknownAccount(f"account {account!r} is not in {self.path}; ids are exact")
        return found

    def names(self, space: str, ids: npt.NDArray[np.uint32]) -> pa.Array:
        """External ids (pseudonyms where a key is set) of dense ids, as large_string."""
        distinct, place = np.unique(ids, return_inverse=True)
        offsets, text = self.core.names(space, distinct)
        names = pa.Array.from_buffers(
            pa.large_string(), len(distinct), [None, pa.py_buffer(offsets), pa.py_buffer(text)]
        )
        return names.take(pa.array(place))

    def ingest(
        self,
        source: Any,
        *,
        mapping: dict[str, str] | None = None,
        preset: str | None = None,
        kind: str | None = None,
        format: str | None = None,
        delimiter: str | None = None,
        time_unit: str | None = None,
        tz: str | None = None,
        derive: Sequence[str] = (),
        as_given: bool = False,
        max_rejects: int | str | None = None,
    ) -> IngestResult:
        """Take a file or a table into the store, all of its good rows or nothing.

        The database is written by a process of its own, so that a full disk or a kill cannot
        harm this one.

        Parameters
        ----------
        source : path or table
            CSV, NDJSON, Parquet or Arrow file (gzip and zstd too), or a table.
        mapping : dict, optional
            Which column is `account`, `object`, `time` and, if any, `kind` and `target`; for
            derived layers also `post` (which post a row is part of), `text` and `origin_time`
            (when what the row repeats was made).
        preset : {"coortweet", "x-io"}, optional
            A known mapping.
        kind : str, optional
            Kind of every row.
        derive : sequence of {"domain", "hashtag_sequence", "fast", "text"}
            Further layers that follow from the rows: `share_domain`, the site of each link;
            `hashtag_sequence`, the tags of a post with 3 or more, in their order; `fast_<kind>`,
            the author repeated within 10 seconds; `text`, a signature by which near-duplicates
            are known. The text itself is not stored.
        as_given : bool
            Store links and hashtags as they are spelt, and not as `lockstep.canonical_urls` and
            `lockstep.canonical_hashtags` do.
        format, delimiter, time_unit, tz, max_rejects : optional
            As `lockstep ingest --help` has them.

        Returns
        -------
        IngestResult
            Counts of rows accepted, duplicate and rejected, with reasons.

        Raises
        ------
        InputRejected, StoreLocked, StorageError, CorruptData, ValueError
            As on the command line; the store is as it was.
        """
        options = {
            "--preset": preset,
            "--kind": kind,
            "--format": format,
            "--delimiter": delimiter,
            "--time-unit": time_unit,
            "--tz": tz,
            "--derive": ",".join(list_of_layers(derive)) or None,
            "--as-given": True if as_given else None,
            "--max-rejects": max_rejects,
        }
        result = ingest_in_child(self.path, source, mapping, options, self._key)
        self.refresh()
        return result

    def retain(
        self, days: int, *, compact: bool = False, control: _core.RunControl | None = None
    ) -> Dropped:
        """Drop all days but the last `days`, up to the day of the last action, for ever.

        Then the names of accounts and objects are forgotten that no action has any more, but for
        accounts with a label, in the ledger or in a case. The receipts of files stay: what was
        loaded once is not loaded again.

        Parameters
        ----------
        days : int
            At least 1.
        compact : bool
            Give back the disk space too. Rewrites most of the store.
        control : RunControl, optional
            As in `coaction`.

        Returns
        -------
        Dropped
            `before_s`, the midnight (UTC) before which all went; `rows`, and `jobs` that lost any;
            `accounts` and `objects` whose names went; `freed`, where it was compacted.

        Raises
        ------
        StoreLocked, StorageError, CorruptData, ValueError
            The store is as it was.
        """
        from lockstep.upkeep import compact_store, days_before, drop_old_days

        before_s = days_before(self.core, days)
        dropped = drop_old_days(self.path, before_s, key=self._key, control=control)
        if compact:
            dropped.freed = compact_store(self.path, key=self._key, control=control)
        self.refresh()
        return dropped

    def erase(
        self, accounts: str | Sequence[str], *, control: _core.RunControl | None = None
    ) -> Erased:
        """Erase accounts: rows, lists of neighbours, names, and their bytes on the disk, for ever.

        A row of another account upon one loses its target, and goes where its object is the
        account itself (a mention, a follow). The store's graph files go, and rows in quarantine
        that name one. A salted mark stays, by which later files' rows of it are left out, and
        cannot be lifted. Noted in the audit without a name. Runs keep names: `lockstep runs gc`.

        Parameters
        ----------
        accounts : str or sequence of str
            External ids or, where there is a key, pseudonyms. One that was erased before is passed
            over, and what a kill prevented then is done.
        control : RunControl, optional
            As in `coaction`.

        Returns
        -------
        Erased
            Counts, and `freed`: where its `why_not` says that the disk had no room to compact, the
            bytes are there until `erase` is called again.

        Raises
        ------
        UnknownAccount, ConfigError, StoreLocked, StorageError, CorruptData
            ConfigError where a label, the ledger or a case names an account: decisions are kept.

        Notes
        -----
        Decodes all rows twice, and rewrites the store, whose size must be free on the disk.
        """
        from lockstep.erasure import erase_accounts

        names = [accounts] if isinstance(accounts, str) else accounts
        erased = erase_accounts(self.path, names, key=self._key, control=control)
        self.refresh()
        return erased

    def __repr__(self) -> str:
        if self._core is None:
            return f"<lockstep.Store {self.path}: empty>"
        info = self.info()
        return (
            f"<lockstep.Store {self.path}: {info['actions']:,} actions, "
            f"{info['accounts']:,} accounts, {info['objects']:,} objects, epoch {info['epoch']}>"
        )

    def _repr_html_(self) -> str:
        if self._core is None:
            return f"<code>{html.escape(repr(self))}</code>"
        return store_html(self.info())
