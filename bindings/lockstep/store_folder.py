"""The folder of a store, before it is opened."""

from __future__ import annotations

from pathlib import Path

from lockstep.errors import storage_error

__all__ = ["is_there"]


def is_there(path: Path) -> bool:
    """Whether a path is anything but a folder yet to be made or filled."""
    try:
        return any(path.iterdir())
    except FileNotFoundError:
        return False
    except NotADirectoryError:
        return True
    except OSError as error:
        raise storage_error(error, path, "look into") from error
