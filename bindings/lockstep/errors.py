"""What Lockstep raises on purpose, and the exit code that each gives on the command line."""

from lockstep._core import CorruptData, StorageError, StoreLocked, StoreVersionError

__all__ = [
    "ConfigError",
    "CorruptData",
    "InputRejected",
    "LockstepError",
    "StorageError",
    "StoreLocked",
    "StoreVersionError",
    "UnknownAccount",
    "exit_code",
]


class LockstepError(Exception):
    """Base of the errors that are raised in Python: one line with what, where and the remedy."""


class ConfigError(LockstepError, ValueError):
    """An option, a mapping or a configuration file that cannot be followed."""


class InputRejected(LockstepError):
    """An input that cannot be taken at all, or has more bad rows than allowed; nothing is kept."""


class UnknownAccount(LockstepError, KeyError):
    """An account that the store has not seen."""

    __str__ = Exception.__str__  # KeyError's shows the message as a quoted key


_EXIT_CODES: list[tuple[type[BaseException], int]] = [
    (KeyboardInterrupt, 130),
    (StoreLocked, 75),
    (CorruptData, 5),
    (InputRejected, 3),
    (StoreVersionError, 2),
    (FileNotFoundError, 2),
    (UnknownAccount, 2),
    (ValueError, 2),
]


def exit_code(error: BaseException) -> int:
    """The exit code that stands for `error`; 1 for whatever has none of its own."""
    return next((code for kind, code in _EXIT_CODES if isinstance(error, kind)), 1)
