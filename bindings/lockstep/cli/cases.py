"""`lockstep cases`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lockstep.cli.common import (
    any_path,
    emit_json,
    example,
    json_option,
    key_option,
    note,
    print_table,
    visible,
)

if TYPE_CHECKING:
    from lockstep.cases import Case

_as_option = click.option("--as", "actor", help="Who does it. [your login name]")
_version_option = click.option(
    "--version",
    type=click.IntRange(min=1),
    help="Version of the case that you read: where it has moved on, nothing is written.",
)
_runs_option = click.option("--runs", type=any_path, help="Folder of runs. [STORE-runs]")
_DISPOSITIONS = (
    "coordinated-inauthentic",
    "coordinated-legitimate",
    "not-coordinated",
    "needs-data",
)


@click.group(epilog=example("lockstep cases list store --state proposed"))
def cases() -> None:
    """Keep what people find about clusters: two sign, everything is audited, nobody is acted on.

    A case is open until somebody proposes a disposition with a note, and counts once another
    person has signed it: for export, for the next sweep, and for the record of partners.
    """


@cases.command("list", epilog=example("lockstep cases list store --assignee anna"))
@click.argument("store", type=any_path)
@click.option("--state", type=click.Choice(["open", "proposed", "signed"]), help="Only these.")
@click.option("--disposition", type=click.Choice(_DISPOSITIONS), help="Only these.")
@click.option("--assignee", help="Only what this person is to see to.")
@click.option("--run", "run_id", help="Only clusters of this run, by its id.")
@json_option
def list_(
    store: Path,
    state: str | None,
    disposition: str | None,
    assignee: str | None,
    run_id: str | None,
    as_json: bool,
) -> None:
    """List the cases of STORE, the newest first."""
    from lockstep.cases import list_cases

    found = list_cases(
        store, state=state, disposition=disposition, assignee=assignee, run_id=run_id
    )
    rows = [case.summary() for case in found]
    if as_json:
        emit_json({"cases": rows})
    elif rows:
        names = ("case_id", "state", "disposition", "cluster_id", "run_id", "members", "assignee")
        print_table(rows, {name: name.replace("_", " ") for name in names})
    else:
        click.echo("No such cases; `lockstep cases open STORE RUN C-0001` opens one.")


@cases.command("show", epilog=example("lockstep cases show store 3"))
@click.argument("store", type=any_path)
@click.argument("case", type=int)
@json_option
def show(store: Path, case: int, as_json: bool) -> None:
    """Show CASE of STORE with its history."""
    from lockstep.cases import find_case

    _say(find_case(store, case), as_json, history=True)


@cases.command("open", epilog=example("lockstep cases open store store-runs C-0001"))
@click.argument("store", type=any_path)
@click.argument("run", type=any_path)
@click.argument("cluster")
@click.option("--note", "text", default="", help="Why.")
@_as_option
@json_option
def open_(
    store: Path, run: Path, cluster: str, text: str, actor: str | None, as_json: bool
) -> None:
    """Open a case of CLUSTER of RUN; its accounts are the subject for good."""
    from lockstep.cases import open_case
    from lockstep.sweep.run import Run

    _say(open_case(store, Run.open(run), cluster, actor=actor, note=text), as_json)


@cases.command(
    "decide",
    epilog=example('lockstep cases decide store 3 not-coordinated --note "fans of one team"'),
)
@click.argument("store", type=any_path)
@click.argument("case", type=int)
@click.argument("disposition", type=click.Choice(_DISPOSITIONS))
@click.option("--note", "text", default="", help="Why; must be given.")
@_as_option
@_version_option
@json_option
def decide(
    store: Path,
    case: int,
    disposition: str,
    text: str,
    actor: str | None,
    version: int | None,
    as_json: bool,
) -> None:
    """Propose a DISPOSITION of CASE; it counts once another person has signed."""
    from lockstep.cases import decide

    _say(decide(store, case, disposition, text, actor=actor, version=version), as_json)


@cases.command("note", epilog=example('lockstep cases note store 3 "asked the partner"'))
@click.argument("store", type=any_path)
@click.argument("case", type=int)
@click.argument("text")
@_as_option
@_version_option
@json_option
def note_(
    store: Path, case: int, text: str, actor: str | None, version: int | None, as_json: bool
) -> None:
    """Add a note to CASE."""
    from lockstep.cases import comment

    _say(comment(store, case, text, actor=actor, version=version), as_json)


@cases.command("assign", epilog=example("lockstep cases assign store 3 anna"))
@click.argument("store", type=any_path)
@click.argument("case", type=int)
@click.argument("person")
@_as_option
@_version_option
@json_option
def assign(
    store: Path, case: int, person: str, actor: str | None, version: int | None, as_json: bool
) -> None:
    """Give CASE to PERSON; "" gives it to nobody."""
    from lockstep.cases import assign

    _say(assign(store, case, person, actor=actor, version=version), as_json)


@cases.command("sign", epilog=example("lockstep cases sign store 3 --as boris"))
@click.argument("store", type=any_path)
@click.argument("case", type=int)
@_as_option
@_version_option
@json_option
def sign(store: Path, case: int, actor: str | None, version: int | None, as_json: bool) -> None:
    """Sign the proposed disposition of CASE as a second person, not the one who proposed it."""
    from lockstep.cases import sign

    _say(sign(store, case, actor=actor, version=version), as_json)


@cases.command("undo", epilog=example('lockstep cases undo store 3 2 --note "wrong cluster"'))
@click.argument("store", type=any_path)
@click.argument("case", type=int)
@click.argument("entry", type=int)
@click.option("--note", "text", default="", help="Why; must be given.")
@_as_option
@_version_option
@json_option
def undo(
    store: Path,
    case: int,
    entry: int,
    text: str,
    actor: str | None,
    version: int | None,
    as_json: bool,
) -> None:
    """Withdraw ENTRY of CASE by a new entry; the history keeps both."""
    from lockstep.cases import undo

    _say(undo(store, case, entry, text, actor=actor, version=version), as_json)


@cases.command("export", epilog=example("lockstep cases export store 3 case-3.zip"))
@click.argument("store", type=any_path)
@click.argument("case", type=int)
@click.argument("file", type=any_path)
@click.option("--draft", is_flag=True, help="Before two have signed; marked as a draft throughout.")
@_runs_option
@_as_option
@json_option
def export(
    store: Path,
    case: int,
    file: Path,
    draft: bool,
    runs: Path | None,
    actor: str | None,
    as_json: bool,
) -> None:
    """Write CASE to FILE as one ZIP: tables, graph, figures, a page, history, and hashes of all.

    Who exported it, and the SHA-256 of the file, are put down in the case's history.
    """
    from lockstep.cases import find_case
    from lockstep.cases.pack import export_case
    from lockstep.sweep.run import Run, runs_folder

    folder = runs_folder(store) if runs is None else runs
    run = Run(folder / find_case(store, case).run_id)
    made = export_case(store, case, run, actor=actor, draft=draft)
    file.write_bytes(made.content)
    if as_json:
        emit_json(
            {"case": case, "file": str(file), "standing": made.standing, "sha256": made.sha256}
        )
    else:
        click.echo(f"{file}: case {case}, {made.standing}, SHA-256 {made.sha256}")


@cases.command("verify", epilog=example("lockstep cases verify case-3.zip --store store"))
@click.argument("file", type=any_path)
@click.option("--store", type=any_path, help="Make everything again from this store, and compare.")
@_runs_option
@key_option
@json_option
def verify(
    file: Path, store: Path | None, runs: Path | None, key_file: Path | None, as_json: bool
) -> int:
    """Check the pack FILE: its hashes, and with --store whether run and store give the same.

    Exit code 3 means that something does not match.
    """
    from contextlib import nullcontext

    from lockstep.arguments import read_key
    from lockstep.cases.verify import verify_pack
    from lockstep.store import Store

    key = read_key(key_file) if key_file else None
    with nullcontext() if store is None else Store(store, key=key) as opened:
        result = verify_pack(file, store=opened, runs=runs)
    if as_json:
        emit_json({**vars(result), "matches": result.matches})
    else:
        print_table(result.files, {"name": "file", "manifest": "manifest", "redone": "made again"})
        for text in result.remarks:
            note(visible(text))
        for text in result.problems:
            click.echo(f"mismatch: {visible(text)}")
        click.echo(f"{file}: {'match' if result.matches else 'MISMATCH'} ({result.standing})")
    return 0 if result.matches else 3


def _say(case: Case, as_json: bool, *, history: bool = False) -> None:
    from lockstep.cases.state import DISPOSITIONS, told

    summary = case.summary()
    if as_json:
        entries: list[dict[str, Any]] = [vars(entry) for entry in case.entries]
        emit_json({**summary, "accounts": case.accounts, "entries": entries})
        return
    found = "" if case.disposition is None else f", {DISPOSITIONS[case.disposition]}"
    click.echo(
        f"case {case.case_id} (version {case.version}): {case.state}{found}; {case.cluster_id} of "
        f"run {case.run_id}, {len(case.accounts):,} accounts, "
        f"{'given to ' + visible(case.assignee) if case.assignee else 'given to nobody'}"
    )
    for entry in case.entries if history else case.entries[-1:]:
        gone = " [withdrawn]" if entry.withdrawn else ""
        click.echo(f"{entry.version:3}. {visible(told(entry))}{gone}")
