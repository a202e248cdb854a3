"""One random cohort, matched, and everything that tells of its scores held against the cells."""

from __future__ import annotations

import csv
import io
import json
import random
import re

import peermatch as pm
from peermatch.report import csv_text, plain_text
from support.recomputed import MUTUALS, ONE, UNKNOWN, fills_of, recomputed, some_criteria, someone

SHAPES = ("pool", "trio", "sides")


def whole(number):
    """Return a number as a whole number of 2**-30; it must be one."""
    scaled = float(number) * ONE
    assert scaled == int(scaled), f"{number!r} is not on the grid"
    return int(scaled)


def check_cohort(seed):
    """Match a random cohort, and compare every table and text that has a score in it; return what kind it was."""
    rng = random.Random(f"additive {seed}")
    shape, mutual, unknown = rng.choice(SHAPES), rng.choice(MUTUALS), rng.choice(UNKNOWN)
    criteria, known = some_criteria(rng)
    options = {"mutual": mutual, "unknown": unknown}
    left = [someone(rng, f"p{k}") for k in range(rng.randrange(2, 8))]
    right = left
    if shape == "sides":
        right = [someone(rng, f"q{k}") for k in range(rng.randrange(1, 6))]
        options |= {"sides": ("mentee", "mentor"), "capacity": {"mentor": rng.choice([1, 2])}}
    elif shape == "trio":
        options["odd"] = "trio"
        left = right = left if len(left) % 2 and len(left) > 2 else [someone(rng, f"p{k}") for k in range(5)]
    rules = [pm.must_differ("team")] if rng.random() < 0.3 else []
    matcher = pm.PeerMatcher("id", criteria, rules, **options)
    pairing = matcher.match(left, right) if shape == "sides" else matcher.match(left)
    fills = fills_of(left, right, known, unknown), fills_of(right, left, known, unknown)
    people = ({row["id"]: row for row in left}, {row["id"]: row for row in right})
    names = ("mentee", "mentor") if shape == "sides" else ("a", "b")
    wanted = {}
    for row in pairing.pairs.to_dict("records"):
        me, you = people[0][row[names[0]]], people[1][row[names[1]]]
        wanted[row["pair_id"]] = recomputed(me, you, known, fills, mutual)
    _check_pairs(pairing.pairs.to_dict("records"), wanted, criteria)
    _check_csv(csv_text(pairing.pairs), wanted, criteria)
    _check_json(pairing.to_json(), wanted, criteria)
    _check_explanations(pairing, wanted, criteria, names)
    return shape, mutual


def _check_pairs(rows, wanted, criteria):
    for row in rows:
        score, parts, coverage = wanted[row["pair_id"]]
        assert whole(row["score"]) == score
        assert [whole(row[f"contribution_{criterion.name}"]) for criterion in criteria] == parts
        assert sum(parts) == score
        assert row["coverage"] == coverage


def _check_csv(text, wanted, criteria):
    for row in csv.DictReader(io.StringIO(text)):
        score, parts, coverage = wanted[plain_text(row["pair_id"])]
        assert whole(row["score"]) == score
        assert [whole(row[f"contribution_{criterion.name}"]) for criterion in criteria] == parts
        assert float(row["coverage"]) == coverage


def _check_json(text, wanted, criteria):
    rows = json.loads(text)["pairs"]
    assert len(rows) == len(wanted)
    for row in rows:
        score, parts, coverage = wanted[row["pair_id"]]
        assert whole(row["score"]) == score
        told = row["contributions"]
        if isinstance(told, list):
            told = {one["criterion"]: one["contribution"] for one in told}
        assert [whole(told[criterion.name]) for criterion in criteria] == parts
        assert row["coverage"] == coverage


def _check_explanations(pairing, wanted, criteria, names):
    """`explanations` and `explain`, asked from either side, tell of the same pair as `pairs`, with the same numbers."""
    rows = {row["pair_id"]: row for row in pairing.pairs.to_dict("records")}
    scores = [whole(row["score"]) for row in rows.values()]
    together = pairing.explanations()
    assert [pair.pair_id for pair in together] == list(rows)
    asked = [(pair, None) for pair in together]
    for row in pairing.people.to_dict("records"):
        explained = pairing.explain(row["id"], row.get("side"))
        assert sorted(pair.partner for pair in explained.pairs) == sorted(row["partners"])
        asked += [(pair, row["id"]) for pair in explained.pairs]
    seen = dict.fromkeys(rows, 0)
    for pair, asker in asked:
        row, (score, parts, coverage) = rows[pair.pair_id], wanted[pair.pair_id]
        seen[pair.pair_id] += asker is not None
        ends = (row[names[0]], row[names[1]])
        assert {asker or ends[0], pair.partner} == set(ends)
        assert (pair.score, pair.coverage) == (score, coverage)
        told = dict(zip(pair.frame["criterion"], pair.frame["contribution"], strict=True))
        assert [whole(told[criterion.name]) for criterion in criteria] == parts
        rank = re.search(r"rank ([\d,]+) of ([\d,]+) pairs", pair.text)
        if rank is not None:
            assert (int(rank[1]), int(rank[2])) == (1 + sum(other > score for other in scores), len(rows))
    assert set(seen.values()) <= {2}
