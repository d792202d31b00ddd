"""The configuration of a nightly sweep: one TOML file, checked before anything is done."""

from __future__ import annotations

import difflib
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from lockstep import _core
from lockstep.arguments import parse_duration
from lockstep.errors import ConfigError
from lockstep.ingest.times import TimeReader
from lockstep.moments import DAY_S
from lockstep.reliability import RECORD
from lockstep.sweep.options import SweepOptions
from lockstep.sweep.run import runs_folder

__all__ = ["NightConfig", "config_schema", "load_config"]

_OPTIONS = SweepOptions()


def _seconds(given: Any) -> Any:
    return parse_duration(given) if isinstance(given, str) else given


Duration = Annotated[int, BeforeValidator(_seconds), Field(ge=0)]  # seconds, or 60s, 10m, 1h, 7d


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Sweep(_Part):
    """What is swept, and how; the options of `lockstep sweep`."""

    store: Path
    out: Path | None = None  # the store's path with -runs
    key_file: Path | None = None  # of a store of pseudonyms
    kinds: list[str] | None = None
    lookback: Duration = 30 * DAY_S  # how much of the past counts, before the end of the log
    window: Duration = _OPTIONS.window_s
    layer_windows: dict[str, Duration] = {}
    min_objects: int = _OPTIONS.min_objects
    max_object_actions: int = _OPTIONS.max_object_actions
    fdr: float = _OPTIONS.fdr
    combine: str = _OPTIONS.combine
    strata: str = _OPTIONS.strata
    timing_test: bool = True
    horizon: Duration = _OPTIONS.horizon_s
    resolution: float = _OPTIONS.resolution
    min_cluster_size: int = _OPTIONS.min_cluster_size
    seed: int = _OPTIONS.seed
    controls: int = _OPTIONS.controls
    bootstraps: int = _OPTIONS.bootstraps
    memory_bytes: int = Field(default=_core.MEMORY_BYTES, gt=0)
    threads: int | None = Field(default=None, ge=1)


class Ingest(_Part):
    """New files to take in first."""

    inbox: Path  # folder
    pattern: str = "*"
    preset: Literal["coortweet", "x-io"] | None = None
    map: dict[str, str] | None = None
    kind: str | None = None
    derive: list[str] = []
    time_unit: Literal["s", "ms", "us", "ns"] | None = None  # told by the size of the numbers
    tz: str | None = None  # zone of times that name none, such as Europe/Berlin; UTC
    max_rejects: str | None = None


class Referrals(_Part):
    """Partners' referrals, and what became of earlier ones."""

    inbox: Path | None = None  # folder of CSV and Parquet files
    reliability: Path | None = None  # a file, or record: what the store's ledger says


class Gates(_Part):
    """Without these nothing is swept, and the night is rejected."""

    min_actions: int = Field(default=0, ge=0)  # in the time that counts
    max_lag: Duration | None = None  # since the last action
    max_volume_change: float | None = Field(default=None, gt=0)  # last day by the median day before
    max_duplicate_rate: float | None = Field(default=None, ge=0, le=1)  # of the rows that count
    min_free_bytes: int = Field(default=2**30, ge=0)  # on the disks of the store and the runs


class Alarms(_Part):
    """What a person should look at; the night is done all the same."""

    max_new_clusters: int | None = Field(default=None, ge=0)
    max_clustered_share: float | None = Field(default=None, ge=0, le=1)  # of all accounts
    returned_clusters: int | None = Field(default=1, ge=1)  # so many or more
    returned_accounts: int | None = Field(default=1, ge=1)  # newly like suspended ones, or more
    max_recovered: float | None = Field(default=0.5, ge=0)  # of a suspended wave's activity
    max_active_again: int | None = Field(default=None, ge=0)  # suspended accounts that act
    score_drift_psi: float | None = Field(default=None, gt=0)  # of edge weights, by the run before
    null_drift: float | None = Field(default=None, gt=1)  # times a layer's null ratio before
    max_unknown_referrals: float | None = Field(default=None, ge=0, le=1)  # share of their rows


Status = Literal["ok", "alarms", "noop", "rejected", "failed"]


class Notify(_Part):
    """Who is told."""

    metrics: Path | None = None  # a Prometheus text file
    command: list[str] = []  # called with the run's folder and the status
    on: list[Status] = ["alarms", "rejected", "failed"]


class Retention(_Part):
    """What is kept."""

    runs: int | None = Field(default=None, ge=2)  # the latest; all of them where not given
    actions_days: int | None = Field(default=None, ge=1)  # in the store; none below the lookback
    compact: bool = False  # whether the store gives back the space whenever days were dropped


class Wave(_Part):
    """Planted accounts that a made-up takedown takes out."""

    name: str
    accounts: int = Field(ge=1)  # in this proportion, where fewer are planted than all waves take
    time: str  # ISO 8601
    reason: str = ""


