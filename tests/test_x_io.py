"""The X / Twitter information-operations archive: one row of it is several actions."""

import base64
import json

import pyarrow as pa
import pytest
from support.command_line import cli, stored

import lockstep as ls
from lockstep.ingest.explode import explode_x_io

COLUMNS = (
    "tweetid,userid,tweet_time,is_retweet,retweet_userid,retweet_tweetid,in_reply_to_userid,"
    "in_reply_to_tweetid,urls,hashtags,user_mentions"
)


def test_x_io_preset_makes_all_actions_of_a_row(tmp_path):
    file = tmp_path / "io.csv"
    file.write_text(
        "tweetid,userid,tweet_time,is_retweet,retweet_userid,retweet_tweetid,in_reply_to_userid,"
        "in_reply_to_tweetid,urls,hashtags,user_mentions\n"
        '1,ann,2020-09-13 12:26,False,,,,,"[http://a.example/x, http://b.example]","[Foo, b]",[]\n'
        "2,bob,2020-09-13 12:27,True,ann,1,,,[],[],[ann]\n"
        "3,cy,2020-09-13 12:28,False,,,ann,1,,\"['FOO']\",\"['ann', 'bob']\"\n"
        "4,,2020-09-13 12:28,False,,,,,,,\n"
    )
    done = cli("ingest", tmp_path / "store", file, "--preset", "x-io", "--json")
    result = json.loads(done.stdout)["files"][0]
    assert (result["rows"], result["rejected"], result["accepted"]) == (4, 1, 11)
    t = 1_599_999_960
    assert stored(tmp_path / "store") == sorted(
        [
            ("ann", "1", t, "post"),
            ("ann", "https://a.example/x", t, "share_url"),
            ("ann", "https://b.example", t, "share_url"),
            ("ann", "foo", t, "hashtag"),
            ("ann", "b", t, "hashtag"),
            ("bob", "1", t + 60, "retweet"),
            ("cy", "3", t + 120, "post"),
            ("cy", "1", t + 120, "reply"),
            ("cy", "foo", t + 120, "hashtag"),
            ("cy", "ann", t + 120, "mention"),
            ("cy", "bob", t + 120, "mention"),
        ]
    )
    with ls.open(tmp_path / "store") as store:
        assert store.neighbours("bob", "retweet")["account_id"].to_pylist() == ["ann"]


# A list as it stands in the archive, and its items; links first, then words.
LINKS = {
    "['https://x.org/a?q=1,2', 'https://y.org']": ["https://x.org/a?q=1,2", "https://y.org"],
    "[https://x.org/a?q=1,2, https://y.org]": ["https://x.org/a?q=1,2", "https://y.org"],
    "[https://x.org/1,https://y.org/2]": ["https://x.org/1", "https://y.org/2"],
    "['https://x.org', \"https://y.org/o'brien, b\"]": [
        "https://x.org",
        "https://y.org/o'brien, b",
    ],
    r"['https://x.org/\'a\'', 'https://y.org/\\']": ["https://x.org/'a'", "https://y.org/\\"],
    "[http://[::1]/a]": ["http://[::1]/a"],
    "https://x.org/a,b": ["https://x.org/a,b"],
    "['', 'https://y.org', nan]": ["https://y.org"],
    "[]": [],
    "": [],
}
WORDS = {
    "[Foo, b]": ["Foo", "b"],
    "[foo,b]": ["foo", "b"],
    "['foo', 'b']": ["foo", "b"],
    "['foo','b']": ["foo", "b"],
    "foo": ["foo"],
}


def exploded(**lists):
    """Objects by kind of one tweet a list, and the rows they come from."""
    rows = len(next(iter(lists.values())))
    columns = {name: pa.array([""] * rows) for name in COLUMNS.split(",")}
    columns |= {name: pa.array(column) for name, column in lists.items()}
    columns["tweetid"] = pa.array([str(row) for row in range(rows)])
    return {
        part.names[0]: list(zip(part.row.tolist(), part.object.to_pylist(), strict=True))
        for part in explode_x_io(columns)
    }


@pytest.mark.parametrize(
    ("column", "kind", "lists"), [("urls", "share_url", LINKS), ("hashtags", "hashtag", WORDS)]
)
def test_lists_are_split_at_their_items_alone(column, kind, lists):
    found = exploded(**{column: list(lists)})[kind]
    assert found == [(row, item) for row, items in enumerate(lists.values()) for item in items]


def test_a_row_that_is_rejected_leaves_no_action(tmp_path):
    file = tmp_path / "io.csv"
    file.write_text(
        f"{COLUMNS}\n"
        '1,ann,2020-09-13 12:26,False,,,,,"[https://a.example]",[],[]\n'
        ',bob,2020-09-13 12:26,False,,,,,"[https://b.example]",[],[]\n'
        f'3,cy,2020-09-13 12:26,False,,,,,"[https://c.example/{"x" * 1100}]",[],[]\n'
    )
    done = cli("ingest", tmp_path / "store", file, "--preset", "x-io", "--json")
    result = json.loads(done.stdout)["files"][0]
    assert result["reasons"] == {"id": 1, "id_too_long": 1}
    assert [row[:2] for row in stored(tmp_path / "store")] == [
        ("ann", "1"),
        ("ann", "https://a.example"),
        ("cy", "3"),
    ]
    with open(result["quarantine"]) as file:
        bad, long = [json.loads(line) for line in file]
    assert (bad["line"], bad["column"], bad["reason"]) == (3, "tweetid", "id")
    assert b"https://b.example" in base64.b64decode(bad["raw"])
    assert (long["line"], long["reason"]) == (4, "id_too_long")
    assert b"https://c.example" in base64.b64decode(long["raw"])
