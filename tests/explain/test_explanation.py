"""Explanations: the table's numbers are exact, the words are true to them."""

from __future__ import annotations

import math

import pytest

from peermatch.criteria import (
    above,
    available,
    complement,
    custom,
    different,
    near,
    novelty,
    overlap,
    prefers,
    same,
    ties,
)
from peermatch.errors import InputError
from peermatch.explain import Finding, findings_of, pair_facts
from support.pairings import TEAM, make_pairing, outcome_of

CRITERIA = [near("years", weight=2), complement(offers="teach", seeks="learn", weight=3), different("team")]


def texts(pairing, index=0, hand=0):
    """Tone and text of what is found about one pair."""
    found = findings_of(pair_facts(outcome_of(pairing), index, hand))
    assert all(isinstance(one, Finding) for one in found)
    return [(one.tone, one.text) for one in found]


def two(first, second, *criteria, mutual="mean", **options):
    people = [{"id": "ada", **first}, {"id": "bo", **second}]
    return make_pairing(people, criteria, pairs=[(0, 1)], mutual=mutual, **options)


# ---- the table ------------------------------------------------------------------------------------------


def test_the_table_is_exact_and_adds_up():
    pairing = make_pairing(TEAM, CRITERIA, label="name")
    score = pairing.pairs.set_index("a").loc["ada", "score"]
    for id, partner in (("ada", "bo"), ("bo", "ada")):
        table = pairing.explain(id).table
        assert table["contribution"].sum() == score
        assert table["partner"].tolist() == [partner] * 3
        assert table["weight"].sum() == table["weight_back"].sum() == 1
    mine, theirs = pairing.explain("ada").table, pairing.explain("bo").table
    assert mine["mine"].tolist() == theirs["theirs"].tolist()
    assert mine["similarity"].tolist() == theirs["similarity_back"].tolist()
    assert mine["mine"].tolist() == ["4", "finds 1 of 1 sought and new: Leading", "Data"]
    assert mine["similarity_back"][1] == 0.5


def test_what_was_not_known_is_said():
    explanation = make_pairing(TEAM, CRITERIA, label="name", pairs=[(3, 4)]).explain("di")
    table = explanation.table.set_index("criterion")
    assert math.isnan(table.loc["near_years", "similarity"])
    assert table["known"].tolist() == ["no", "partly", "yes"]
    assert "Not known: what El seeks (learn); Di's years; a cautious estimate stands in" in explanation.text
    assert "not known" in str(explanation)


def test_someone_with_several_partners_has_a_table_each():
    mentors = [{"id": "m", "years": 9, "team": "x"}]
    pairing = make_pairing(
        TEAM[:2],
        [near("years"), same("team")],
        others=mentors,
        names=("mentee", "mentor"),
        capacity=(None, [2]),
    )
    explanation = pairing.explain("m")
    assert [pair.partner for pair in explanation.pairs] == ["ada", "bo"]
    assert explanation.table["partner"].tolist() == ["ada", "ada", "bo", "bo"]
    assert str(explanation).count("criterion") == 2
    assert explanation.side == "mentor"
    assert repr(explanation) == "Explanation('m', paired with 'ada', 'bo')"


def test_someone_without_a_partner_has_the_rules_and_the_reason():
    pairing = make_pairing(TEAM, CRITERIA, label="name")
    explanation = pairing.explain("di")
    assert (explanation.status, explanation.pairs) == ("unmatched", ())
    assert explanation.text.startswith("Di has no partner this time: an odd number of people (5)")
    assert list(explanation.table.columns) == ["rule", "removed", "of"]
    assert str(explanation).startswith("Di has no partner")


def test_someone_who_does_not_take_part():
    people = [{**row, "in": row["id"] != "cy"} for row in TEAM]
    explanation = make_pairing(people, CRITERIA, label="name", eligible="in").explain("cy")
    assert explanation.text == "Cyé: not taking part: in is False."
    assert len(explanation.table) == 0


