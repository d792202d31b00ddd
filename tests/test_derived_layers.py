"""Layers that follow from the rows of a file, and the canonical form of objects."""

import json
import random
from collections import Counter

import pyarrow as pa
import pytest
from support.command_line import cli, expect_error, stored

import lockstep as ls

AT = 1_600_000_000
MAP = {"account": "who", "object": "what", "time": "at", "kind": "kind"}
ROWS = [
    ("ann", "http://www.a.example/x/?utm_source=y", AT, "share_url"),
    ("bob", "https://a.example/x", AT + 5, "share_url"),
    ("bob", "https://bit.ly/abc", AT + 6, "share_url"),
    ("cy", "#News", AT, "hashtag"),
    ("dee", "NEWS", AT, "hashtag"),
    ("dee", "http://www.a.example/x/", AT, "post"),
]


def table(rows, names=("who", "what", "at", "kind")):
    return pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))


def by_kind(store, kind):
    """(account, object, time) of a kind."""
    return sorted(
        (account, object_, time_s)
        for account, object_, time_s, name in stored(store)
        if name == kind
    )


def test_links_and_hashtags_are_stored_in_canonical_form(tmp_path):
    store = ls.open(tmp_path / "store")
    result = store.ingest(table(ROWS), mapping=MAP)
    assert result.canonical == 3
    assert by_kind(store.path, "share_url") == [
        ("ann", "https://a.example/x", AT),
        ("bob", "https://a.example/x", AT + 5),
        ("bob", "https://bit.ly/abc", AT + 6),
    ]
    assert by_kind(store.path, "hashtag") == [("cy", "news", AT), ("dee", "news", AT)]
    assert by_kind(store.path, "post") == [("dee", "http://www.a.example/x/", AT)]


def test_as_given_keeps_the_spelling_and_is_another_job(tmp_path):
    store = ls.open(tmp_path / "store")
    result = store.ingest(table(ROWS), mapping=MAP, as_given=True)
    assert result.canonical == 0
    assert {row[:2] for row in stored(store.path)} == {row[:2] for row in ROWS}
    again = store.ingest(table(ROWS), mapping=MAP)
    assert not again.already_loaded
    assert again.duplicates == 0
    assert store.ingest(table(ROWS), mapping=MAP).already_loaded


def test_domains_of_links(tmp_path):
    store = ls.open(tmp_path / "store")
    result = store.ingest(table(ROWS), mapping=MAP, derive=["domain"])
    assert result.derived == {"share_domain": 2}
    assert result.without == {"links that lead to no known site, shortened ones among them": 1}
    assert result.accepted == len(ROWS) + 2
    assert by_kind(store.path, "share_domain") == [
        ("ann", "a.example", AT),
        ("bob", "a.example", AT + 5),
    ]


def test_sequences_of_hashtags_are_those_of_one_post_in_order(tmp_path):
    names = ("who", "what", "at", "kind", "id")
    rows = [
        ("ann", "One", AT, "hashtag", "p1"),
        ("ann", "two", AT, "hashtag", "p1"),
        ("ann", "https://a.example", AT, "share_url", "p1"),
        ("ann", "three", AT, "hashtag", "p1"),
        ("bob", "three", AT, "hashtag", "p2"),
        ("bob", "two", AT, "hashtag", "p2"),
        ("bob", "one", AT, "hashtag", "p2"),
        ("bob", "four", AT, "hashtag", "p3"),
        ("bob", "five", AT, "hashtag", "p3"),
    ]
    store = ls.open(tmp_path / "store")
    result = store.ingest(
        table(rows, names), mapping={**MAP, "post": "id"}, derive=["hashtag_sequence"]
    )
    assert by_kind(store.path, "hashtag_sequence") == [
        ("ann", "one two three", AT),
        ("bob", "three two one", AT),
    ]
    assert result.without == {"posts of fewer than 3 hashtags": 1}
    without_post = ls.open(tmp_path / "other")
    without_post.ingest(table(rows, names), mapping=MAP, derive=["hashtag_sequence"])
    assert by_kind(without_post.path, "hashtag_sequence") == [
        ("ann", "one two three", AT),
        ("bob", "three two one four five", AT),
    ]


