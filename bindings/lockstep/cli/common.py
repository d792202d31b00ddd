"""What all commands share: options, tables, and errors as one line."""

from __future__ import annotations

import json
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import click

from lockstep.errors import ConfigError
from lockstep.event_log import EventLog

__all__ = [
    "any_path",
    "emit_json",
    "event_log",
    "example",
    "forgotten_names",
    "json_option",
    "key_option",
    "log_format_option",
    "logs_json",
    "note",
    "parse_bytes",
    "print_table",
    "progress_bar",
    "read_accounts",
    "read_table",
    "stage_bars",
    "stored_names",
    "visible",
    "watched",
]

# Whether it can be read is for the one who opens it to say.
any_path = click.Path(path_type=Path, readable=False)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
key_option = click.option(
    "--key-file",
    type=click.Path(path_type=Path),
    help="File with the pseudonym key of the store.",
)

log_format_option = click.option(
    "--log-format",
    type=click.Choice(("text", "json")),
    default="text",
    show_default=True,
    help="On standard error: bars and notes for people, or one JSON object a line.",
)

_BYTES = {"": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}


def example(*lines: str) -> str:
    """The examples at the end of a command's help."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def note(text: str) -> None:
    """A line for people, beside the result."""
    click.echo(text, err=True)


def forgotten_names(dropped: dict[str, Any]) -> str:
    """What went with the days that were dropped from a store, in a line."""
    return (
        f"names of {dropped['accounts']:,} accounts and {dropped['objects']:,} objects forgotten, "
        f"to which nothing refers any more"
    )


def event_log(log_format: str) -> EventLog:
    """Events on standard error, where JSON was asked for."""
    return EventLog(note) if log_format == "json" else EventLog()


def logs_json(arguments: list[str]) -> bool:
    """Whether a command line asks for a log in JSON, also where it cannot be followed."""
    return "--log-format=json" in arguments or ("--log-format", "json") in pairwise(arguments)


def emit_json(value: Any) -> None:
    """The result as JSON on standard output."""
    click.echo(json.dumps(value, indent=2, default=str))


def parse_bytes(text: str) -> int:
    """Bytes of 1000000, 512MiB or 3GiB."""
    match = re.fullmatch(r"(\d+)(KiB|MiB|GiB|)", text.strip())
    if not match:
        raise ConfigError(f"{text!r} is no size; give 512MiB or 3GiB")
    return int(match[1]) * _BYTES[match[2]]


def print_table(rows: list[dict[str, Any]], columns: dict[str, str]) -> None:
    """Rows as an aligned table; `columns` maps a key to its heading, numbers go to the right."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(soft_wrap=False, width=None if sys.stdout.isatty() else 140)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for key, heading in columns.items():
        numeric = bool(rows) and all(isinstance(row[key], int | float) for row in rows)
        # Text, for a heading can be an id, and Rich would read [brackets] in it as its markup.
        table.add_column(
            Text(visible(heading)),
            justify="right" if numeric else "left",
            overflow="ellipsis",
            no_wrap=numeric,
        )
    for row in rows:
        table.add_row(*(Text(_shown(row[key])) for key in columns))
    console.print(table)


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    if isinstance(value, list):
        return ", ".join(map(visible, value))
    return visible(value)


def visible(value: object) -> str:
    """Text without control characters and turns of direction: they must not reach a terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(value))


def read_table(path: Path, *names: str) -> Any:
    """A file as a table; columns in `names` are text, whatever it looks like: 007 is not 7."""
    from lockstep.table_files import read_table_file

    return read_table_file(path, *names)


def read_accounts(path: Path, run: Any, key_file: Path | None) -> list[str]:
    """The accounts in column account_id of a file, as a run names them."""
    table = read_table(path, "account_id")
    if "account_id" not in table.column_names:
        raise ConfigError(f"{path} lacks account_id; it has {', '.join(table.column_names)}")
    names: list[str] = table["account_id"].cast("string").to_pylist()
    return stored_names(run, names, key_file) if key_file else names


def stored_names(run: Any, names: list[str], key_file: Path) -> list[str]:
    """What a run calls accounts; its store tells, which also checks the key."""
    from lockstep.arguments import read_key
    from lockstep.store import Store

    path = Path(run.summary["store"])
    key = read_key(key_file)
    if not (path / "FORMAT").exists():
        raise ConfigError(
            f"--key-file needs the store of the run, and {path} is not there; give the "
            f"accounts' pseudonyms without a key"
        )
    with Store(path, key=key) as store:
        return [store.core.stored_name("account", name) for name in names]


@contextmanager
def progress_bar(label: str, *, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error for `say(done, total)`; silent when asked to be, or piped."""
    if quiet or not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as progress:
        task = progress.add_task(label, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total or None)


def stage_bars(*, quiet: bool) -> Callable[[str, Any], AbstractContextManager[None]]:
    """For the stages of a sweep: a bar each, while it runs."""

    @contextmanager
    def say(stage: str, control: Any) -> Iterator[None]:
        with progress_bar(stage, quiet=quiet) as bar, watched(control, bar):
            yield

    return say


@contextmanager
def watched(control: Any, say: Callable[[int, int], None]) -> Iterator[None]:
    """Shows the progress of a C++ call, which `control` reports, while the block runs."""
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(0.1):
            say(control.done, control.total)
            time.sleep(0)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
