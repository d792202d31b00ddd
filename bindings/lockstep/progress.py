"""Bars that show how far a long call is."""

from __future__ import annotations

import functools
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from lockstep import _core

__all__ = ["bar", "set_progress", "shows_progress", "stages", "watching"]

P = ParamSpec("P")
R = TypeVar("R")

_DELAY_S = 0.5  # a call that is done before then shows nothing


@dataclass
class _Settings:
    shown: bool | None = None


_SETTINGS = _Settings()


def set_progress(shown: bool | None) -> None:
    """Say whether long calls show a bar on standard error.

    Parameters
    ----------
    shown : bool or None
        None (the default): on a terminal and in Jupyter, and not where output is piped.

    Examples
    --------
    >>> import lockstep as ls
    >>> ls.set_progress(False)
    >>> ls.set_progress(None)
    """
    if shown is not None and not isinstance(shown, bool):
        raise TypeError(f"shown is {shown!r}; give True, False or None")
    _SETTINGS.shown = shown


def _wanted() -> bool:
    if _SETTINGS.shown is not None:
        return _SETTINGS.shown
    return "ipykernel" in sys.modules or (sys.stderr is not None and sys.stderr.isatty())


@contextmanager
def bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """A bar for `say(done, total)`; a total of 0 is not known. Silent where none is wanted."""
    if not _wanted():
        yield lambda done, total: None
        return
    from tqdm.auto import tqdm

    with tqdm(desc=label, total=None, leave=False, delay=_DELAY_S) as shown:

        def say(done: int, total: int) -> None:
            if total and shown.total != total:
                shown.total = total
            shown.update(done - shown.n)

        yield say


@contextmanager
def watching(label: str, control: _core.RunControl) -> Iterator[None]:
    """Shows the progress of a C++ call, which `control` reports, while the block runs."""
    if not _wanted():
        yield
        return
    stop = threading.Event()
    with bar(label) as say:

        def watch() -> None:
            while not stop.wait(0.1):
                say(control.done, control.total)

        thread = threading.Thread(target=watch, daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()


@contextmanager
def stages(label: str) -> Iterator[Callable[[str, _core.RunControl], AbstractContextManager[None]]]:
    """One line for a call of many stages: the stage that runs, and for how long."""
    if not _wanted():
        yield lambda stage, control: nullcontext()
        return
    from tqdm.auto import tqdm

    form = "{desc} [{elapsed}]"
    with tqdm(desc=label, leave=False, delay=_DELAY_S, bar_format=form) as shown:

        @contextmanager
        def say(stage: str, control: _core.RunControl) -> Iterator[None]:
            shown.set_description_str(f"{label}: {stage}")
            shown.update()
            yield

        yield say


def shows_progress(function: Callable[P, R]) -> Callable[P, R]:
    """A function that takes `control`, with a bar of its own where the caller gave none."""

    @functools.wraps(function)
    def shown(*args: P.args, **kwargs: P.kwargs) -> R:
        if kwargs.get("control") is not None or not _wanted():
            return function(*args, **kwargs)
        control = _core.RunControl()
        given: dict[str, Any] = {**kwargs, "control": control}
        with watching(function.__name__, control):
            return function(*args, **given)

    return shown
