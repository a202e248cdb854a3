"""How results look in notebooks: one contract for everything that people see."""

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

import peermatch as pm
from peermatch.datasets import make_organisation

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
    }


NAMES = [
    "cohort", "matcher", "matcher without rules", "pairing", "pairing without pairs", "pairing of two sides",
    "pairing of trios", "odd", "certificate", "explanation", "pair explanation", "explanation of nobody",
    "explanation of one who is out", "explanation for the auditor", "notice", "alternatives", "why not",
    "why not, forbidden", "why unmatched", "sensitivity", "what if", "stability", "stable certificate",
    "why stable", "guide", "quality", "shortlist", "circles", "rings", "advisers", "advised", "plan",
    "programme", "programme of nobody yet", "turns", "dossier", "dossier of a stranger", "draft",
    "cost of an edit", "difference", "update", "updated",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_everything_that_people_see_looks_the_same(results, name):
    check_look(results[name]._repr_html_())
    check_line(repr(results[name]))


def test_everything_is_looked_at(results):
    assert list(results) == NAMES
