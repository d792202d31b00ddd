"""What kind of file is this, and its bytes: formats and compression, told by their first bytes."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import stat
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from lockstep.errors import InputRejected, remedy_for

__all__ = ["FORMATS", "Container", "SourceStream", "check_path", "file_state", "inspect"]

FORMATS = ("csv", "ndjson", "parquet", "arrow")

_BOMB_RATIO = 200
_BOMB_BYTES = 10 << 30
_CHUNK = 4 << 20
_HEAD = 1 << 16
_MAGIC = {b"PAR1": "parquet", b"ARROW1": "arrow", b"\xff\xff\xff\xff": "arrow"}
_NAMES = {"csv": "CSV", "ndjson": "NDJSON", "parquet": "a Parquet file", "arrow": "an Arrow stream"}
_ENCODINGS = (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff", b"\xff\xfe", b"\xfe\xff")


@dataclass
class Container:
    """A file, how it is packed, and what is in it."""

    path: Path
    format: str
    compression: str | None
    state: tuple[int, int, int]  # of the file when it was first looked at
    warnings: list[str] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Bytes of the file as it lies on the disk."""
        return self.state[1]

    def open(self, progress: Callable[[int], None] | None = None) -> SourceStream:
        """The bytes inside, unpacked as they are read."""
        return SourceStream(self, progress)


def file_state(path: Path) -> tuple[int, int, int]:
    """What changes when a file does: its identity, size and time of change."""
    state = path.stat()
    return state.st_ino, state.st_size, state.st_mtime_ns


def check_path(path: Path) -> None:
    """That a path is a regular file that can be read.

    Raises
    ------
    FileNotFoundError
        Where there is none.
    InputRejected
        Where it is something else, or may not be read.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise FileNotFoundError(f"{path}: no such file; check the path") from None
    except OSError as error:
        raise InputRejected(f"{path}: {error.strerror}; {remedy_for(error)}") from error
    if not stat.S_ISREG(mode):
        kind = "a folder" if stat.S_ISDIR(mode) else "no regular file"
        raise InputRejected(f"{path} is {kind}; give a file")
    if not os.access(path, os.R_OK):
        raise InputRejected(f"{path}: Permission denied; check its owner and permissions")


def sha256_of(path: Path) -> hashlib._Hash:
    """SHA-256 over a file's bytes, still open for more."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256")


def inspect(path: Path, format_: str | None = None) -> Container:
    """Look at a file's first bytes.

    Raises
    ------
    FileNotFoundError
        Where there is none.
    InputRejected
        On anything that is no readable, non-empty regular file in a known encoding.
    """
    check_path(path)
    state = file_state(path)
    if state[1] == 0:
        raise InputRejected(f"{path} is empty; give a file with rows")
    with path.open("rb") as file:
        magic = file.read(4)
    compression = {b"\x1f\x8b": "gzip", b"\x28\xb5": "zstd"}.get(magic[:2])
    if compression == "zstd" and magic != b"\x28\xb5\x2f\xfd":
        compression = None
    container = Container(path, format_ or "csv", compression, state)
    expected = {".gz": "gzip", ".zst": "zstd"}.get(path.suffix)
    if expected != compression:
        said = f"named {path.suffix}" if expected else "not named so"
        container.warnings.append(f"{path.name} is {compression or 'not compressed'}, but {said}")
    with container.open() as stream:
        head = stream.read(_HEAD)
    if format_ is None:
        container.format = _format_of(head, path)
    else:
        _check_format(head, container)
    if container.format in ("csv", "ndjson"):
        _check_text(head, path)
    return container


def _format_of(head: bytes, path: Path) -> str:
    for magic, kind in _MAGIC.items():
        if head.startswith(magic):
            return kind
    if ".parquet" in path.suffixes:
        raise InputRejected(f"{path} is no Parquet file: it does not begin with PAR1")
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    if start.startswith(b"[") and (b"{" in start[:64] or path.suffix in (".json", ".ndjson")):
        raise InputRejected(
            f"{path} holds one JSON array; write one object a line (NDJSON), as `jq -c '.[]'` does"
        )
    return "ndjson" if start.startswith(b"{") else "csv"


def _check_format(head: bytes, container: Container) -> None:
    binary = next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), None)
    if binary not in (None, container.format):
        raise InputRejected(
            f"{container.path} is {_NAMES[binary]}, not {_NAMES[container.format]}; leave out "
            f"--format, or pass --format {binary}"
        )


def _check_text(head: bytes, path: Path) -> None:
    if head.startswith(_ENCODINGS):
        raise InputRejected(f"{path} is UTF-16 or UTF-32; convert it to UTF-8 (iconv -t UTF-8)")
    if b"\r" in head and b"\n" not in head and len(head) < _HEAD:
        raise InputRejected(f"{path} ends its lines with a lone CR; convert it to LF")
    if not head.strip():
        raise InputRejected(f"{path} holds only white space; give a file with rows")


class SourceStream(io.RawIOBase):
    """Unpacked bytes of a container; counts lines and quotes, and guards against bombs."""

    def __init__(self, container: Container, progress: Callable[[int], None] | None) -> None:
        super().__init__()
        self._container = container
        self._progress = progress
        self._file: BinaryIO = container.path.open("rb")
        self._source = self._unpacked()
        self._tail = b""
        self.lines = 0
        self.quotes = 0
        self.bytes = 0

    def _unpacked(self) -> BinaryIO:
        if self._container.compression == "gzip":
            return gzip.GzipFile(fileobj=self._file)  # type: ignore[return-value]
        if self._container.compression == "zstd":
            return pa.CompressedInputStream(pa.PythonFile(self._file, "r"), "zstd")
        return self._file

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes; all where negative. InputRejected on damage."""
        if size is None or size < 0:
            return b"".join(iter(lambda: self.read(_CHUNK), b""))
        try:
            data = bytes(self._source.read(size))
        except (EOFError, OSError, zlib.error, pa.ArrowException) as error:
            raise InputRejected(
                f"{self._container.path}: damaged or cut short after {self.bytes} unpacked bytes "
                f"({error}); fetch it again"
            ) from error
        self.bytes += len(data)
        self.lines += data.count(b"\n")
        self.quotes += data.count(b'"')
        if data:
            self._tail = (self._tail + data)[-64:]
        bomb = max(_BOMB_BYTES, _BOMB_RATIO * self._container.size)
        if self._container.compression and self.bytes > bomb:
            raise InputRejected(f"{self._container.path} unpacks to over 200 times its size")
        if self._progress is not None:
            self._progress(self._file.tell())
        return data

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def check_end(self) -> None:
        """InputRejected where the bytes read so far end in NULs: a copy that was torn."""
        if self._tail.endswith(b"\0" * 8):
            raise InputRejected(
                f"{self._container.path} ends in NUL bytes near {self.bytes}: a torn copy; "
                f"fetch it again"
            )

    @property
    def ends_with_newline(self) -> bool:
        """Whether the last byte read was the end of a line."""
        return self._tail.endswith(b"\n")

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()
