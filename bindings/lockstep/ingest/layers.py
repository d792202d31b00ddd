"""Layers that follow from what a file says: canonical objects, sites, sequences, texts, speed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lockstep.canonical import (
    canonical_hashtags,
    canonical_urls,
    text_signatures,
    url_domains,
)
from lockstep.canonical.near_texts import TEXT
from lockstep.canonical.texts import MIN_TOKENS
from lockstep.errors import ConfigError
from lockstep.ingest.actions import Actions
from lockstep.ingest.id_columns import has_id, plain

__all__ = ["DERIVED", "FAST_S", "FEWEST_TAGS", "LayerMaker", "check_derive", "repeats"]

DERIVED = ("domain", "hashtag_sequence", "fast", "text")
FAST_S = 10  # after what it repeats: sooner than one who reads it first
FEWEST_TAGS = 3  # of one post: fewer come in the same order by chance
LINKS = ("share_url", "url", "link")
HASHTAG = "hashtag"
_REPEATS = ("retweet", "repost", "reblog")
_LONGEST = 1024  # bytes of an id
_CANONICAL = {**dict.fromkeys(LINKS, canonical_urls), HASHTAG: canonical_hashtags}


def check_derive(derive: tuple[str, ...]) -> None:
    """ConfigError on a layer that cannot be derived."""
    for name in derive:
        if name not in DERIVED:
            raise ConfigError(f"derive is {name!r}; give some of {', '.join(DERIVED)}")


@dataclass(frozen=True)
class Context:
    """What is known of the rows of a batch besides their actions; by row."""

    account: pa.Array
    seconds: npt.NDArray[np.int64]
    post: pa.Array | None = None  # which post a row is part of
    text: pa.Array | None = None
    after_s: npt.NDArray[np.int64] | None = None  # seconds after what the row repeats; -1 unknown


@dataclass
class LayerMaker:
    """Makes objects canonical, and actions of other layers from those of a file."""

    derive: tuple[str, ...] = ()
    as_given: bool = False
    canonical: int = 0  # actions whose object was written otherwise
    derived: Counter[str] = field(default_factory=Counter)  # actions by kind
    without: Counter[str] = field(default_factory=Counter)  # why some gave none

    def __post_init__(self) -> None:
        check_derive(self.derive)

    def in_canonical_form(self, actions: Actions) -> Actions:
        """The actions, with one spelling for each link and hashtag."""
        if self.as_given:
            return actions
        for number, name in enumerate(actions.names):
            function = _CANONICAL.get(name)
            if function is None or pa.types.is_integer(plain(actions.object).type):
                continue
            chosen = pa.array(actions.codes == number)
            before = plain(actions.object).filter(chosen).cast(pa.large_string())
            after = function(before)
            self.canonical += pc.sum(pc.not_equal(before, after)).as_py() or 0
            whole = plain(actions.object).cast(pa.large_string())
            actions = replace(actions, object=pc.replace_with_mask(whole, chosen, after))
        return actions

    def derive_from(self, actions: Actions, context: Context) -> Iterator[Actions]:
        """Further actions that these actions stand for."""
        if "domain" in self.derive:
            yield from self._domains(actions)
        if "hashtag_sequence" in self.derive:
            yield from self._sequences(actions, context)
        if "fast" in self.derive:
            yield from self._fast(actions, context)

    def texts(self, rows: npt.NDArray[np.int64], context: Context) -> Iterator[Actions]:
        """One action for each of the rows whose text is long enough: on its signature."""
        if "text" not in self.derive or context.text is None or not len(rows):
            return
        post = _post_of_rows(context)[rows]
        rows = rows[np.unique(post, return_index=True)[1]]  # a post may have several actions
        signature = text_signatures(_decoded(context.text.take(pa.array(rows))))
        kept = np.flatnonzero(signature.is_valid().to_numpy(zero_copy_only=False))
        self.without[f"texts of fewer than {MIN_TOKENS} tokens"] += len(rows) - len(kept)
        names = [f"{value:016x}" for value in signature.take(pa.array(kept)).to_pylist()]
        yield from self._made(TEXT, rows[kept], pa.array(names, pa.large_string()))

    def _made(self, kind: str, rows: npt.NDArray[np.int64], objects: pa.Array) -> Iterator[Actions]:
        if not len(rows):
            return
        fits = pc.less_equal(pc.binary_length(objects), _LONGEST)
        if not pc.all(fits).as_py():
            self.without[f"{kind} objects longer than {_LONGEST} bytes"] += (
                len(objects) - pc.sum(fits).as_py()
            )
            rows, objects = rows[fits.to_numpy(zero_copy_only=False)], objects.filter(fits)
        self.derived[kind] += len(rows)
        yield Actions.of_kind(kind, rows, objects)

    def _domains(self, actions: Actions) -> Iterator[Actions]:
        chosen = _of_kinds(actions, LINKS)
        if not len(chosen) or pa.types.is_integer(plain(actions.object).type):
            return
        domains = url_domains(actions.object.take(pa.array(chosen)))
        known = domains.is_valid().to_numpy(zero_copy_only=False)
        self.without["links that lead to no known site, shortened ones among them"] += int(
            len(known) - known.sum()
        )
        rows = actions.row[chosen[known]]
        yield from self._made("share_domain", rows, domains.drop_null())

    def _sequences(self, actions: Actions, context: Context) -> Iterator[Actions]:
        chosen = _of_kinds(actions, (HASHTAG,))
        if not len(chosen):
            return
        rows = actions.row[chosen]
        post = _post_of_rows(context)[rows]
        order = np.argsort(post, kind="stable")  # tags of a post keep their order
        bounds = np.flatnonzero(np.diff(post[order], prepend=-1))
        sizes = np.diff(bounds, append=len(order))
        tags = plain(actions.object).take(pa.array(chosen[order])).cast(pa.string())
        offsets = pa.array(np.append(bounds, len(order)).astype(np.int32))
        joined = pc.binary_join(pa.ListArray.from_arrays(offsets, tags), " ")
        long = sizes >= FEWEST_TAGS
        self.without[f"posts of fewer than {FEWEST_TAGS} hashtags"] += int((~long).sum())
        first = rows[order[bounds]]
        yield from self._made("hashtag_sequence", first[long], joined.filter(pa.array(long)))

    def _fast(self, actions: Actions, context: Context) -> Iterator[Actions]:
        if context.after_s is None or actions.target is None:
            return
        after = context.after_s[actions.row]
        with_target = has_id(actions.target)
        unknown = repeats(actions) & with_target & (after < 0)
        self.without["repeats at an unknown time after the original"] += int(unknown.sum())
        for number, name in enumerate(actions.names):
            chosen = np.flatnonzero(
                with_target & (after >= 0) & (after <= FAST_S) & (actions.codes == number)
            )
            targets = plain(actions.target).cast(pa.large_string()).take(pa.array(chosen))
            yield from self._made(f"fast_{name}", actions.row[chosen], targets)


def repeats(actions: Actions) -> npt.NDArray[np.bool_]:
    """Which actions repeat what another account wrote."""
    kinds = [name.startswith(_REPEATS) for name in actions.names]
    return np.array(kinds, dtype=np.bool_)[actions.codes]


def _of_kinds(actions: Actions, kinds: tuple[str, ...]) -> npt.NDArray[np.int64]:
    wanted = [number for number, name in enumerate(actions.names) if name in kinds]
    return np.flatnonzero(np.isin(actions.codes, wanted)) if wanted else np.empty(0, np.int64)


def _post_of_rows(context: Context) -> npt.NDArray[np.int64]:
    """A number for the post of each row: as the file says, or one account at one second."""
    if context.post is not None:
        return _codes(context.post)
    account = _codes(context.account)
    _, second = np.unique(context.seconds, return_inverse=True)
    return account * (int(second.max(initial=0)) + 1) + second


def _codes(column: pa.Array) -> npt.NDArray[np.int64]:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    encoded = pc.dictionary_encode(column, null_encoding="encode")
    return encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)


def _decoded(column: pa.Array) -> pa.Array:
    """A column of text; bytes that are not UTF-8 read as signs that stand for nothing."""
    try:
        return plain(column).cast(pa.large_string())
    except pa.ArrowInvalid:
        values = column.to_pylist()
        return pa.array([v if v is None else v.decode("utf-8", "replace") for v in values])