def test_html_is_escaped():
    pairing = two({"t": "<script>"}, {"t": "<script>"}, same("t"))
    html = pairing.explain("ada")._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert repr(pairing.explain("ada").pairs[0]) == "PairExplanation('ada' with 'bo', score 1.00)"


# ---- who is meant ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("id", "message"),
    [
        ("adda", "Nobody has the id 'adda'. Did you mean 'ada'?"),
        (7, "Nobody has the id 7. Did you mean '7'? (Ids are str, this is int.)"),
        ("zzzzzz", "Nobody has the id 'zzzzzz'. Ids look like '7'."),
    ],
)
def test_an_unknown_id_is_refused_with_the_nearest(id, message):
    pairing = make_pairing([{"id": "ada", "t": 1}, {"id": "7", "t": 1}], [same("t")])
    with pytest.raises(InputError) as caught:
        pairing.explain(id)
    assert str(caught.value) == message
    assert caught.value.items[0]["code"] == "unknown_id"


def test_an_id_on_both_sides_needs_its_side():
    both = [{"id": "x", "t": 1}, {"id": "y", "t": 1}]
    pairing = make_pairing(both, [same("t")], others=both, names=("mentee", "mentor"), pairs=[(0, 1)])
    with pytest.raises(
        InputError, match=r"on both sides, 'mentee' and 'mentor'\. Say which one with side="
    ) as caught:
        pairing.explain("x")
    assert caught.value.items[0]["code"] == "ambiguous_id"
    assert pairing.explain("x", side="mentee").status == "paired"
    assert pairing.explain("x", side="mentor").status == "unmatched"
    with pytest.raises(InputError, match=r"must be one of 'mentee', 'mentor'\. Got 'coach'"):
        pairing.explain("x", side="coach")
    with pytest.raises(InputError, match="left out: there is one pool"):
        two({"t": 1}, {"t": 1}, same("t")).explain("ada", side="a")