def test_a_post_is_whole_wherever_a_batch_of_the_file_ends(tmp_path):
    posts = 90_001
    file = tmp_path / "tags.csv"
    with file.open("w") as out:
        out.write("account_id,object_id,timestamp\n")
        for post in range(posts):
            for tag in ("a", "b", "c"):
                out.write(f"user {post % 977},{tag}{post % 13},{AT + post}\n")
    done = cli(
        *("ingest", tmp_path / "store", file, "--kind", "hashtag", "--json"),
        *("--derive", "hashtag_sequence"),
    )
    result = json.loads(done.stdout)["files"][0]
    assert file.stat().st_size > 2**22  # several blocks of the reader
    assert result["derived"] == {"hashtag_sequence": posts}
    assert result["without"] == {}
    objects = Counter(row[1] for row in by_kind(tmp_path / "store", "hashtag_sequence"))
    assert set(objects) == {f"a{n} b{n} c{n}" for n in range(13)}


def test_fast_repeats_are_those_within_seconds_of_the_original(tmp_path):
    names = ("who", "what", "at", "kind", "whom", "made")
    rows = [
        ("ann", "t1", AT + 4, "retweet", "star", AT),
        ("bob", "t1", AT + 10, "retweet", "star", AT),
        ("cy", "t1", AT + 11, "retweet", "star", AT),
        ("dee", "t1", AT, "retweet", "star", AT + 5),
        ("eve", "t1", AT, "retweet", "star", None),
        ("fay", "t2", AT + 1, "retweet", None, AT),
    ]
    store = ls.open(tmp_path / "store")
    result = store.ingest(
        table(rows, names),
        mapping={**MAP, "target": "whom", "origin_time": "made"},
        derive=["fast"],
    )
    assert by_kind(store.path, "fast_retweet") == [
        ("ann", "star", AT + 4),
        ("bob", "star", AT + 10),
    ]
    assert result.without == {"repeats at an unknown time after the original": 2}


def test_texts_are_stored_as_signatures_alone(tmp_path):
    names = ("who", "what", "at", "kind", "said")
    secret = "What the people of this town really want is a new bridge"
    rows = [
        ("ann", "p1", AT, "post", secret),
        ("ann", "tag", AT, "hashtag", secret),
        ("bob", "p2", AT + 3, "post", f"{secret.upper()}! https://a.example/1"),
        ("cy", "p3", AT + 4, "post", "hello there"),
        ("dee", "p1", AT + 5, "retweet", f"RT @ann: {secret}"),
        ("eve", "p4", AT + 6, "post", None),
    ]
    store = ls.open(tmp_path / "store")
    result = store.ingest(table(rows, names), mapping={**MAP, "text": "said"}, derive=["text"])
    texts = by_kind(store.path, "text")
    assert [row[::2] for row in texts] == [("ann", AT), ("bob", AT + 3)]
    assert len({row[1] for row in texts}) == 1
    assert int(texts[0][1], 16) == ls.text_signatures([secret]).to_pylist()[0]
    assert result.derived == {"text": 2}
    assert result.without == {"texts of fewer than 4 tokens": 2}
    store.close()
    for file in (tmp_path / "store").rglob("*"):
        if file.is_file():
            assert b"bridge" not in file.read_bytes().lower()


