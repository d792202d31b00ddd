"""What Lockstep raises on purpose, and the exit code that each gives on the command line."""

import errno
from pathlib import Path

from lockstep._core import (
    CaseConflict,
    CorruptData,
    NotAStore,
    StorageError,
    StoreLocked,
    StoreVersionError,
)

__all__ = [
    "CaseConflict",
    "ConfigError",
    "CorruptData",
    "InputNotYet",
    "InputRejected",
    "LockstepError",
    "MissingPackage",
    "NotAStore",
    "NotAllowed",
    "StorageError",
    "StoreLocked",
    "StoreVersionError",
    "UnknownAccount",
    "UnknownCase",
    "exit_code",
    "missing_package",
    "one_line",
    "remedy_for",
    "storage_error",
]


class LockstepError(Exception):
    """Base of the errors that are raised in Python: one line with what, where and the remedy."""


class ConfigError(LockstepError, ValueError):
    """An option, a mapping or a configuration file that cannot be followed."""


class InputRejected(LockstepError):
    """An input that cannot be taken at all, or has more bad rows than allowed; nothing is kept."""


class InputNotYet(InputRejected):
    """An input that may be taken later: it is still being written, or of a time to come."""


class MissingPackage(LockstepError, ImportError):
    """A package that an optional part needs is not installed."""


class UnknownAccount(LockstepError, KeyError):
    """An account that the store has not seen."""

    __str__ = Exception.__str__  # KeyError's shows the message as a quoted key


class UnknownCase(LockstepError, KeyError):
    """A case that the store does not have."""

    __str__ = Exception.__str__


class NotAllowed(LockstepError):
    """What the rules of case work do not let this person do, or not yet."""


_REMEDIES = {
    errno.EACCES: "check its owner and permissions",
    errno.EPERM: "check its owner and permissions",
    errno.ENOSPC: "free disk space and run it again",
    errno.EDQUOT: "free disk space and run it again",
}


def one_line(error: BaseException) -> str:
    """What an error says, without line breaks."""
    return " ".join(str(error).split())


def missing_package(name: str, why: str) -> MissingPackage:
    """The error that says which package is needed for what."""
    return MissingPackage(f"{name} is needed {why}; pip install {name}")


def remedy_for(error: OSError) -> str:
    """What to do about a failure of the system."""
    return _REMEDIES.get(error.errno or 0, "check the path")


def storage_error(error: OSError, path: Path, what: str) -> StorageError:
    """The StorageError that says what could not be done to a path, why, and the remedy."""
    if isinstance(error, StorageError):
        return error
    return StorageError(f"cannot {what} {path}: {error.strerror}; {remedy_for(error)}")


_EXIT_CODES: list[tuple[type[BaseException], int]] = [
    (KeyboardInterrupt, 130),
    (StoreLocked, 75),
    (CaseConflict, 75),
    (CorruptData, 5),
    (InputRejected, 3),
    (NotAStore, 2),
    (StoreVersionError, 2),
    (FileNotFoundError, 2),
    (UnknownAccount, 2),
    (UnknownCase, 2),
    (NotAllowed, 2),
    (ValueError, 2),
]


def exit_code(error: BaseException) -> int:
    """The exit code that stands for `error`; 1 for whatever has none of its own."""
    return next((code for kind, code in _EXIT_CODES if isinstance(error, kind)), 1)
