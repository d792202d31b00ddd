"""Which column of an export is what."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping as AnyMapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from lockstep.errors import ConfigError, InputRejected

__all__ = [
    "PRESETS",
    "ColumnMap",
    "choose_map",
    "map_file_text",
    "map_from",
    "parse_map",
    "read_map_file",
]

DEFAULT_KIND = "share"


@dataclass(frozen=True)
class ColumnMap:
    """Names of the columns that hold each part of an action."""

    account: str
    object: str
    time: str
    kind: str | None = None  # a column of kinds
    target: str | None = None  # a column of accounts acted upon; may be empty in a row
    constant_kind: str | None = None  # the kind of every row, where there is no column
    explode: str | None = None  # a preset that makes several actions of one row
    tz: str | None = None  # zone of times that name none
    extra: tuple[str, ...] = ()  # columns that `explode` needs besides
    post: str | None = None  # a column that names the post an action is part of
    text: str | None = None  # a column of texts; never stored
    origin_time: str | None = None  # a column of times of what an action repeats; may be empty

    def columns(self) -> list[str]:
        """Every column that must be there, once each."""
        wanted = [self.account, self.object, self.time, self.kind, self.target, *self.extra]
        wanted += [self.post, self.text, self.origin_time]
        return list(dict.fromkeys(name for name in wanted if name))

    def for_layers(self, derive: tuple[str, ...]) -> ColumnMap:
        """The map with the columns that derived layers need, and no others.

        Raises
        ------
        ConfigError
            Where a layer needs a column that the map does not name.
        """
        if self.explode == "x-io":
            return replace(self, text="tweet_text" if "text" in derive else None)
        for layer, part in (("text", "text"), ("fast", "origin_time")):
            if layer in derive and getattr(self, part) is None:
                raise ConfigError(f"--derive {layer} needs a column; give {part}=COLUMN in --map")
        return replace(
            self,
            post=self.post if "hashtag_sequence" in derive else None,
            text=self.text if "text" in derive else None,
            origin_time=self.origin_time if "fast" in derive else None,
        )

    def to_dict(self) -> dict[str, Any]:
        """For the content hash of a job: the same file mapped otherwise is another job."""
        later = ("post", "text", "origin_time")  # not named where they are not used
        return {
            name: value
            for name, value in asdict(self).items()
            if value is not None or name not in later
        }


PRESETS: dict[str, ColumnMap] = {
    # CooRTweet's input columns.
    "coortweet": ColumnMap(account="account_id", object="object_id", time="timestamp_share"),
    # Tweet files of the X / Twitter information-operations archive.
    "x-io": ColumnMap(
        account="userid",
        object="tweetid",
        time="tweet_time",
        explode="x-io",
        tz="UTC",
        extra=(
            "is_retweet",
            "retweet_userid",
            "retweet_tweetid",
            "in_reply_to_userid",
            "in_reply_to_tweetid",
            "urls",
            "hashtags",
            "user_mentions",
        ),
    ),
}

# Tried in this order where neither a preset nor a mapping is given.
_KNOWN = [
    ColumnMap(account="account_id", object="object_id", time="timestamp", kind="action"),
    ColumnMap(account="account_id", object="object_id", time="timestamp"),
    PRESETS["coortweet"],
]

_PARTS = ("account", "object", "time", "kind", "target", "post", "text", "origin_time")


def map_from(parts: AnyMapping[str, str], where: str) -> ColumnMap:
    """A map from part to column.

    Raises
    ------
    ConfigError
        On an unknown or a missing part.
    """
    unknown = [part for part in parts if part not in _PARTS]
    if unknown:
        raise ConfigError(f"{where}: {unknown[0]!r} is no part; give {', '.join(_PARTS)}")
    missing = [part for part in _PARTS[:3] if not parts.get(part)]
    if missing:
        raise ConfigError(f"{where} lacks {', '.join(missing)}; give account, object and time")
    return ColumnMap(
        account=parts["account"],
        object=parts["object"],
        time=parts["time"],
        kind=parts.get("kind"),
        target=parts.get("target"),
        post=parts.get("post"),
        text=parts.get("text"),
        origin_time=parts.get("origin_time"),
    )


def parse_map(text: str) -> ColumnMap:
    """A map from `account=user,object=url,time=created_at[,kind=..][,target=..]` and so on."""
    pairs = [pair.partition("=") for pair in text.split(",")]
    wrong = [name for name, equals, column in pairs if not equals or not column]
    if wrong:
        raise ConfigError(f"--map: {wrong[0]!r} is no PART=COLUMN; see `lockstep ingest --help`")
    return map_from({name.strip(): column.strip() for name, _, column in pairs}, "--map")


def read_map_file(path: Path) -> ColumnMap:
    """A map from a TOML file of the same parts, one a line."""
    try:
        parts = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error
    return map_from({str(key): str(value) for key, value in parts.items()}, str(path))


def map_file_text(map_: ColumnMap) -> str:
    """What `read_map_file` reads back as the same map."""
    parts = {part: getattr(map_, part) for part in _PARTS}
    lines = [f"{part} = {_toml(name)}" for part, name in parts.items() if name is not None]
    return "\n".join(lines) + "\n"


def _toml(text: str) -> str:
    """A basic string: written as in JSON, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def choose_map(
    given: ColumnMap | None,
    kind: str | None,
    derive: tuple[str, ...],
    found: list[str],
    where: str,
) -> ColumnMap:
    """The map to read a file with, once its columns are known.

    Raises
    ------
    InputRejected
        Where a column is missing, listing what was found.
    """
    if given is None:
        fitting = [known for known in _KNOWN if set(known.columns()) <= set(found)]
        if not fitting:
            raise InputRejected(
                f"{where}: cannot tell which column is what; found {_listed(found)}; "
                f"pass --map account=..,object=..,time=.. or --preset"
            )
        given = fitting[0]
    if kind is not None:
        given = replace(given, kind=None, constant_kind=kind)
    elif given.kind is None and given.explode is None:
        given = replace(given, constant_kind=DEFAULT_KIND)
    given = given.for_layers(derive)
    missing = [name for name in given.columns() if name not in found]
    if missing:
        raise InputRejected(
            f"{where}: column {', '.join(missing)} is missing; found {_listed(found)}; "
            f"names are exact, change --map"
        )
    return given


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:20]) if names else "none"
    return shown if len(names) <= 20 else f"{shown} and {len(names) - 20} more"