def test_the_archive_gives_all_layers(tmp_path):
    header = (
        "tweetid,userid,tweet_time,is_retweet,retweet_userid,retweet_tweetid,in_reply_to_userid,"
        "in_reply_to_tweetid,urls,hashtags,user_mentions,tweet_text\n"
    )
    first = 1_300_000_000_000_000_000

    def later(seconds):
        return first + (seconds * 1000 << 22)

    said = "a text that is long enough to tell"
    at = "2020-09-13 12:26,"
    again = f",,,[],[],[],RT @star: {said}\n"
    file = tmp_path / "io.csv"
    file.write_text(
        header
        + f'{first},star,{at}False,,,,,[http://www.a.example/x],"[A, b, C]",[],{said}\n'
        + f"{later(7)},ann,{at}True,star,{first}{again}"
        + f"{later(70)},bob,{at}True,star,{first}{again}"
        + f"9,cy,{at}True,star,8{again}"
    )
    arguments = ("ingest", tmp_path / "store", file, "--preset", "x-io")
    derive = ("--derive", "domain,hashtag_sequence,fast,text")
    done = cli(*arguments, *derive)
    assert done.returncode == 0, done.stderr
    assert "derived: fast_retweet 1, share_domain 1, hashtag_sequence 1, text 1" in done.stdout
    assert "no action for 1 repeats at an unknown time" in done.stdout
    t = 1_599_999_960
    assert by_kind(tmp_path / "store", "share_domain") == [("star", "a.example", t)]
    assert by_kind(tmp_path / "store", "hashtag_sequence") == [("star", "a b c", t)]
    assert by_kind(tmp_path / "store", "fast_retweet") == [("ann", "star", t)]
    assert [row[0] for row in by_kind(tmp_path / "store", "text")] == ["star"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--derive", "mood"), "derive is 'mood'; give some of domain"),
        (("--derive", "text"), "--derive text needs a column; give text=COLUMN"),
        (("--derive", "fast"), "--derive fast needs a column; give origin_time=COLUMN"),
    ],
)
def test_layers_that_cannot_be_derived_are_told(tmp_path, options, message):
    file = tmp_path / "a.csv"
    file.write_text(f"account_id,object_id,timestamp\na,b,{AT}\n")
    expect_error(cli("ingest", tmp_path / "store", file, *options), 2, message)
    assert not (tmp_path / "store").exists()


def test_a_missing_column_of_a_layer_is_told(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text(f"who,what,at\na,b,{AT}\n")
    columns = ("--map", "account=who,object=what,time=at,text=said")
    done = cli("ingest", tmp_path / "store", file, *columns, "--derive", "text")
    expect_error(done, 3, "column said is missing")
    done = cli("ingest", tmp_path / "store", file, *columns)
    assert done.returncode == 0, "a column that no layer needs is not asked for"


def changed(text, number):
    """A long text with one word that is its own."""
    return f"{text} and thing number{number} besides all that was said before by everybody else"


def test_a_sweep_knows_texts_that_are_nearly_the_same(tmp_path):
    draw = random.Random(5)
    words = [f"word{number}" for number in range(400)]
    names = ("who", "what", "at", "kind", "said")
    rows = [
        (
            f"user {draw.randrange(60)}",
            f"p{n}",
            AT + 40 * n,
            "post",
            " ".join(draw.choices(words, k=8)),
        )
        for n in range(1500)
    ]
    for number in range(12):
        said, moment = " ".join(draw.choices(words, k=60)), AT + 5000 * number
        rows += [
            (f"bot {b}", f"b{number}{b}", moment + b, "post", changed(said, number * 9 + b))
            for b in range(3)
        ]
    store = ls.open(tmp_path / "store")
    store.ingest(table(rows, names), mapping={**MAP, "text": "said"}, derive=["text"])
    near = ls.sweep(store, kinds=["text"], text_bits=7)
    exact = ls.sweep(store, kinds=["text"], text_bits=0)
    pairs = [("bot 0", "bot 1"), ("bot 0", "bot 2"), ("bot 1", "bot 2")]
    shared = {pair: near.edge(*pair)["objects"].to_pylist() for pair in pairs}
    assert all(objects and objects[0] >= 10 for objects in shared.values())
    assert exact.edges.num_rows == 0
    assert "--text-bits 7" in near.report.read_text()
    told = json.loads(cli("explain", store.path, "bot 0", "bot 1", "--json").stdout)
    assert {row["layer"] for row in told["evidence"]} == {"text"}
    with pytest.raises(ValueError, match="text-bits is 8"):
        ls.sweep(store, text_bits=8)


def test_with_a_key_texts_that_are_equal_are_found(tmp_path):
    names = ("who", "what", "at", "kind", "said")
    rows = [
        (f"user {n % 50}", f"p{n}", AT + 977 * n, "post", f"word{n} two three four")
        for n in range(900)
    ]
    for number in range(8):
        rows += [
            (f"bot {b}", f"b{number}", AT + 9000 * number + b, "post", f"the same text {number}")
            for b in range(3)
        ]
    store = ls.open(tmp_path / "store", key="a secret of sixteen bytes")
    store.ingest(table(rows, names), mapping={**MAP, "text": "said"}, derive=["text"])
    run = ls.sweep(store, kinds=["text"])
    assert run.edges["objects"].to_pylist() == [8, 8, 8]
