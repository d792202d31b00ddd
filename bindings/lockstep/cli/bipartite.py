"""`lockstep blocks`, `lockstep core` and `lockstep synchrony`: who acted on what, by density."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lockstep import _core
from lockstep.cli.common import emit_json, example, json_option, key_option, note, print_table

if TYPE_CHECKING:
    from lockstep.bipartite import Incidence

_SHOWN = 5  # ids of a block


def _shared(command: Callable[..., Any]) -> Callable[..., Any]:
    """What all three take: which actions of which store."""
    for option in (
        json_option,
        key_option,
        click.option("--until", help="First day or time that counts no more."),
        click.option("--since", help="First day or time that counts, ISO 8601."),
        click.option("--kind", help="Kind of action. [the only one]"),
        click.argument("store", type=click.Path(path_type=Path)),
    ):
        command = option(command)
    return command


def _read(
    store: Path, kind: str | None, since: str | None, until: str | None, key_file: Path | None
) -> Incidence:
    from lockstep.arguments import read_key
    from lockstep.bipartite import Incidence
    from lockstep.errors import ConfigError
    from lockstep.store import Store

    opened = Store(store, key=read_key(key_file) if key_file else None)
    kinds = sorted(opened.core.kinds())
    if kind is None and len(kinds) == 1:
        kind = kinds[0]
    if kind not in kinds:
        wrong = "give --kind" if kind is None else f"kind {kind!r} is not in {store}"
        raise ConfigError(f"{wrong}; it has {', '.join(kinds) or 'no actions yet'}")
    return Incidence.of_store(opened, kind, since=since, until=until)


@click.command(
    epilog=example("lockstep blocks store --kind retweet", "lockstep blocks store --blocks 20")
)
@_shared
@click.option(
    "--blocks",
    "count",
    default=_core.BLOCKS,
    show_default=True,
    help="Find so many at most, 1 to 64.",
)
def blocks(
    store: Path,
    kind: str | None,
    since: str | None,
    until: str | None,
    key_file: Path | None,
    as_json: bool,
    count: int,
) -> None:
    """Find dense blocks of accounts and objects in STORE, whenever they acted.

    Popular objects weigh little, so that acting on them too does not hide a block (FRAUDAR).
    A block shows common action, not why: a fan club is one.
    """
    from lockstep.bipartite import dense_blocks

    rows = dense_blocks(_read(store, kind, since, until, key_file), blocks=count).to_pylist()
    if as_json:
        emit_json({"blocks": rows})
        return
    shown = [
        {
            **row,
            "account_count": len(row["accounts"]),
            "object_count": len(row["objects"]),
            "accounts": _some(row["accounts"]),
            "objects": _some(row["objects"]),
        }
        for row in rows
    ]
    headings = {
        "block": "block",
        "density": "density",
        "edges": "edges",
        "account_count": "accounts",
        "accounts": "such as",
        "object_count": "objects",
        "objects": "such as",
    }
    print_table(shown, headings)
    note("--json gives all accounts and objects")


def _some(ids: list[Any]) -> list[Any]:
    return ids[:_SHOWN]


def _top_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--top",
        default=20,
        show_default=True,
        type=click.IntRange(min=1),
        help="Rows to show; --json gives all.",
    )(command)


@click.command(epilog=example("lockstep core store --kind retweet --min-accounts 5"))
@_shared
@click.option(
    "--min-accounts",
    default=_core.MIN_ACCOUNTS,
    show_default=True,
    help="Accounts that an object must keep.",
)
@_top_option
def core(
    store: Path,
    kind: str | None,
    since: str | None,
    until: str | None,
    key_file: Path | None,
    as_json: bool,
    min_accounts: int,
    top: int,
) -> None:
    """List accounts of STORE by how many shared objects hold them in a core.

    What is left once accounts with fewer objects than that, and objects with fewer than
    --min-accounts accounts, are taken away, again and again.
    """
    from lockstep.bipartite import bipartite_core

    read = _read(store, kind, since, until, key_file)
    table = bipartite_core(read, min_accounts=min_accounts)
    table = table.sort_by([("core", "descending"), ("account_id", "ascending")])
    if as_json:
        emit_json({"accounts": table.to_pylist()})
        return
    columns = {"account_id": "account", "core": "core", "objects": "objects"}
    print_table(table.slice(0, top).to_pylist(), columns)


@click.command(epilog=example("lockstep synchrony store --kind retweet --min-objects 10"))
@_shared
@click.option(
    "--min-objects",
    default=_core.SYNCHRONY_MIN_OBJECTS,
    show_default=True,
    help="Objects that an account must have.",
)
@_top_option
def synchrony(
    store: Path,
    kind: str | None,
    since: str | None,
    until: str | None,
    key_file: Path | None,
    as_json: bool,
    min_objects: int,
    top: int,
) -> None:
    """List accounts of STORE by how alike the objects are that they acted on (CatchSync).

    Accounts with fewer than --min-objects objects have no score. A high one says that the objects
    are alike in popularity and authority, not why.
    """
    from lockstep.bipartite import synchrony as score

    table = score(_read(store, kind, since, until, key_file), min_objects=min_objects)
    table = table.sort_by([("z", "descending"), ("account_id", "ascending")])
    if as_json:
        emit_json({"accounts": table.to_pylist()})
        return
    names = ("account_id", "z", "residual", "synchronicity", "normality", "objects")
    columns = {name: name.removesuffix("_id") for name in names}
    print_table(table.slice(0, top).to_pylist(), columns)