# ---- words by kind --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "criterion", "expected"),
    [
        ({"y": 4}, {"y": 5}, near("y"), [("for", "close in y (4 and 5)")]),
        ({"y": 4}, {"y": 4}, near("y"), [("for", "the same y (4)")]),
        ({"y": 4}, {"y": 40}, near("y"), [("against", "far apart in y (4 and 40)")]),
        ({"y": 4}, {"y": 7}, near("y"), [("between", "some way apart in y (4 and 7)")]),
        ({"y": 4}, {"y": 9}, near("y", sweet_spot=5), [("for", "the wanted distance in y (4 and 9)")]),
        (
            {"y": 4},
            {"y": 4},
            near("y", sweet_spot=9),
            [("against", "far from the wanted distance in y (both 4)")],
        ),
        ({"y": 4}, {"y": 6}, above("y"), [("for", "bo is the wanted step ahead of ada in y (4 to 6)")]),
        ({"y": 4}, {"y": 4}, above("y"), [("against", "nobody is ahead as wanted in y (both 4)")]),
        ({"s": "Oslo"}, {"s": "oslo"}, same("s"), [("for", "the same s (Oslo)")]),
        ({"s": "Oslo"}, {"s": "Rome"}, same("s"), [("against", "not the same s (Oslo and Rome)")]),
        (
            {"s": "Oslo", "t": "x"},
            {"s": "Rome", "t": "X"},
            different(["s", "t"]),
            [("for", "different s (Oslo and Rome)"), ("between", "the same t (x)")],
        ),
        ({"s": "x"}, {"s": "x"}, different("s"), [("against", "the same s (x)")]),
        ({"g": "a;b"}, {"g": "b;c"}, overlap("g", separator=";"), [("for", "in common in g: b")]),
        ({"g": "a;b"}, {"g": "c;d"}, overlap("g", separator=";"), [("against", "nothing in common in g")]),
        (
            {"o": "a", "s": "b"},
            {"o": "c", "s": "a;b;d"},
            complement(offers="o", seeks="s"),
            [
                ("helps", "ada can help bo with a (1 of 3 that are new to bo)"),
                ("against", "bo does not offer the one new thing that ada seeks (s)"),
            ],
        ),
        (
            {"o": "a", "s": "b"},
            {"o": "c", "s": "a;c"},
            complement(offers="o", seeks="s", new_only=False),
            [
                ("helps", "ada can help bo with a (1 of 2 that bo seeks)"),
                ("against", "bo does not offer the one thing that ada seeks (s)"),
            ],
        ),
        (
            {"o": "a", "s": "b"},
            {"o": "c", "s": "a;c"},
            complement(offers="o", seeks="s"),
            [
                ("helps", "ada can help bo with a (all that is new to bo)"),
                ("against", "bo does not offer the one new thing that ada seeks (s)"),
            ],
        ),
        (
            {"o": "a", "s": "a"},
            {"o": None, "s": None},
            complement(offers="o", seeks="s"),
            [
                ("content", "ada seeks nothing new (s)"),
                ("unknown", "what bo seeks (s)"),
            ],
        ),
        (
            {"w": "bo"},
            {"w": "zed"},
            prefers("w"),
            [("for", "bo is first on ada's list"), ("against", "ada is not on bo's list")],
        ),
        (
            {"w": "bo"},
            {"w": None},
            prefers("w"),
            [("for", "bo is first on ada's list"), ("unknown", "whom bo would wish for")],
        ),
        ({}, {}, ties([("ada", "bo")]), [("for", "an existing tie between them")]),
        ({}, {}, ties([("ada", "zed")]), []),
        ({}, {}, novelty(), [("for", "no earlier meeting of theirs is known")]),
        (
            {"n": 1},
            {"n": 2},
            custom(lambda me, you: me["n"] * 0 + 0.9, "n", name="my_way"),
            [("for", "my way (90%)")],
        ),
        ({"y": None}, {"y": None}, same("y"), [("unknown", "the y of ada and bo")]),
        (
            {"o": "a", "s": "a"},
            {"o": "b", "s": "b"},
            complement(offers="o", seeks="s"),
            [("content", "ada and bo seek nothing new (s)")],
        ),
        ({"y": None}, {"y": 5}, near("y"), [("unknown", "ada's y")]),
    ],
)
def test_what_each_kind_says(first, second, criterion, expected):
    pairing = two(first, second, criterion)
    assert sorted(texts(pairing)) == sorted(expected)
    assert pairing.explain("bo").text


def test_whoever_has_all_they_wish_for_is_not_to_be_asked():
    explanation = two({"o": "a", "s": "a"}, {"o": "b", "s": None}, complement(offers="o", seeks="s")).explain(
        "ada"
    )
    assert "ada seeks nothing new (s); a cautious estimate counts for that." in explanation.text
    assert "Not known: what bo seeks (s); a cautious estimate stands in" in explanation.text


def test_hours_in_words():
    def hours(first, second, wanted):
        zone = "UTC+1"
        return texts(
            two({"z": zone, "h": first}, {"z": zone, "h": second}, available("z", "h", wanted=wanted))
        )

    assert hours("09:00-17:00", "09:00-17:00", 10) == [("for", "at least 10 shared hours a week")]
    assert hours("09:00-12:00", "13:00-17:00", 10) == [
        ("against", "no whole hour (UTC) of the week in common")
    ]
    [(tone, text)] = hours("09:00-11:00", "10:00-12:00", 10)
    assert tone == "between"
    assert text == "at least 5 shared hours a week (counted in whole hours UTC), where 10 are wanted"
    assert hours("Mon 09:00-11:00", "Mon 10:00-12:00", 2)[0][1].startswith("at least 1 shared hour a week (")
    half = "Mon-Fri 12:30-13:30"
    assert hours(half, half, 5) == [
        ("unknown", "shared hours, since no whole hour in UTC remains of what ada and bo gave")
    ]
    assert hours(half, None, 5) == [
        ("unknown", "bo's h"),
        ("unknown", "shared hours, since no whole hour in UTC remains of what ada gave"),
    ]


