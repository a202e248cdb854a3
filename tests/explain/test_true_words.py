"""Words that must not say more than was scored: ties, equal values, idle gains, silent people, sensitive criteria."""

from __future__ import annotations

import math

import pytest

from peermatch.criteria import above, complement, custom, different, near, overlap, prefers, same, ties
from peermatch.errors import InputError
from peermatch.explain import findings_of, pair_facts
from support.pairings import make_pairing, outcome_of


def texts(pairing):
    """Tone and text of what is found about the first pair."""
    return [(one.tone, one.text) for one in findings_of(pair_facts(outcome_of(pairing), 0, 0))]


def two(first, second, *criteria, mutual="mean"):
    people = [{"id": "ada", **first}, {"id": "bo", **second}]
    return make_pairing(people, criteria, pairs=[(0, 1)], mutual=mutual)


def test_ranks_know_of_ties():
    def texts_of(years):
        people = [{"id": i, "y": y} for i, y in enumerate(years)]
        pairing = make_pairing(
            people, [near("y")], pairs=[(2 * i, 2 * i + 1) for i in range(len(years) // 2)]
        )
        return [pairing.explain(2 * i).text.split(".")[1] for i in range(len(years) // 2)]

    assert not any("of this round" in text or "rank" in text for text in texts_of([1] * 24))
    mixed = texts_of([1, 1] * 4 + [1, 2] * 4 + [1, 3] * 4)
    assert mixed[0] == "00 out of 1, rank 1 of 12 pairs, as have 3 others"
    assert "of this round" not in "".join(mixed)


def test_a_score_of_nothing_is_never_strong():
    people = [{"id": i, "y": "x"} for i in range(20)] + [{"id": 20, "y": "a"}, {"id": 21, "y": "b"}]
    pairing = make_pairing(people, [different("y")], pairs=[(2 * i, 2 * i + 1) for i in range(11)])
    assert "rank" not in pairing.explain(0).text
    assert "strongest" not in pairing.explain(0).text
    assert "one of the strongest pairs" in pairing.explain(20).text


LONG = "the team that does all that nobody else would ever do, of the town in the far "


@pytest.mark.parametrize(
    ("first", "second", "criterion", "expected"),
    [
        (True, "yes", different("s"), ("for", "different s")),
        (True, "yes", same("s"), ("against", "not the same s")),
        (1234567.1, 1234567.2, different("s"), ("for", "different s (1234567.1 and 1234567.2)")),
        (1234567.1, 1234567.2, same("s"), ("against", "not the same s (1234567.1 and 1234567.2)")),
        ("Oslo", " oslo ", different("s"), ("against", "the same s (Oslo)")),
        (
            5.0000001,
            5.0000002,
            near("s", scale=1e-9),
            ("against", "far apart in s (5.0000001 and 5.0000002)"),
        ),
    ],
)
def test_equal_is_what_was_scored_as_equal(first, second, criterion, expected):
    assert texts(two({"s": first}, {"s": second}, criterion)) == [expected]


@pytest.mark.parametrize(("criterion", "tone"), [(different("s"), "for"), (same("s"), "against")])
def test_long_texts_show_where_they_differ(criterion, tone):
    pairing = two({"s": LONG + "north"}, {"s": LONG + "south"}, criterion)
    [(found, text)] = texts(pairing)
    assert found == tone
    assert "in the far north and …" in text
    assert "in the far south)" in text
    assert "the far north" in pairing.explain("ada").table["mine"][0]


def test_what_adds_nothing_speaks_for_nobody():
    explanation = two({"y": 4}, {"y": 6}, above("y"), mutual="geometric").explain("ada")
    assert "What speaks for them" not in explanation.text
    assert (
        "True, yet adding nothing to the score, since bo gains nothing that counts: "
        "bo is the wanted step ahead of ada in y (4 to 6)."
    ) in explanation.text


def test_one_without_a_say():
    people = [{"id": "ada", "t": 1, "ask": "yes"}, {"id": "bo", "t": 1, "ask": "no"}]
    explanation = make_pairing(people, [same("t", when="ask")]).explain("bo")
    assert "No criterion counts for bo, so the score is how ada sees the pair." in explanation.text
    assert "not counted" in str(explanation)
    assert explanation.table["weight"].tolist() == [0.0]
    assert explanation.pairs[0].coverage == 1


def test_ids_as_our_own_tables_hand_them_out():
    people = [{"id": i, "t": 1} for i in (3, 5)]
    pairing = make_pairing(people, [same("t")])
    found = pairing.explain(pairing.pairs["a"].iloc[0])
    assert (found.id, type(found.id)) == (3, int)
    for odd in ([1], {}, ([1],)):
        with pytest.raises(InputError, match="Nobody has the id"):
            pairing.explain(odd)


@pytest.mark.parametrize(
    "criterion",
    [
        same("c", sensitive=True),
        different("c", sensitive=True),
        overlap("c", separator=";", vocabulary=["quiet"], sensitive=True),
        complement(offers="c", seeks="c", sensitive=True),
        prefers("c", sensitive=True),
        ties([(0, 1), ("quiet", 1)], sensitive=True),
        custom(lambda me, you: 1.0 * (me["c"] == you["c"]), "c", sensitive=True),
    ],
)
def test_nothing_sensitive_can_be_reached(criterion):
    people = [{"id": i, "c": "quiet;1", "y": 1} for i in range(2)]
    pair = make_pairing(people, [criterion, near("y")], pairs=[(0, 1)]).explain(0).pairs[0]
    fact = pair.facts[0]
    assert "quiet" not in repr(pair.facts) + repr(fact.criterion.options)
    assert (fact.shared, fact.known, dict(fact.criterion.options)) == ((), "(sensitive)", {})
    for half in fact.halves:
        assert (dict(half.cells), half.text, half.wanted, half.found) == ({}, "(sensitive)", (), ())
        assert (half.equal, half.hours, math.isnan(half.similarity)) == ((), None, True)
    assert math.isnan(fact.similarity)
