"""What a run is as a folder: whole or not there, the same for the same inputs, documented."""

import importlib
import json
import math
import shutil

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from support.stores import make_store, parquet_bytes

import lockstep as ls
from lockstep import _core
from lockstep.errors import ConfigError, InputRejected
from lockstep.sweep.options import SweepOptions
from lockstep.sweep.schema import RUN_JSON, TABLES

# By its name: `lockstep.sweep` the function stands before the package.
RUN_MODULE = importlib.import_module("lockstep.sweep.run")


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("planted")
    made = ls.simulate(accounts=400, groups=4, seed=5)
    store = make_store(folder / "store", made.log)
    return made, store, ls.sweep(store)


def test_equal_inputs_give_equal_bytes_for_any_thread_count(tmp_path, planted):
    _, store, run = planted
    one = ls.sweep(store, threads=1, out=tmp_path / "one")
    two = ls.sweep(store, threads=2, out=tmp_path / "two", memory_bytes=1)
    assert one.id == two.id == run.id
    assert parquet_bytes(one) == parquet_bytes(two) == parquet_bytes(run)
    assert list(parquet_bytes(run)) == sorted(f"{name}.parquet" for name in TABLES)


def test_an_equal_run_is_found_again_unless_forced(tmp_path, planted):
    _, store, _ = planted
    first = ls.sweep(store, out=tmp_path)
    made_at = (first.path / "run.json").stat().st_mtime_ns
    again = ls.sweep(store, out=tmp_path, kinds=["share_url", "hashtag"])
    assert (first.fresh, again.fresh) == (True, False)
    assert again.path == first.path
    assert (first.path / "run.json").stat().st_mtime_ns == made_at
    forced = ls.sweep(store, out=tmp_path, force=True)
    assert (forced.fresh, forced.path) == (True, first.path)
    assert (first.path / "run.json").stat().st_mtime_ns > made_at
    other = ls.sweep(store, out=tmp_path, window_s=61)
    assert other.id != first.id
    assert (tmp_path / "latest").resolve() == other.path.resolve()
    assert ls.Run.open(tmp_path).id == other.id
    ls.sweep(store, out=tmp_path)
    assert ls.Run.open(tmp_path).id == first.id


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("min_objects", 3),
        ("max_object_actions", 50),
        ("fdr", 0.01),
        ("resolution", 2.0),
        ("seed", 1),
        ("min_cluster_size", 4),
        ("damping", 0.5),
        ("kinds", ["hashtag"]),
        ("since", "2020-09-15"),
        ("until", "2020-09-19"),
    ],
)
def test_every_option_is_part_of_the_id(tmp_path, planted, name, value):
    _, store, run = planted
    assert ls.sweep(store, out=tmp_path, **{name: value}).id != run.id


def test_since_and_until_bound_the_actions(tmp_path, planted):
    made, store, _ = planted
    run = ls.sweep(store, out=tmp_path, since="2020-09-15T06:00", until=1_600_300_000)
    times = np.array(made.log["timestamp"].to_pylist())
    inside = int(((times >= 1_600_149_600) & (times < 1_600_300_000)).sum())
    assert 0 < inside == run.summary["input"]["actions"]
    assert run.summary["input"]["first_s"] >= 1_600_149_600
    assert run.summary["input"]["last_s"] < 1_600_300_000


def test_tables_are_as_documented(planted):
    _, _, run = planted
    for name, columns in TABLES.items():
        schema = pq.read_schema(run.path / f"{name}.parquet")
        assert schema.names == [column for column, _, _ in columns]
        assert schema.types == [kind for _, kind, _ in columns]
        for field, (_, _, text) in zip(schema, columns, strict=True):
            assert field.metadata[b"description"].decode() == text
        assert getattr(run, name).schema.names == schema.names


def test_a_run_says_what_made_it(planted):
    made, store, run = planted
    summary = json.loads((run.path / "run.json").read_text())
    assert summary == run.summary
    assert summary.keys() == RUN_JSON.keys()
    assert summary["epoch"] == store.epoch == 1
    assert summary["store_uuid"] == store.info()["uuid"]
    assert summary["versions"]["lockstep"] == ls.__version__
    assert summary["ingest"]["accepted"] == store.info()["actions"]
    assert summary["ingest"]["rejected"] == 0
    assert set(summary["layers"]) == {"hashtag", "share_url"}
    for name, layer in summary["layers"].items():
        own = made.log.filter(pc.equal(made.log["action"], name))
        assert layer["accounts"] == len(own["account_id"].unique())
        assert layer["objects"] == len(own["object_id"].unique())
        assert layer["edges"] == sum(edge["layer"] == name for edge in run.edges.to_pylist())
    assert summary["input"]["accounts"] == len(made.log["account_id"].unique())
    assert all(seconds >= 0 for seconds in summary["timings_s"].values())
    # The date in the id is that of the last action.
    assert run.id.startswith("2020-09-20-")