class Simulate(_Part):
    """A made-up platform for the inbox, by `lockstep simulate --config`; a night passes it over."""

    truth: Path  # a file for who was planted; beside it wave-1.csv and so on
    log: str = "platform.parquet"  # in the inbox
    accounts: int = 2_000
    days: int = 7
    groups: int = 8
    group_size: int = 12
    group_objects: int = 15
    difficulty: float | None = None
    camouflage: float = 0.0
    shared_members: int = 0
    bursts: int = 0
    start: str | int = "2020-09-14"
    seed: int = 0
    waves: list[Wave] = []


class NightConfig(_Part):
    """A nightly sweep."""

    sweep: Sweep
    ingest: Ingest | None = None
    referrals: Referrals = Referrals()
    groups: Path | None = None
    gates: Gates = Gates()
    alarms: Alarms = Alarms()
    notify: Notify = Notify()
    retention: Retention = Retention()
    simulate: Simulate | None = None

    @property
    def out(self) -> Path:
        """The folder of runs."""
        return self.sweep.out or runs_folder(self.sweep.store)

    def options(self, since_s: int, until_s: int) -> SweepOptions:
        """The options of the sweep, over some time."""
        swept = self.sweep
        return SweepOptions(
            kinds=None if swept.kinds is None else tuple(swept.kinds),
            window_s=swept.window,
            layer_windows=tuple(sorted(swept.layer_windows.items())),
            min_objects=swept.min_objects,
            max_object_actions=swept.max_object_actions,
            fdr=swept.fdr,
            combine=swept.combine,
            strata=swept.strata,
            timing_test=swept.timing_test,
            horizon_s=swept.horizon,
            since_s=since_s,
            until_s=until_s,
            resolution=swept.resolution,
            min_cluster_size=swept.min_cluster_size,
            seed=swept.seed,
            controls=swept.controls,
            bootstraps=swept.bootstraps,
        )


def load_config(path: Path) -> NightConfig:
    """Reads and checks a configuration; relative paths in it start from its own folder.

    Raises
    ------
    ConfigError
        On a file that cannot be read, an unknown key (with the nearest known one), or a value
        that cannot be followed; all faults at once.
    """
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file; check --config") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: {error}; mend the file") from error
    try:
        config = NightConfig.model_validate(_from_folder(given, path.parent))
        config.options(0, 1).check()
        _check_retention(config)
        if config.ingest is not None:
            TimeReader(0, config.ingest.time_unit, config.ingest.tz)
    except ValidationError as error:
        faults = "; ".join(_told(fault) for fault in error.errors())
        raise ConfigError(f"{path}: {faults}") from None
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None
    return config


def _check_retention(config: NightConfig) -> None:
    days = config.retention.actions_days
    if days is not None and days * DAY_S < config.sweep.lookback:
        raise ConfigError(
            f"retention.actions_days is {days}, less than sweep.lookback "
            f"({config.sweep.lookback:,} s); the sweep needs those days, keep more"
        )
    if config.retention.compact and days is None:
        raise ConfigError("retention.compact needs retention.actions_days; nothing is dropped")


def config_schema() -> dict[str, Any]:
    """The JSON schema of a configuration."""
    return NightConfig.model_json_schema()


_PATHS = {
    "sweep": ("store", "out", "key_file"),
    "ingest": ("inbox",),
    "referrals": ("inbox", "reliability"),
    "notify": ("metrics",),
    "simulate": ("truth",),
}


def _from_folder(given: dict[str, Any], folder: Path) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, part in given.items():
        made[name] = dict(part) if isinstance(part, dict) else part
    for name, keys in _PATHS.items():
        section = made.get(name)
        if isinstance(section, dict):
            for key in keys:
                if isinstance(section.get(key), str) and section[key] != RECORD:
                    section[key] = folder / section[key]
    if isinstance(made.get("groups"), str):
        made["groups"] = folder / made["groups"]
    return made


def _told(fault: Any) -> str:
    where = ".".join(str(step) for step in fault["loc"])
    if fault["type"] != "extra_forbidden":
        return f"{where}: {fault['msg'].removeprefix('Value error, ')}"
    known = _keys_at(fault["loc"][:-1])
    near = difflib.get_close_matches(str(fault["loc"][-1]), known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
    return f"{where} is no key; {hint}"


def _keys_at(place: tuple[Any, ...]) -> list[str]:
    model: Any = NightConfig
    for step in place:
        found = model.model_fields[step].annotation
        kinds = (found, *getattr(found, "__args__", ()))
        model = next((kind for kind in kinds if _is_part(kind)), _Part)
    return list(model.model_fields)


def _is_part(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
