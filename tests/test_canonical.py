# ruff: noqa: RUF001
"""Links, hashtags and texts that are the same thing get the same name, and only those."""

import numpy as np
import pyarrow as pa
import pytest

import lockstep as ls

SAME_LINK = [
    "https://example.org/a/b?id=7",
    "http://example.org/a/b?id=7",
    "HTTPS://WWW.Example.ORG:443/a/b/?id=7",
    "http://example.org:80/a/./x/../b?id=7#top",
    "//example.org/a/b?id=7",
    "www.example.org/a/b?id=7",
    " https://user:word@example.org/a/b?id=7 ",
    "https://example.org/a/b?utm_source=x&id=7&utm_medium=y&fbclid=z",
    "https://example.org/a/b?id=7&UTM_SOURCE=x".replace("UTM_SOURCE", "utm_campaign"),
    "https://example.org./a/b?id=7&",
]


def test_spellings_of_one_link_are_one():
    assert set(ls.canonical_urls(SAME_LINK).to_pylist()) == {"https://example.org/a/b?id=7"}


def test_canonical_links_stay_as_they_are():
    links = [*SAME_LINK, "https://a.example/?b=2&a=1&a=0", "https://bücher.example/ü", "no link"]
    once = ls.canonical_urls(links)
    assert ls.canonical_urls(once).equals(once)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.org/a", "https://example.org/A"),
        ("https://example.org/?id=1", "https://example.org/?id=2"),
        ("https://example.org/a", "https://example.org:8080/a"),
        ("https://example.org/a", "https://news.example.org/a"),
        ("https://example.org/#!/page", "https://example.org/#!/other"),
        ("https://bit.ly/abc", "https://bit.ly/abd"),
        ("https://youtube.com/watch?v=a", "https://youtube.com/watch?v=b"),
        ("https://example.org/?a=1&a=2", "https://example.org/?a=2&a=1"),
    ],
)
def test_other_links_stay_apart(one, other):
    first, second = ls.canonical_urls([one, other]).to_pylist()
    assert first != second


def test_what_only_a_site_means_is_dropped_on_that_site():
    links = ["https://youtube.com/watch?v=a&t=9&feature=share", "https://blog.example/?t=9"]
    assert ls.canonical_urls(links).to_pylist() == [
        "https://youtube.com/watch?v=a",
        "https://blog.example?t=9",
    ]


def test_international_names_have_one_form():
    links = ["http://b\u00fccher.example/x", "https://xn--bcher-kva.example/x"]
    assert len(set(ls.canonical_urls(links).to_pylist())) == 1


@pytest.mark.parametrize(
    "text", ["", "ftp://example.org/a", "mailto:a@example.org", "http://", "http://[::1", "word"]
)
def test_what_is_no_link_stays_as_it_is(text):
    assert ls.canonical_urls([text]).to_pylist() == [text]
    assert ls.url_domains([text]).to_pylist() == [None]


def test_domains_are_those_that_somebody_registers():
    links = [
        "https://news.bbc.co.uk/a",
        "http://www.example.org",
        "https://someone.blogspot.com/x",
        "https://192.0.2.7:8080/x",
        "https://localhost/x",
        "https://t.co/abc",
        None,
    ]
    assert ls.url_domains(links).to_pylist() == [
        "bbc.co.uk",
        "example.org",
        "someone.blogspot.com",
        "192.0.2.7",
        "localhost",
        None,
        None,
    ]


def test_hashtags_that_read_alike_are_one():
    tags = ["#Straße", "STRASSE", "strasse ", "\uff33\uff54\uff52\uff41\uff53\uff53\uff45"]
    assert set(ls.canonical_hashtags(tags).to_pylist()) == {"strasse"}
    assert ls.canonical_hashtags(["#", None, "東京"]).to_pylist() == ["#", None, "東京"]
    accents = ls.canonical_hashtags(["E\u0301lection", "\u00e9lection"]).to_pylist()
    assert accents[0] == accents[1]


def test_columns_of_any_kind_are_taken_and_numbers_are_not():
    links = ["http://a.example", None]
    for column in (
        pa.array(links),
        pa.chunked_array([links, links]),
        pa.array(links).dictionary_encode(),
    ):
        assert ls.canonical_urls(column).to_pylist()[:2] == ["https://a.example", None]
    assert ls.canonical_urls([]).to_pylist() == []
    with pytest.raises(TypeError, match="give strings"):
        ls.canonical_hashtags([1, 2])


def signatures(*texts):
    return ls.text_signatures(list(texts)).to_pylist()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Vote now for a better town", "vote NOW, for a better town!!!"),
        ("RT @somebody: look at this great thing", "look at this great thing https://t.co/x"),
        ("今日はいい天気ですね", "今日は　いい天気ですね。"),
        ("السَّلامُ عَلَيْكُم يا أهل المدينة", "السلام عليكم يا أهل المدينة"),
        ("می\u200cخواهم به شهر بروم امروز", "میخواهم به شهر بروم امروز"),
        ("e\u0301lan vital pour tous ici", "\u00e9lan vital pour tous ici"),
    ],
)
def test_texts_that_say_the_same_have_one_signature(one, other):
    first, second = signatures(one, other)
    assert first is not None
    assert first == second


def test_order_and_words_matter():
    texts = signatures(
        "one two three four five six", "six five four three two one", "seven eight nine ten eleven"
    )
    assert len(set(texts)) == 3


def test_short_texts_have_none():
    assert signatures("too short", None, "", "@a @b @c @d @e", "天気") == [None] * 5
    assert ls.text_signatures(["too short"], min_tokens=2).null_count == 0
    with pytest.raises(ValueError, match="min_tokens is 0"):
        ls.text_signatures(["a"], min_tokens=0)


def test_slices_of_columns_read_the_same():
    texts = pa.array(["first text of many words", None, "second text of many words"])
    whole = ls.text_signatures(texts).to_pylist()
    assert ls.text_signatures(texts.slice(1)).to_pylist() == whole[1:]


def test_a_word_changed_in_a_long_text_makes_a_near_duplicate():
    draw = np.random.default_rng(7)
    words = [f"word{number}" for number in range(5000)]
    near = far = 0
    for _ in range(200):
        text = list(draw.choice(words, 60))
        changed = [*text[:30], "another", *text[31:]]
        strange = list(draw.choice(words, 60))
        one, two, three = signatures(" ".join(text), " ".join(changed), " ".join(strange))
        near += (one ^ two).bit_count() <= 8
        far += (one ^ three).bit_count() <= 8
    assert near > 150
    assert far == 0


def test_near_duplicates_refuse_nulls_and_wide_steps():
    with pytest.raises(ValueError, match="nulls"):
        ls.near_duplicates([1, None])
    with pytest.raises(ValueError, match="max_bits"):
        ls.near_duplicates([1, 2], max_bits=8)