def test_nothing_in_the_time_given_is_a_whole_run_with_alarms(tmp_path, planted):
    _, store, _ = planted
    run = ls.sweep(store, out=tmp_path, since="2030-01-01")
    assert len(run.alarms) == 2
    assert all("no actions" in alarm for alarm in run.alarms)
    for name in TABLES:
        assert getattr(run, name).num_rows == 0
    assert "No group of accounts" in run.report.read_text()


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_a_run_that_is_cut_short_leaves_nothing(tmp_path, planted, monkeypatch, error):
    def stop(*args):
        raise error

    _, store, _ = planted
    whole = ls.sweep(store, out=tmp_path)
    before = parquet_bytes(whole)
    monkeypatch.setattr(RUN_MODULE, "_sync", stop)
    with pytest.raises(error):
        ls.sweep(store, out=tmp_path, force=True)
    with pytest.raises(error):
        ls.sweep(store, out=tmp_path, fdr=0.01)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([whole.id, "latest"])
    assert parquet_bytes(whole) == before


def test_a_full_disk_is_one_clear_error(tmp_path, planted, monkeypatch):
    def full(*args, **named):
        raise OSError(28, "No space left on device")

    _, store, _ = planted
    monkeypatch.setattr(RUN_MODULE.pq, "write_table", full)
    with pytest.raises(ls.StorageError, match="No space left on device; make room"):
        ls.sweep(store, out=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"window_s": -1},
        {"window_s": 10**20},
        {"min_objects": 0},
        {"min_objects": 2**32},
        {"max_object_actions": -1},
        {"max_object_actions": 2**32},
        {"fdr": 0.0},
        {"fdr": 1.0},
        {"fdr": math.nan},
        {"resolution": 0.0},
        {"resolution": math.inf},
        {"seed": -1},
        {"seed": 2**64},
        {"min_cluster_size": 1},
        {"damping": 1.0},
        {"since_s": 5, "until_s": 5},
        {"since_s": 10**30},
    ],
)
def test_an_option_out_of_range_is_refused(wrong):
    with pytest.raises(ConfigError, match=r"\S+"):
        SweepOptions(**wrong).check()
    SweepOptions().check()


def test_what_cannot_be_swept_is_said(tmp_path, planted):
    _, store, _ = planted
    with pytest.raises(ConfigError, match="'poke' is not in"):
        ls.sweep(store, kinds=["poke"])
    with pytest.raises(ConfigError, match="memory is 0 bytes"):
        ls.sweep(store, memory_bytes=0)
    with pytest.raises(FileNotFoundError, match="no store at"):
        ls.sweep(tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError, match="no run folder"):
        ls.Run.open(tmp_path)
    with pytest.raises(ConfigError, match="cannot be a folder of runs"):
        ls.sweep(store, out=store.path / "FORMAT")
    with pytest.raises(InputRejected, match="no actions yet"):
        ls.sweep(empty_store(tmp_path / "empty"))


def empty_store(path):
    _core.Store(str(path), write=True).close()
    return ls.open(path)


def test_a_run_shows_itself(planted):
    _, _, run = planted
    assert repr(run).startswith(f"<lockstep.Run {run.id}: {run.clusters.num_rows} clusters")
    assert "<table>" in run._repr_html_()
    assert run.clusters.to_pandas()["cluster_id"][0] == "C-0001"


@pytest.mark.parametrize(
    ("file", "content", "says"),
    [
        ("run.json", b"{", "run.json: Expecting property name"),
        ("run.json", b"{}", "run.json lacks run_id"),
        ("run.json", b"[]", "run.json lacks run_id"),
        ("run.json", b"\xff", "run.json: "),
        ("clusters.parquet", b"", "clusters.parquet: "),
        ("clusters.parquet", None, "clusters.parquet: "),
    ],
)
def test_a_damaged_run_says_so_and_what_to_do(call, tmp_path, planted, file, content, says):
    _, _, run = planted
    broken = tmp_path / "run"
    shutil.copytree(run.path, broken)
    (broken / file).unlink()
    if content is not None:
        (broken / file).write_bytes(content)
    code, out, err = call("clusters", broken)
    assert (code, out) == (5, "")
    assert f"{broken} is damaged ({says}" in err
    assert err.endswith("; sweep again with --force\n")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"kinds": []}, "kinds is empty"),
        ({"kinds": "share_url"}, r"give a list, \['share_url'\]"),
        ({"threads": 0}, "threads is 0; give 1 or more"),
        ({"window_s": 1.5}, "window is 1.5; give a whole number"),
        ({"window_s": None}, "window is None; give a whole number"),
        ({"min_objects": True}, "min_objects is True; give a whole number"),
        ({"seed": "x"}, "seed is 'x'; give a whole number"),
        ({"fdr": "low"}, "fdr is 'low'; give a number"),
    ],
)
def test_options_of_another_type_are_told(planted, options, says):
    _, store, _ = planted
    with pytest.raises(ConfigError, match=says):
        ls.sweep(store, **options)
