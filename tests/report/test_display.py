"""How results look in notebooks: one contract for everything that people see."""

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pandas as pd
import pytest

import peermatch as pm
from peermatch.cohort.display import (
    Bar,
    card,
    cell_words,
    first_rows,
    frame_table,
    one_line,
    paragraph,
    table,
)
from peermatch.datasets import make_organisation
from peermatch.report import notebook_html

SCRIPT = "<script>alert(1)</script>"
IMAGE = "\"><img src=x onerror='alert(2)'>"
BREAK = "one\ntwo\u2028three\x00\x1b[31m"
VOID = frozenset({"br", "hr", "img", "meta", "link", "input", "col"})


class Reader(HTMLParser):
    """Reads HTML; every element must be closed in order, and none may do or fetch anything."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.seen, self.words = [], [], []
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    @property
    def tags(self):
        return {tag for tag, _ in self.seen}


ALLOWED = {
    "div", "p", "strong", "table", "caption", "thead", "tbody", "tr", "th", "td", "span",
    "h1", "h2", "ul", "li", "section", "header", "footer",
}  # fmt: skip


def check_look(shown):
    """The contract of one look."""
    assert isinstance(shown, str)
    reader = Reader(shown)
    ElementTree.fromstring(f"<all>{shown}</all>")  # well-formed to the letter
    assert reader.tags <= ALLOWED, reader.tags - ALLOWED
    for tag, attributes in reader.seen:
        assert not any(name.startswith("on") or name in ("src", "href", "id") for name in attributes), tag
        assert "url(" not in (attributes.get("style") or "")
    for _, attributes in reader.seen:
        assert set(attributes) <= {"style", "scope", "aria-hidden", "lang"}
    assert "<script" not in shown.lower()
    assert "http" not in shown.lower()
    assert "<img" not in shown
    for raw in ("\x00", "\x1b"):
        assert raw not in shown
    tables = [at for at, (tag, _) in enumerate(reader.seen) if tag == "table"]
    for at in tables:
        assert reader.seen[at + 1][0] == "caption"
    heads = [attributes.get("scope") for tag, attributes in reader.seen if tag == "th"]
    assert all(scope in ("row", "col") for scope in heads)
    colours = re.findall(r"(?<![\w-])(?:color|background):([^;\"]+)", shown)
    assert all(colour.startswith("rgba(") for colour in colours), colours  # half transparent: for any theme
    return reader


def check_line(said):
    """What a result says of itself in one line."""
    assert 0 < len(said) <= 200, len(said)
    assert "\n" not in said
    assert len(said.splitlines()) == 1


# ---- everything that people see, with hostile people in it ----------------------------------------------


@pytest.fixture(scope="module")
def staff():
    people = make_organisation(40, seed=5, missing=0)
    people["employee_id"] = [
        f"{SCRIPT}{number}" if number % 3 else f"{IMAGE}{number}" for number in range(40)
    ]
    names = people["employee_id"].tolist()
    people["manager_id"] = [None, *(names[number // 4] for number in range(39))]
    people["name <b>"] = [f"{SCRIPT} {BREAK} {number}" for number in range(40)]
    people[f"goals {SCRIPT}"] = people["goals"] + ";" + IMAGE
    people["team"] = [f"{IMAGE}{number % 2}" for number in range(40)]
    people["opted_in"] = [number not in (7, 8) for number in range(40)]
    return people


@pytest.fixture(scope="module")
def matcher():
    return pm.PeerMatcher(
        "employee_id",
        [
            pm.near("years_experience", scale=3, name=f"years {SCRIPT}", weight=2),
            pm.overlap(f"goals {SCRIPT}", name=f"goals {IMAGE}"),
            pm.complement(offers="can_teach", seeks="wants_to_learn", name="help", weight=4),
        ],
        [
            pm.not_in_line("manager_id", min_found=0),
            pm.must_differ("country", name=f"country {SCRIPT}"),
            pm.no_repeat(),
        ],
        label="name <b>",
        eligible="opted_in",
        show=["can_teach", "wants_to_learn", f"goals {SCRIPT}"],
    )


@pytest.fixture(scope="module")
def results(staff, matcher):
    """Return one of each, by name."""
    pairing = matcher.match(staff, round="2026-12")
    a, b = pairing.pairs.iloc[0][["a", "b"]]
    c = pairing.pairs.iloc[1]["a"]
    out = staff["employee_id"][7]
    alone = pm.PeerMatcher(
        "employee_id", matcher.criteria, [pm.must_match("country", name=SCRIPT)], label="name <b>"
    ).match(staff.iloc[:7])
    stable = pm.PeerMatcher("employee_id", matcher.criteria, label="name <b>", solver="roommates").match(
        staff
    )
    programme = pm.Programme(matcher)
    programme.run(staff.iloc[:39], round="2026-01")
    programme.run(staff.iloc[1:], round="2026-02")
    draft = pm.Draft.of(matcher, pairing)
    draft.reject((a, b), who=SCRIPT, why=IMAGE)
    other = matcher.match(staff.iloc[2:], round="2027-01")
    mentees, mentors = staff.iloc[:20], staff.iloc[20:]
    sided = pm.PeerMatcher("employee_id", matcher.criteria, sides=("mentee", "mentor"), label="name <b>")
    trio = pm.PeerMatcher("employee_id", matcher.criteria, odd="trio").match(staff.iloc[:9])
    advisers = pm.Advisers(
        "years_experience", by=1, capacity=3, criteria=[pm.overlap(f"goals {SCRIPT}", name=IMAGE)]
    )
    advised = pm.assign_advisers(pairing, staff, experience="years_experience", by=1, capacity=2)
    updated = matcher.update(staff.iloc[1:], pairing)
    return {
        "cohort": pm.read_people(staff, id="employee_id", label="name <b>"),
        "matcher": matcher,
        "matcher without rules": pm.PeerMatcher("id", [pm.same("site")]),
        "pairing": pairing,
        "pairing without pairs": alone,
        "pairing of two sides": sided.match(mentees, mentors),
        "pairing of trios": trio,
        "odd": trio.odd,
        "certificate": pairing.certificate,
        "explanation": pairing.explain(a),
        "pair explanation": pairing.explain(a).pairs[0],
        "explanation of nobody": alone.explain(alone.unmatched["id"].iloc[0]),
        "explanation of one who is out": pairing.explain(out),
        "explanation for the auditor": pairing.explain(a, audience="auditor"),
        "notice": pairing.explain(a, audience="participant"),
        "alternatives": pairing.alternatives(a, 15),
        "why not": pairing.why_not(a, c),
        "why not, forbidden": pairing.why_not(a, staff["employee_id"][0]),
        "why unmatched": alone.why_unmatched(alone.unmatched["id"].iloc[0]),
        "sensitivity": pairing.sensitivity(by=[0.2]),
        "what if": pairing.what_if({f"years {SCRIPT}": 9}),
        "stability": stable.stability,
        "stable certificate": stable.certificate,
        "why stable": stable.why_stable(stable.pairs["a"].iloc[0], stable.pairs["b"].iloc[1]),
        "guide": pairing.meeting_guide(a, b, adviser=SCRIPT, contact=IMAGE),
        "quality": pairing.quality("team", hide_below=3),
        "shortlist": matcher.shortlist(staff, 3),
        "circles": pm.form_circles(matcher, staff, size=4),
        "rings": pm.form_rings(matcher, staff),
        "advisers": advisers,
        "advised": advised,
        "plan": pm.plan_rounds(matcher, staff, 2, start="2026-01"),
        "programme": programme,
        "programme of nobody yet": pm.Programme(matcher),
        "turns": programme.turns,
        "dossier": programme.dossier(staff["employee_id"][3]),
        "dossier of a stranger": programme.dossier(SCRIPT),
        "draft": draft,
        "cost of an edit": draft.cost(require=(a, c)),
        "difference": pm.diff(pairing, other),
        "update": updated.update,
        "updated": updated,
        "saved": pm.SavedResult(pairing.to_dict()),
        "data protection": pairing.data_protection(),
        "pseudonymised": pm.pseudonymise(staff, "employee_id", key=pm.PseudonymKey(bytes(32))),
    }


NAMES = [
    "cohort", "matcher", "matcher without rules", "pairing", "pairing without pairs", "pairing of two sides",
    "pairing of trios", "odd", "certificate", "explanation", "pair explanation", "explanation of nobody",
    "explanation of one who is out", "explanation for the auditor", "notice", "alternatives", "why not",
    "why not, forbidden", "why unmatched", "sensitivity", "what if", "stability", "stable certificate",
    "why stable", "guide", "quality", "shortlist", "circles", "rings", "advisers", "advised", "plan",
    "programme", "programme of nobody yet", "turns", "dossier", "dossier of a stranger", "draft",
    "cost of an edit", "difference", "update", "updated", "saved", "data protection", "pseudonymised",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_everything_that_people_see_looks_the_same(results, name):
    check_look(results[name]._repr_html_())
    check_line(repr(results[name]))


def test_everything_is_looked_at(results):
    assert list(results) == NAMES


def test_every_public_class_of_results_is_looked_at(results):
    """A new public result needs its place above."""
    # they stand inside a matcher; a key shows no more than its fingerprint; a verdict is a sentence
    of_parts = {"Criterion", "Rule", "PseudonymKey", "EvidenceVerdict", "InputVerdict"}
    seen = {type(value).__name__ for value in results.values()} | {"FittedWeights"}
    public = {
        name
        for name in pm.__all__
        if isinstance(getattr(pm, name), type) and not issubclass(getattr(pm, name), (Exception, str))
    }
    assert public - of_parts <= seen


def test_learned_weights_look_the_same():
    people = [{"id": k, "years": k % 12, "team": "AB"[k % 2]} for k in range(40)]
    rounds = [(r, a, (a + 2 * r + 1) % 40) for r in range(6) for a in range(0, 40, 2)]
    outcomes = [
        {"round": r, "a": a, "b": b, "rating": 5 - abs(a % 12 - b % 12) + r % 2} for r, a, b in rounds
    ]
    criteria = [pm.near("years", scale=4, name=SCRIPT), pm.near("id", scale=9, name=IMAGE)]
    fitted = pm.fit_weights(people, outcomes, id="id", criteria=criteria, protected=["team"])
    reader = check_look(fitted._repr_html_())
    assert "Learned weights" in reader.words
    check_line(repr(fitted))
    assert str(fitted) == fitted.report


# ---- what each says -------------------------------------------------------------------------------------


def words(shown):
    return " ".join(" ".join(Reader(shown).words).split())


def test_a_matcher_says_what_matters(matcher):
    said = words(matcher._repr_html_())
    for part in (
        "What makes a good pair",
        "complement",
        "57%",
        "not_in_line",
        "everyone_first",
        "blossom",
        "opted_in",
    ):
        assert part in said
    assert said.count("57%") == 1  # 4 of 7


def test_private_rules_stay_private_in_a_matcher():
    hidden = pm.veto("quarrelled_with", name="those two quarrelled")
    said = words(pm.PeerMatcher("id", [pm.same("site")], [hidden])._repr_html_())
    assert "a private rule" in said
    assert "quarrelled" not in said
    assert "veto" not in said


def test_a_pairing_says_the_best_pairs_first_and_how_many_more():
    people = [{"id": k, "years": k * k} for k in range(15)]
    pairing = pm.PeerMatcher("id", [pm.near("years", scale=20)]).match(people)
    said = words(pairing._repr_html_())
    assert "7 pairs from 15 people" in said
    assert "Proved over all" in said
    assert "… and 2 more pairs" in said
    assert "Without a partner: 1 person." in said
    best = pairing.pairs.sort_values("score", ascending=False, kind="stable").head(5)
    rows = [f"{row.a} {row.b} {row.score:.2f}" for row in best.itertuples()]
    assert [said.index(row) for row in rows] == sorted(said.index(row) for row in rows)


def test_the_bars_of_a_waterfall_follow_each_other():
    people = [{"id": k, "years": k, "site": "x", "team": k % 2} for k in range(4)]
    criteria = [
        pm.near("years", scale=9, weight=3),
        pm.same("site", weight=1),
        pm.different(["team"], weight=2),
    ]
    pair = pm.PeerMatcher("id", criteria).match(people).explain(0).pairs[0]
    bars = re.findall(r"width:(\d+)%;margin-left:(\d+)%", pair._repr_html_())
    *parts, total = [(int(width), int(start)) for width, start in bars]
    assert total == (100, 0)
    assert len(parts) == 3
    ends = [0]
    for width, start in parts:
        assert abs(start - ends[-1]) <= 1  # rounded to whole per cent
        ends.append(start + width)
    assert abs(ends[-1] - 100) <= 1


@pytest.mark.parametrize(
    ("solver", "verdict"),
    [("blossom", "the best there is, checked independently"), ("roommates", "stable, checked independently")],
)
def test_a_certificate_says_its_verdict_in_words(solver, verdict):
    people = [{"id": k, "years": k} for k in range(6)]
    pairing = pm.PeerMatcher("id", [pm.near("years")], solver=solver).match(people)
    assert f"Certificate: {verdict}" in words(pairing.certificate._repr_html_())


def test_what_is_not_proved_is_not_said_to_be():
    people = [{"id": k, "years": k * k % 7} for k in range(9)]
    pairing = pm.PeerMatcher("id", [pm.near("years")], solver="greedy").match(people)
    said = words(pairing.certificate._repr_html_())
    assert "the best there is" not in said
    assert "valid, and" in said


def test_sensitive_values_do_not_show(staff):
    matcher = pm.PeerMatcher(
        "employee_id", [pm.overlap("goals", sensitive=True, name="aims"), pm.same("site")]
    )
    pairing = matcher.match(staff)
    goals = set(";".join(staff["goals"]).split(";"))
    said = words(pairing.explain(pairing.pairs["a"].iloc[0])._repr_html_()) + words(pairing._repr_html_())
    assert not any(goal in said for goal in goals)


# ---- the pieces -----------------------------------------------------------------------------------------


def test_cells_are_text_whatever_they_hold():
    assert cell_words(float("nan")) == cell_words(None) == cell_words(pd.NaT) == cell_words(pd.NA) == ""
    assert cell_words(["a", 7]) == "a, 7"
    assert cell_words(7.0) == "7.000"
    shown = table("c", ["<h>"], [[SCRIPT + "\x00"], ["y" * 500]])
    check_look(shown)
    assert "�" in shown
    assert "y" * 200 not in shown
    check_look(card(SCRIPT, paragraph(IMAGE), table(SCRIPT, [IMAGE], [[Bar(SCRIPT, float("nan"), 7.0)]])))


def test_a_table_of_nothing_is_nothing():
    assert table("c", ["a"], []) == ""
    assert frame_table("c", pd.DataFrame({"a": []})) == ""
    assert paragraph("") == ""


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_tables_of_any_kind_show_alike(kind):
    frame = pd.DataFrame({"id": ["a", "b", "c"], "score": [0.5, None, 0.25]})
    if kind == "polars":
        polars = pytest.importorskip("polars")
        given = polars.DataFrame({"id": ["a", "b", "c"], "score": [0.5, None, 0.25]})
    elif kind == "pyarrow":
        arrow = pytest.importorskip("pyarrow")
        given = arrow.table({"id": ["a", "b", "c"], "score": [0.5, None, 0.25]})
    else:
        given = frame
    assert frame_table("t", given, limit=2) == frame_table("t", frame, limit=2)
    assert first_rows(given, 2)[1] == 1


def test_ids_are_names_and_not_numbers():
    shown = frame_table("t", pd.DataFrame({"id": [1200], "n": [1200]}), ids=["id"])
    assert ">1200<" in shown
    assert ">1,200<" in shown


def test_one_line_is_one_line():
    assert one_line("a\r\nb\u2028c\x00") == "a b c�"
    assert len(one_line("x" * 999)) == 160


def test_a_pairing_of_no_pairs_shows():
    empty = pd.DataFrame({"a": [], "b": [], "score": [], "coverage": []})
    check_look(notebook_html("None", "Nothing.", empty, pd.DataFrame({"id": [], "reason": []}), ["a", "b"]))


def test_a_picture_has_its_words_and_closes_its_figure():
    pyplot = pytest.importorskip("matplotlib.pyplot")
    from peermatch.report.picture import picture

    people = [{"id": f"{SCRIPT}{k}", "years": k * k} for k in range(8)]
    pairing = pm.PeerMatcher("id", [pm.near("years", scale=9)]).match(people)
    before = pyplot.get_fignums()
    shown = picture(pairing.plot.waterfall(f"{SCRIPT}0"))
    assert pyplot.get_fignums() == before
    assert shown.png == picture(pairing.plot.waterfall(f"{SCRIPT}0")).png
    assert shown.png.startswith(b"\x89PNG")
    ((tag, attributes),) = Reader(shown._repr_html_()).seen
    assert tag == "img"
    assert attributes["alt"] == shown.alt
    assert SCRIPT in shown.alt
    assert attributes["src"].startswith("data:image/png;base64,")
    assert "<script" not in shown._repr_html_()
    assert "\n" not in repr(shown)
