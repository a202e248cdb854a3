"""Fingerprints: equal where cells say the same, different where anything differs, and nothing to guess from."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import json
import subprocess
import sys

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peermatch.audit import (
    digest_of,
    key_from_rows,
    key_from_secret,
    key_id,
    keyed,
    plain_fingerprint,
    result_fingerprint,
    row_fingerprints,
    row_texts,
    table_digest,
)
from peermatch.cohort import Cohort
from peermatch.errors import ConfigError

KEY = bytes(range(32))
DAY = dt.date(2024, 2, 29)
ALIKE = [
    (3, 3.0, "3", "3.0", " 3 "),
    (0.5, "0.5", "5e-1"),
    (-2, -2.0, "-2"),
    (10**18, str(10**18)),
    (1e300, "1e300", "1e+300"),
    (True, "True", "TRUE", "true"),
    (False, "false"),
    ("Zoë", "Zoe\u0308", " Zoë\t"),
    (DAY, dt.datetime(2024, 2, 29), "2024-02-29", "2024-02-29 00:00:00", "2024-02-29T00:00"),
    (dt.datetime(2024, 2, 29, 10, 30), "2024-02-29 10:30:00", "2024-02-29T10:30"),
]
APART = [
    *[group[0] for group in ALIKE],
    *("003", "+3", "3,0", "0x3", "1_000", "٣", "3.", ".5", "1e9999", "--2"),
    *("007", "7", "Zoe", "zoë", "yes", "no", "t", "2024-02-29 10:30:01", "29.02.2024"),
    *(
        1,
        0,
        "nul",
        ["a"],
        ["a", "b"],
        ["ab"],
        ["a", None],
        [["a"]],
        ["1"],
        {"a": "b"},
        {"a": "c"},
        {"ab": ""},
    ),
]


def cohort(cells, name="x"):
    return Cohort.of([{"id": f"p{k}", name: cell} for k, cell in enumerate([*cells, "filler text"])], id="id")


def told(cell):
    return row_texts(cohort([cell]), ["x"])[0]


@pytest.mark.parametrize("group", ALIKE, ids=lambda group: repr(group[0]))
def test_cells_that_say_the_same_have_one_form(group):
    assert len({told(cell) for cell in group}) == 1


def test_cells_that_differ_have_different_forms():
    for one, other in itertools.combinations(APART, 2):
        assert told(one) != told(other), (one, other)


def test_what_is_missing_says_nothing():
    for missing in (None, float("nan"), "", "  ", pd.NA, np.datetime64("NaT")):
        assert told(missing) == b""
    assert row_texts(cohort(["a"]), ["no such column"]) == [b"", b""]


@settings(derandomize=True, database=None, deadline=None, max_examples=300)
@given(
    st.lists(
        st.lists(st.one_of(st.none(), st.text("ab1:;n", max_size=3)), min_size=3, max_size=3),
        min_size=2,
        max_size=6,
    )
)
def test_no_two_different_rows_read_the_same(rows):
    names = ["a", "a1:", "b"]
    table = [{"id": f"p{k}", **dict(zip(names, row, strict=True))} for k, row in enumerate(rows)]
    people = Cohort.of(table, id="id")
    texts = row_texts(people, names)
    cells = [tuple(people.frame[name].iloc[k] for name in names) for k in range(len(people))]
    for one, other in itertools.combinations(range(len(people)), 2):
        same = all(a == b and type(a) is type(b) for a, b in zip(cells[one], cells[other], strict=True))
        # "1" and "1.0" are one number; no such pair can be drawn here
        assert (texts[one] == texts[other]) == same


def test_neither_columns_order_nor_the_kind_of_table_counts(tmp_path):
    rows = [
        {
            "id": f"p{k}",
            "n": k or None,
            "f": k / 2,
            "t": f"Zoë {k}",
            "in": k % 2 == 0,
            "d": dt.date(2024, 1, 13 + k),
        }
        for k in range(5)
    ]
    frame = pd.DataFrame(rows)
    frame.to_csv(tmp_path / "a.csv", index=False)
    frame.to_excel(tmp_path / "a.xlsx", index=False)
    frame.to_parquet(tmp_path / "a.parquet")
    sources = [
        rows,
        frame,
        frame[frame.columns[::-1]].iloc[::-1],
        pl.DataFrame(rows),
        pa.Table.from_pylist(rows),
        *(tmp_path / f"a.{ending}" for ending in ("csv", "xlsx", "parquet")),
    ]
    columns = list(frame.columns)
    texts = [
        row_texts(Cohort.of(source, id="id"), order)
        for source in sources
        for order in (columns, columns[::-1])
    ]
    assert all(one == texts[0] for one in texts)
    assert len(set(texts[0])) == 5


def test_the_key_is_of_the_whole_table():
    rows = [b"one", b"two", b"three"]
    keys = {
        key_from_rows([rows]),
        key_from_rows([rows, []]),
        key_from_rows([rows[:2], rows[2:]]),
        key_from_rows([rows[::-1]]),
        key_from_rows([[b"on", b"etwo", b"three"]]),
        key_from_rows([rows[:2]]),
        key_from_rows([[]]),
    }
    assert len(keys) == 7
    assert {len(key) for key in keys} == {32}
    assert len({key_id(key) for key in keys}) == 7


def test_a_fingerprint_says_nothing_without_its_key():
    """Every hash that somebody without the key could make of the very row is another one."""
    row = told("Zoë")
    (fingerprint,) = row_fingerprints([row], KEY)
    tries = [row, b"Zo\xc3\xab", "Zoë".encode("utf-16"), row + b"\n", b"p0" + row, b"id" + row]
    guesses = set()
    for text in tries:
        for size in (16, 32, 64):
            for person in (b"", b"peermatch row", b"peermatch key", b"peermatch keyed"):
                for key in (b"", bytes(32), b"peermatch", key_id(KEY).encode(), bytes.fromhex(key_id(KEY))):
                    guesses.add(
                        hashlib.blake2b(text, digest_size=size, person=person, key=key).hexdigest()[:32]
                    )
        for name in ("sha256", "md5", "sha1", "sha512"):
            guesses.add(hashlib.new(name, text).hexdigest()[:32])
    assert fingerprint not in guesses
    assert row_fingerprints([row], bytes(32)) != [fingerprint]
    # with the key it is what it says it is
    assert fingerprint == hashlib.blake2b(row, key=KEY, digest_size=16, person=b"peermatch row").hexdigest()


def test_every_purpose_has_hashes_of_its_own():
    digest = digest_of("x")
    found = [keyed(digest, KEY, what) for what in ("org", "history", "configuration")]
    found += [
        keyed(digest, bytes(32), "org"),
        *row_fingerprints([digest], KEY),
        plain_fingerprint("x", "org"),
        key_id(KEY),
    ]
    assert len(set(found)) == len(found)
    # a purpose and what follows it are told apart
    assert keyed(b"y" + digest, KEY, "org") != keyed(digest, KEY, "orgy")


@pytest.mark.parametrize("secret", ["short", b"fifteen bytes..", " " * 40, "", None, 12345678901234567890])
def test_a_poor_secret_is_refused(secret):
    with pytest.raises(ConfigError, match=r"secret"):
        key_from_secret(secret)


def test_secrets_are_told_apart():
    assert key_from_secret("x" * 16) != key_from_secret("x" * 17) != key_from_secret("y" * 16)


VALUES = [
    *(None, True, False, 0, 1, -1, 0.5, 1e300, float("inf"), "", "1", "None", b"", b"1", DAY, dt.time(1)),
    *([], [None], [[]], [1], [1, 2], [2, 1], ["12"], {}, {"a": None}, {"a": 1}, {"b": 1}, {1: "a"}),
    *({1}, {1, 2}, frozenset("ab")),
    *(
        np.zeros(2),
        np.zeros(3),
        np.zeros((1, 2)),
        np.zeros(2, np.int64),
        np.zeros(2, bool),
        np.array(["a"], object),
    ),
    *(pd.DataFrame({"a": [1]}), pd.DataFrame({"b": [1]}), pd.DataFrame({"a": [2]}), len, str, dt.date),
]


def test_values_that_differ_have_different_digests():
    digests = [digest_of(value) for value in VALUES]
    assert len(set(digests)) == len(VALUES)


def test_how_a_value_is_kept_does_not_count():
    alike = [
        ([1, 2], (1, 2), [1.0, 2], [np.int32(1), np.float32(2)]),
        ({"a": 1, "b": [2]}, {"b": (2,), "a": 1}),
        ({3, 1, 2}, {1, 2, 3}, frozenset([2, 3, 1])),
        (
            np.array([0.0, 1.5]),
            np.array([-0.0, 1.5]),
            np.array([9, 0.0, 1.5])[1:],
            np.array([0.0, 1.5], ">f8"),
        ),
        (np.array([np.nan]), np.array([-np.nan])),
    ]
    for group in alike:
        assert len({digest_of(value) for value in group}) == 1, group


def test_values_that_hold_themselves_come_to_an_end():
    ring = []
    ring.append(ring)

    class Node:
        def __init__(self, mates):
            self.mates = mates

    nodes = [Node(None) for _ in range(30)]
    for node in nodes:
        node.mates = nodes
    assert digest_of(ring) == digest_of(ring)
    assert digest_of(nodes) == digest_of(nodes)


def test_the_order_of_rows_counts_only_where_it_says_something():
    frame = pd.DataFrame({"a": ["x", "y"], "b": [1, None]}, dtype=object)
    assert table_digest(frame) == table_digest(frame[::-1])
    assert table_digest(frame, ordered=True) != table_digest(frame[::-1], ordered=True)
    assert table_digest(frame) != table_digest(pd.concat([frame, frame[:1]]))
    assert table_digest(frame) != table_digest(frame.rename(columns={"a": "c"}))


def test_the_fingerprint_of_a_result_is_of_ids_and_scores():
    def pair(a, b, score, **more):
        return {"a": {"type": "str", "value": a}, "b": {"type": "str", "value": b}, "score": score, **more}

    base = result_fingerprint([pair("x", "y", 0.5)])
    assert base == result_fingerprint([pair("x", "y", 0.5, coverage=1.0)])
    others = [
        [],
        [pair("x", "y", 0.25)],
        [pair("y", "x", 0.5)],
        [pair("x", "z", 0.5)],
        [pair("x", "y", 0.5), pair("v", "w", 0.5)],
        [{**pair("x", "y", 0.5), "a": {"type": "int", "value": "x"}}],
    ]
    assert base not in {result_fingerprint(rows) for rows in others}


def test_no_digest_depends_on_the_hash_seed():
    code = (
        "from peermatch.audit import digest_of, row_texts; from peermatch.cohort import Cohort; import json;"
        "people = Cohort.of([{'id': c, 'x': {'b', 'a', c}, 'y': {'k': 1, c: 2}} for c in 'pqr'], id='id');"
        "print(json.dumps([digest_of([set('abcdef'), {c: 1 for c in set('xyz')}]).hex(),"
        "*[row.hex() for row in row_texts(people, ['x', 'y', 'id'])]]))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**__import__("os").environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "42")
    }
    assert len(found) == 1
    assert len(json.loads(found.pop())) == 4
