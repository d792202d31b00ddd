"""The `lockstep` command."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any, NoReturn

import click

from lockstep.cli.common import emit_json, event_log, logs_json, visible

__all__ = ["main"]

# Where each command lives; loaded when it is called, so that `lockstep --help` is quick.
_COMMANDS = {
    "ingest": "ingest",
    "sweep": "sweep",
    "runs": "runs",
    "clusters": "clusters",
    "explain": "explain",
    "candidates": "candidates",
    "returners": "returners",
    "robustness": "robustness",
    "takedown": "takedown",
    "cases": "cases",
    "ledger": "ledger",
    "partners": "partners",
    "backbone": "backbone",
    "calibrate": "calibrate",
    "evaluate": "evaluate",
    "propagate": "propagate",
    "blocks": "bipartite",
    "core": "bipartite",
    "synchrony": "bipartite",
    "explore": "explore",
    "store": "store",
    "graph": "graph",
    "simulate": "simulate",
}


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = import_module(f"lockstep.cli.{_COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, cmd_name)
        return command


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from lockstep import __version__

        click.echo(f"lockstep {__version__}")
        ctx.exit()


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and exit.",
)
def cli() -> None:
    """Find accounts that act in lockstep, and show the evidence.

    A cluster shows co-action, never guilt. Lockstep proposes; a person decides.

    \b
    Exit codes: 0 done, 1 fault, 2 usage or configuration, 3 input rejected,
    4 done with alarms, 5 store damaged, 75 lock held, 130 interrupted (run it again).

    \b
    Examples:
      lockstep ingest store actions.parquet
      lockstep sweep store
    """


def main(arguments: list[str] | None = None) -> NoReturn:
    """Runs a command; every expected fault is one line on standard error and an exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        code = cli.main(arguments, prog_name="lockstep", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.Abort:
        _fail(KeyboardInterrupt("interrupted; run the same command again"), 130, arguments)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        sys.exit(2)
    except click.ClickException as error:
        _fail(error, 2, arguments, error.format_message())
    except (KeyboardInterrupt, Exception) as error:
        _fail_expected(error, arguments)


def _fail_expected(error: BaseException, arguments: list[str]) -> NoReturn:
    from lockstep.errors import LockstepError, exit_code

    code = exit_code(error)
    if isinstance(error, KeyboardInterrupt):
        _fail(error, code, arguments, "interrupted; nothing half-done is kept, run it again")
    if code == 1 and not isinstance(error, LockstepError | OSError):
        # A fault of the program itself: its name and place help whoever mends it.
        at = error.__traceback__
        while at is not None and at.tb_next is not None:
            at = at.tb_next
        where = f"{at.tb_frame.f_code.co_filename}:{at.tb_lineno}" if at else "unknown place"
        _fail(error, 1, arguments, f"internal fault, {type(error).__name__}: {error} ({where})")
    _fail(error, code, arguments)


def _fail(
    error: BaseException, code: int, arguments: list[str], message: str | None = None
) -> NoReturn:
    text = " ".join((message or str(error) or type(error).__name__).split())
    details: dict[str, Any] = {"type": type(error).__name__, "message": text, "exit_code": code}
    if "--json" in arguments:
        emit_json({"error": details})
    if logs_json(arguments):
        event_log("json")(text, level="error", kind="error", type=details["type"], exit_code=code)
    else:
        click.echo(f"lockstep: error: {visible(text)}", err=True)
    sys.exit(code)
