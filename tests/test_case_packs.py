"""Packs of cases: what is in them, the same bytes each time, and what their verification sees."""

import csv
import hashlib
import io
import json
import re
import zipfile

import networkx
import pyarrow.compute as pc
import pytest
from support.stores import make_store

import lockstep as ls
from lockstep import cases
from lockstep.cases.verify import Verified, check_evidence
from lockstep.errors import ConfigError, InputRejected, NotAllowed


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A store with a run, a signed case, and its pack."""
    folder = tmp_path_factory.mktemp("packs")
    store = make_store(folder / "store", ls.simulate(accounts=300, groups=3, seed=8).log)
    run = ls.sweep(store, controls=0, bootstraps=0)
    cases.open_case(store, run, "C-0001", actor="=anna()")
    cases.decide(
        store, 1, "coordinated-inauthentic", "<img src=x onerror=alert(1)>", actor="=anna()"
    )
    with pytest.raises(NotAllowed, match="lacks the signature of a second person"):
        cases.export_case(store.path, 1, run, actor="boris")
    draft = cases.export_case(store.path, 1, run, actor="boris", draft=True)
    (folder / "draft.zip").write_bytes(draft.content)
    cases.sign(store, 1, actor="boris")
    pack = cases.export_case(store.path, 1, run, actor="boris")
    (folder / "case.zip").write_bytes(pack.content)
    return folder, store, run


def files_of(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write_pack(path, files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def test_a_pack_has_what_its_manifest_says(place):
    folder, _, run = place
    files = files_of(folder / "case.zip")
    assert list(files) == sorted(files)
    manifest = json.loads(files["manifest.json"])
    assert manifest["standing"] == "signed"
    assert manifest["run"]["run_id"] == run.id
    assert manifest["run"]["options"] == run.summary["options"]
    assert manifest["redo"]["command"].startswith("lockstep sweep STORE --window 60s")
    for name, said in manifest["files"].items():
        assert hashlib.sha256(files[name]).hexdigest() == said["sha256"]
        assert len(files[name]) == said["bytes"]
    assert set(files) == {*manifest["files"], "manifest.json"}
    cluster = run.cluster("C-0001")
    rows = list(csv.DictReader(io.StringIO(files["members.csv"].decode())))
    assert [row["account_id"] for row in rows] == cluster.accounts
    rows = list(csv.DictReader(io.StringIO(files["evidence.csv"].decode())))
    assert len(rows) == cluster.evidence.num_rows
    graph = networkx.read_gexf(io.BytesIO(files["graph.gexf"]))
    assert set(graph) == set(cluster.accounts)
    assert graph.number_of_edges() == cluster.pairs.num_rows
    history = json.loads(files["history.json"])
    assert [entry["kind"] for entry in history["entries"]] == ["opened", "disposition", "signed"]
    assert len(history["audit"]) == 3 and all(line["hash"] for line in history["audit"])


def test_the_page_needs_nothing_else_and_runs_nothing(place):
    page = files_of(place[0] / "case.zip")["page.html"].decode()
    assert "<img src=x" not in page and "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "<script" not in page
    assert re.findall(r"(?:src|href)=\"(?!data:)", page) == []
    assert "coordinated and inauthentic" in page and "DRAFT" not in page


def test_a_draft_says_so_everywhere(place):
    files = files_of(place[0] / "draft.zip")
    manifest = json.loads(files.pop("manifest.json"))
    assert manifest["standing"] == "draft"
    assert all(name.startswith("DRAFT-") for name in files)
    for name in ("members", "edges", "evidence"):
        rows = csv.DictReader(io.StringIO(files[f"DRAFT-{name}.csv"].decode()))
        assert {row["standing"] for row in rows} == {"draft"}
    assert b"DRAFT: not to be acted upon" in files["DRAFT-page.html"]
    assert b"<description>draft</description>" in files["DRAFT-graph.gexf"]
    marked = files["DRAFT-figures-graph.svg"]
    assert marked != files_of(place[0] / "case.zip")["figures/graph.svg"]


def test_packing_again_gives_the_same_bytes(place):
    folder, store, run = place
    again = cases.export_case(store.path, 1, run, actor="carla")
    assert again.content == (folder / "case.zip").read_bytes()
    last = cases.find_case(store, 1).entries[-1]
    assert (last.kind, last.actor, last.note) == ("exported", "carla", again.sha256)


@pytest.mark.parametrize("name", ["case.zip", "draft.zip"])
def test_a_true_pack_matches(place, name):
    folder, store, _ = place
    result = cases.verify_pack(folder / name, store=store)
    assert result.problems == []
    assert {row["redone"] for row in result.files} == {"match"}
    alone = cases.verify_pack(folder / name)
    assert alone.matches and "--store" in alone.remarks[0]


def test_a_changed_file_is_seen_by_its_hash_and_by_the_store(tmp_path, place):
    folder, store, _ = place
    files = files_of(folder / "case.zip")
    files["members.csv"] += b"one_more,1,1,1,1,,1,signed\n"
    result = cases.verify_pack(write_pack(tmp_path / "a.zip", files))
    assert result.problems == ["members.csv: mismatch, by the manifest"]
    manifest = json.loads(files["manifest.json"])
    manifest["files"]["members.csv"]["sha256"] = hashlib.sha256(files["members.csv"]).hexdigest()
    files["manifest.json"] = json.dumps(manifest).encode()
    forged = write_pack(tmp_path / "b.zip", files)
    assert cases.verify_pack(forged).matches  # hashes alone cannot see it
    result = cases.verify_pack(forged, store=store)
    assert [row["name"] for row in result.files if row["redone"] == "mismatch"] == ["members.csv"]
    assert any("audit log has SHA-256" in text for text in result.problems)
    del files["edges.csv"]
    files["extra.txt"] = b"?"
    result = cases.verify_pack(write_pack(tmp_path / "c.zip", files))
    assert result.problems == [
        "edges.csv: missing, by the manifest",
        "extra.txt: unlisted, by the manifest",
    ]


def test_a_changed_standing_is_seen(tmp_path, place):
    folder, store, _ = place
    files = files_of(folder / "draft.zip")
    manifest = json.loads(files["manifest.json"])
    manifest["case"]["signed_by"] = "boris"
    files["manifest.json"] = json.dumps(manifest).encode()
    result = cases.verify_pack(write_pack(tmp_path / "d.zip", files), store=store)
    assert "manifest.json: case is not what run and store give" in result.problems


def test_evidence_that_the_store_lacks_is_counted(tmp_path, place):
    _, _, run = place
    log = ls.simulate(accounts=300, groups=3, seed=8).log
    cluster = run.cluster("C-0001")
    gone = cluster.accounts[0]
    other = make_store(tmp_path / "store", log.filter(pc.not_equal(log["account_id"], gone)))
    result = Verified(1, "signed", "")
    check_evidence(other, run, "C-0001", result)
    ends = cluster.evidence["source"].to_pylist() + cluster.evidence["target"].to_pylist()
    told = " ".join(result.problems)
    assert sum(int(n) for n in re.findall(r"(\d+) of", told)) == ends.count(gone) > 0


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04 not a zip", b"x" * 100],
)
def test_what_is_no_pack_is_refused(tmp_path, content):
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    with pytest.raises(InputRejected, match="no whole ZIP"):
        cases.verify_pack(path)


@pytest.mark.parametrize(
    "manifest",
    [b"{}", b"[]", b"null", b"\xff", b'{"format": "lockstep-case-pack 1", "case": 3}'],
)
def test_a_strange_manifest_is_refused(tmp_path, manifest):
    path = write_pack(tmp_path / "x.zip", {"manifest.json": manifest})
    with pytest.raises(InputRejected, match="is no pack of a case"):
        cases.verify_pack(path)
    with pytest.raises(FileNotFoundError, match="no such file"):
        cases.verify_pack(tmp_path / "nowhere.zip")


def test_another_run_is_refused(place, tmp_path):
    _, store, run = place
    other = ls.sweep(store, window_s=30, controls=0, bootstraps=0, out=tmp_path / "runs")
    assert other.id != run.id
    with pytest.raises(ConfigError, match=f"is of run {run.id}"):
        cases.export_case(store.path, 1, other, actor="boris", draft=True)
