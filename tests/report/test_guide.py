"""The meeting guide says what is true of the pair, and nothing that was not declared fit to show."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files

import pytest

from peermatch.criteria import (
    above,
    available,
    complement,
    custom,
    different,
    near,
    overlap,
    prefers,
    same,
    ties,
)
from peermatch.errors import ConfigError
from peermatch.report.guide import meeting_guide
from peermatch.report.guide_texts import guide_texts
from support.pairings import make_pairing, outcome_of

PEOPLE = [
    {
        "id": "ada", "name": "Ada", "years": 4, "teach": "SQL", "learn": "Leading", "team": "Data",
        "goals": "speak; write", "secret": "s1", "wants": "yes", "site": "Oslo",
    },
    {
        "id": "bo", "name": "Bo", "years": 5, "teach": "Leading", "learn": "SQL", "team": "Sales", "goals": "write",
        "secret": "s1", "wants": "yes", "site": "Oslo",
    },
]  # fmt: skip
CRITERIA = [
    near("years", scale=10),
    complement("teach", "learn"),
    different(["team"]),
    overlap("goals"),
    same("site"),
    overlap("secret", sensitive=True),
]
ALL = ("years", "teach", "learn", "team", "goals", "site", "secret", "wants")


def guide(shown=ALL, criteria=CRITERIA, people=PEOPLE, **more):
    pairing = make_pairing(people, criteria, label="name")
    return meeting_guide(outcome_of(pairing), 0, shown, guide_texts(), **more)


def test_everything_fit_to_show_is_told():
    text = str(guide())
    for line in (
        "You both named write (goals).",
        "You are at a similar point in years.",
        "You have the same site: Oslo.",
        "You bring a different team: Ada Data, Bo Sales.",
        "Bo can help Ada with Leading.",
        "Ada can help Bo with SQL.",
        "Where shall we begin?",
    ):
        assert line in text
    assert "s1" not in text


def test_nothing_is_told_of_columns_that_are_not_declared():
    page = guide(shown=())
    for word in ("Oslo", "Data", "Sales", "SQL", "Leading", "write", "s1", "years"):
        assert word not in re.sub(r"Write the answers", "", str(page) + page.html + page.markdown)
    assert "There is nothing here yet" in page.hello
    assert len(page.sections) == 3


@pytest.mark.parametrize("hidden", ["teach", "learn"])
def test_a_criterion_needs_all_its_columns(hidden):
    text = str(guide(shown=[column for column in ALL if column != hidden]))
    assert "can help" not in text
    assert "Leading" not in text


def test_a_criterion_for_those_who_said_yes_needs_the_yes_as_well():
    criteria = [overlap("secret", when="wants"), same("site")]
    assert "s1" not in str(guide(shown=["secret", "site"], criteria=criteria))
    assert "s1" in str(guide(shown=["secret", "site", "wants"], criteria=criteria))


def test_no_numbers_and_nothing_private():
    people = [{**person, "grade": 3 + 2 * k, "hours": "Mon 9-12", "zone": "UTC", "wish": "bo" if k == 0 else "cy"}
              for k, person in enumerate(PEOPLE)]  # fmt: skip
    criteria = [
        above("grade", by=(1, 3)),
        available("zone", "hours"),
        prefers("wish"),
        ties([("ada", "bo")]),
        custom(lambda left, right: 0.77 + 0 * left["years"], ["years"], name="odd"),
        near("years", scale=10),
    ]
    shown = (*ALL, "grade", "hours", "zone", "wish")
    page = guide(shown, criteria, people)
    text = str(page)
    assert "Bo has gone further in grade" in text
    assert "There are hours in the week" in text
    assert not re.search(r"\d", text)
    assert "cy" not in text
    assert "odd" not in text


def test_two_sides_have_a_greeting_of_their_own():
    pairing = make_pairing(
        PEOPLE[:1], [same("site")], others=PEOPLE[1:], names=("mentee", "mentor"), label="name"
    )
    page = meeting_guide(outcome_of(pairing), 0, ALL, guide_texts())
    assert page.hello.startswith("Ada and Bo, you have been brought together as mentee and mentor.")


def test_what_spoke_against_is_not_told():
    people = [PEOPLE[0], {**PEOPLE[1], "goals": "paint", "site": "Rome", "teach": "Chess", "years": 40}]
    page = str(guide(people=people))
    assert "Rome" not in page
    assert "Chess" not in page
    assert "paint" not in page


def test_adviser_and_contact_are_named_where_given():
    page = guide(adviser="Cy Berg", contact="the programme's office")
    assert "you can ask Cy Berg." in str(page)
    assert "Turn to the programme's office." in str(page)
    assert "Turn to" not in str(guide())


HOSTILE = "<script>alert(1)</script> [x](javascript:alert(1)) `c` *b* # h"


def test_names_and_values_stay_text():
    people = [
        {**person, "name": HOSTILE, "goals": HOSTILE, "team": f"{HOSTILE}{k}"}
        for k, person in enumerate(PEOPLE)
    ]
    page = guide(people=people, adviser=HOSTILE, contact=HOSTILE)
    assert "<script" not in page.html
    assert "<script" not in page._repr_html_()
    assert not re.search(r"(?<!\\)[<*`\[]", page.markdown)
    assert page.markdown.count("\n# ") == 0
    braces = [{**person, "name": "{a} {0.__class__}"} for person in PEOPLE]
    assert "{a} {0.__class__} can help" in str(guide(people=braces))


def test_lines_that_look_like_lists_stay_text():
    people = [{**person, "name": name} for person, name in zip(PEOPLE, ("- one", "2. two"), strict=True)]
    page = guide(people=people)
    assert "- - " not in page.markdown
    assert "- 2. " not in page.markdown


def _catalogue(tmp_path, change):
    text = files("peermatch.report").joinpath("texts/guide_en.toml").read_text(encoding="utf-8")
    path = tmp_path / "guide.toml"
    path.write_text(change(text), encoding="utf-8")
    return path


def test_a_translation_is_taken(tmp_path):
    path = _catalogue(
        tmp_path,
        lambda text: text.replace('language = "en"', 'language = "de"').replace("Later on", "Später"),
    )
    page = meeting_guide(outcome_of(make_pairing(PEOPLE, CRITERIA, label="name")), 0, ALL, guide_texts(path))
    assert page.language == "de"
    assert '<html lang="de">' in page.html
    assert "Später" in page.html


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace("goodbye =", "godbye ="), "lacks 'goodbye'"),
        (lambda text: text + "\nmore = 'x'\n", "'more', which is not known"),
        (lambda text: text.replace("{teacher} can", "One can"), r"teach.helps .* must have \{learner\}, \{teacher\}"),
        (lambda text: text.replace("{teacher} can", "{teacher.__class__} can"), "teach.helps"),
        (lambda text: text.replace("{teacher} can", "{teacher can"), "teach.helps"),
        (lambda text: text.replace("[later]", "[latter]"), "lacks 'later'"),
        (lambda text: text.replace('language = "en"', ""), "need language"),
        (lambda text: "= = =", "cannot be read"),
    ],
)  # fmt: skip
def test_a_wrong_translation_is_refused(tmp_path, change, message):
    with pytest.raises(ConfigError, match=message):
        guide_texts(_catalogue(tmp_path, change))


def test_the_english_catalogue_is_used_in_full():
    text = files("peermatch.report").joinpath("texts/guide_en.toml").read_text(encoding="utf-8")
    code = "".join(
        files("peermatch").joinpath(name).read_text()
        for name in (
            *("report/guide.py", "report/group_guide.py", "report/participant.py"),
            *("programme/told.py", "programme/advised.py"),
        )
    )
    for section, texts in tomllib.loads(text).items():
        if section == "language":
            continue
        for key in texts:
            assert f'"{key}"' in code or f"'{key}'" in code, (section, key)


def test_no_control_character_reaches_a_page():
    people = [{**one, "name": f"{one['name']}\x07\x00", "site": "Os\x1blo"} for one in PEOPLE]
    page = guide(people=people).html
    assert not re.search(r"[\x00-\x08\x0b-\x1f]", page)
    assert "Os�lo" in page