def test_free_text_is_quoted_by_nobody():
    goals = [
        "I want to learn how to lead a large team of engineers",
        "I want to learn how to lead a small team of designers",
        "Find somebody who knows the history of medieval music well",
        "Public speaking in front of very large audiences without fear",
    ]
    people = [{"id": i, "g": goal} for i, goal in enumerate(goals)]
    pairing = make_pairing(people, [overlap("g")], pairs=[(0, 1), (2, 3)])
    assert texts(pairing, 0)[0][1].startswith("g in words that are ")
    assert texts(pairing, 1) == [("against", "g in words that are hardly alike")]


def test_above_on_two_sides_names_the_upper_one_from_either_view():
    pairing = make_pairing(
        [{"id": "ada", "g": 1}],
        [above("g", by=(1, 3))],
        others=[{"id": "bo", "g": 3}],
        names=("mentee", "mentor"),
    )
    wanted = [("for", "bo is the wanted step ahead of ada in g (1 to 3)")]
    assert texts(pairing, 0, 0) == texts(pairing, 0, 1) == wanted


def test_one_direction_on_two_sides():
    pairing = make_pairing(
        [{"id": "ada", "seeks": "a;b"}],
        [complement(left="seeks", right="offers")],
        others=[{"id": "bo", "offers": "b;c"}],
        names=("mentee", "mentor"),
    )
    assert texts(pairing) == [("helps", "bo can help ada with b (1 of 2 that are new to ada)")]
    table = pairing.explain("bo").table
    assert table["mine"].tolist() == ["offers b and c"]
    assert table["weight"].tolist() == [0.0]
    assert "not counted" in str(pairing.explain("bo"))


def test_two_columns_face_each_other():
    people = [{"id": "ada", "is": "x", "wants": "y"}, {"id": "bo", "is": "y", "wants": "z"}]
    pairing = make_pairing(people, [different(left="wants", right="is")], pairs=[(0, 1)])
    assert texts(pairing) == [("against", "the same wants and is (y)")]


def test_switched_off_is_passed_over():
    people = [{"id": i, "t": "x", "ask": "no", "y": 1} for i in range(2)]
    pairing = make_pairing(people, [same("t", when="ask"), near("y")], pairs=[(0, 1)])
    assert texts(pairing) == [("for", "the same y (1)")]
    assert pairing.explain(0).table["known"].tolist() == ["not counted", "yes"]


def test_sensitive_shows_its_contribution_and_nothing_else():
    people = [{"id": i, "faith": "quiet", "y": i} for i in range(2)]
    explanation = make_pairing(people, [same("faith", sensitive=True, name="c1"), near("y")]).explain(0)
    row = explanation.table.iloc[0]
    assert (row["mine"], row["theirs"], row["known"]) == ("(sensitive)",) * 3
    assert math.isnan(row["similarity"])
    assert row["contribution"] > 0
    assert "quiet" not in str(explanation) + explanation._repr_html_()
    assert "Criteria marked as sensitive may count as well and are not spelled out here." in explanation.text


def test_little_to_say_is_said():
    text = two({"s": "x"}, {"s": "x"}, different("s")).explain("ada").text
    assert (
        "Little speaks for the two on their own; they belong to the best set of pairs for everyone." in text
    )


def test_ranks_in_words():
    people = [{"id": i, "y": i * i} for i in range(24)]
    pairing = make_pairing(people, [near("y")], pairs=[(2 * i, 2 * i + 1) for i in range(12)])
    assert "one of the strongest pairs of this round" in pairing.explain(0).text
    assert "rank 6 of 12 pairs" in pairing.explain(10).text
    assert "one of the weaker pairs of this round" in pairing.explain(23).text
