"""What kinds of programmes there are, and what matters in each: defaults that say why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

__all__ = ["TEMPLATES", "Template", "Wish"]

_SITE = ("site", "office", "location", "city", "standort", "ort", "ville", "country")
_UNIT = (
    "department",
    "dept",
    "division",
    "unit",
    "organisation",
    "organization",
    "abteilung",
    "bereich",
    "team",
)
_TEAM = ("team", "department", "dept", "unit", "organisation", "organization", "abteilung")
_FIELD = ("profession", "family", "discipline", "function", "industry", "field")
_LANGUAGE = ("language", "arbeitssprache", "sprache", "langue", "idioma", "lingua", "taal")


@dataclass(frozen=True)
class Wish:
    """A criterion that a template would like to have.

    Attributes
    ----------
    find : {"teach", "goals", "further", "time", "differs", "same"}
        How its columns are found.
    weight : int
    why : str
        Why it matters in such a programme.
    missing : str
        What is to be added to the table where no column was found.
    example : mapping
        The criterion as it would then be written: kind and arguments.
    kind : {"above", "near"}
        Of ``further``: the second side is further along, or both are about equally far.
    by : mapping
        Of ``further`` and "above": how far, by what the column holds, in the order in which columns are looked for.
    words : tuple of str
        Of ``differs`` and ``same``: what the columns may be called, best first.
    """

    find: str
    weight: int
    why: str
    missing: str
    example: Mapping[str, Any]
    kind: str = "above"
    by: Mapping[str, list[int]] = field(default_factory=dict)
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Template:
    """A kind of programme.

    Attributes
    ----------
    name : str
    about : str
        What such a programme is for.
    sides : pair of str
        The first and the second side.
    words : pair of tuples of str
        What the values of a role column may be called, for the first and the second side.
    wishes : tuple of Wish
    objective : (str, str)
        And why.
    mutual : (str, str)
        And why.
    line : str
        Why nobody has someone of their own reporting line.
    places : str
        Why people of the second side have so many places.
    no_repeat : str
        Why the same two do not meet again.
    must_differ : (tuple of str, str)
        Columns in which the two must differ, best first, and why; no words: none.
    identity : str
        Why some ask for someone who shares what they are; empty: it is not proposed.
    at_least : str
        Why the second side must be far enough above; empty: it need not.
    further : bool
        Whether it promises that the second side is further along.
    notes : tuple of str
        What else is to be thought of.
    """

    name: str
    about: str
    sides: tuple[str, str]
    words: tuple[tuple[str, ...], tuple[str, ...]]
    wishes: tuple[Wish, ...]
    objective: tuple[str, str]
    mutual: tuple[str, str]
    line: str
    places: str
    no_repeat: str
    must_differ: tuple[tuple[str, ...], str] = ((), "")
    identity: str = ""
    at_least: str = ""
    further: bool = False
    notes: tuple[str, ...] = ()


def _teach(weight: int, why: str, who: str, whom: str) -> Wish:
    return Wish(
        "teach",
        weight,
        why,
        f"a column of what a {whom} wants to learn, and one of what a {who} can teach, in the same words",
        {"kind": "complement", "offers": "can_teach", "seeks": "wants_to_learn"},
    )


def _goals(weight: int, why: str) -> Wish:
    return Wish(
        "goals",
        weight,
        why,
        "a column of goals or topics, several of them separated by ;",
        {"kind": "overlap", "column": "goals"},
    )


def _time(why: str) -> Wish:
    example = {"kind": "available", "zone": "time_zone", "hours": "working_hours", "wanted": 10}
    return Wish("time", 1, why, "a column of time zones, and one of working hours", example)


def _ahead(weight: int, why: str, by: Mapping[str, list[int]], missing: str) -> Wish:
    example = {"kind": "above", "column": "years_experience", "by": by["years"]}
    return Wish("further", weight, why, missing, example, by=MappingProxyType(dict(by)))


_MENTOR = Template(
    name="mentor",
    about="Mentoring: someone further along helps someone else with what they want to learn.",
    sides=("mentee", "mentor"),
    words=(
        ("mentee", "learner", "protege", "junior", "apprentice", "seeker"),
        ("mentor", "teacher", "senior", "guide", "helper"),
    ),
    wishes=(
        _teach(
            8, "A mentor is there for what the mentee wants to learn, so it weighs most.", "mentor", "mentee"
        ),
        _ahead(
            3,
            "Far enough ahead to have been there, near enough to remember it.",
            {"grades": [1, 3], "years": [3, 15], "dates": [2, 10]},
            "a column of grades or of years of experience",
        ),
        _goals(2, "Wanting the same out of it gives the two something to talk about from the first meeting."),
        Wish(
            "same",
            1,
            "The same field: advice is in words that both know.",
            "a column of professions or job families",
            {"kind": "same", "column": "profession"},
            words=_FIELD,
        ),
        Wish(
            "differs",
            1,
            "From elsewhere in the house: a mentor who is not part of the daily business can be told more.",
            "a column of departments or organisations",
            {"kind": "different", "columns": ["department"]},
            words=_UNIT,
        ),
        _time("Two who are never at work at the same time do not meet."),
    ),
    objective=("everyone_first", "nobody who asked for a mentor goes without one where that can be helped"),
    mutual=("geometric", "a pair must suit both: what suits one alone is worth little"),
    line="A mentor who decides about pay or leave is not told what is difficult.",
    places="Mentors say how many mentees they have time for",
    no_repeat="A new mentor every time.",
    identity="Some ask for a mentor who shares an experience of theirs.",
    further=True,
    notes=(
        "Several mentors for a mentee: give the mentees a capacity as well, such as `mentee = 2`. Mentors who must "
        'have at least one mentee: a table in place of the column, `{ at_least = 1, at_most = "places" }`.',
    ),
)

_BUDDY = Template(
    name="buddy",
    about="Buddies: someone who knows the place helps a newcomer through the first months.",
    sides=("newcomer", "buddy"),
    words=(
        ("newcomer", "new", "joiner", "starter", "buddied", "mentee"),
        ("buddy", "host", "guide", "mentor"),
    ),
    wishes=(
        Wish(
            "same",
            4,
            "The same place of work: a buddy shows someone round, and goes to lunch with them.",
            "a column of sites or offices",
            {"kind": "same", "column": "site"},
            words=_SITE,
        ),
        Wish(
            "same",
            2,
            "The same line of work: the same tools, the same questions in the first weeks. The same team is fine.",
            "a column of job families or departments",
            {"kind": "same", "column": "job_family"},
            words=(*_FIELD, *_UNIT),
        ),
        Wish(
            "further",
            2,
            "About equally far: small questions are easily asked of someone who is not far above.",
            "a column of grades or of years of experience",
            {"kind": "near", "column": "grade"},
            kind="near",
            by=MappingProxyType({"grades": [1], "years": [4]}),
        ),
        Wish(
            "further",
            1,
            "Here for a while: someone who came last month has no answers yet.",
            "a column of the day on which people joined",
            {"kind": "above", "column": "hire_date", "by": [1, 5]},
            by=MappingProxyType({"dates": [1, 5]}),
        ),
        Wish(
            "same",
            1,
            "A language in which both work makes the first weeks easier.",
            "a column of working languages (not of first languages, which tell where people are from)",
            {"kind": "same", "column": "working_language"},
            words=_LANGUAGE,
        ),
        _time("A buddy is asked when the question comes up: the same hours."),
    ),
    objective=("everyone_first", "no newcomer is left alone where that can be helped"),
    mutual=("mean", "the newcomer gains, the buddy gives: the pair need not suit both equally"),
    line="A newcomer should be able to ask what they would not ask their manager.",
    places="One newcomer at a time takes the hours that it takes",
    no_repeat="Who had a buddy gets another the next time, if there is one.",
)

_COACHING = Template(
    name="coaching",
    about="Coaching: a trained coach works with someone on a question of theirs for some months.",
    sides=("coachee", "coach"),
    words=(("coachee", "client", "learner", "mentee"), ("coach", "mentor")),
    wishes=(
        _teach(6, "What the coachee wants to work on is what the coach works on.", "coach", "coachee"),
        _goals(
            3,
            "The topic is what coaching is about. Rank or years play no part: a coach does not teach a trade.",
        ),
        Wish(
            "differs",
            2,
            "From elsewhere: a coach has no stake in what comes of it.",
            "a column of departments or organisations",
            {"kind": "different", "columns": ["department"]},
            words=_UNIT,
        ),
        Wish(
            "same",
            2,
            "Coaching is talk: best in a language in which both work.",
            "a column of working languages (not of first languages, which tell where people are from)",
            {"kind": "same", "column": "working_language"},
            words=_LANGUAGE,
        ),
        _time("Sessions are an hour and regular: shared hours weigh."),
    ),
    objective=(
        "worst_first",
        "a weak pair costs months: as many pairs as possible, then the weakest as good as can be",
    ),
    mutual=("geometric", "it only works where both can work with each other"),
    line="A coach keeps what is said to themselves, which nobody can towards their own manager or report.",
    places="Coaches say how many they can see at a time; 0 for who has no certificate yet, or is on leave",
    no_repeat="A second series with the same coach is agreed on, not matched.",
    must_differ=(_TEAM, "Nobody is coached by someone with whom they work every day."),
    notes=(
        "Only trained coaches: take the others out of the table, or give them 0 places. A column of certificates "
        "decides nothing by itself.",
    ),
)

_SPONSOR = Template(
    name="sponsor",
    about="Sponsorship: someone with a say uses it for someone whose work deserves to be seen.",
    sides=("protege", "sponsor"),
    words=(
        ("protege", "protégé", "sponsored", "sponsee", "talent", "mentee", "junior"),
        ("sponsor", "executive", "leader", "mentor", "senior"),
    ),
    wishes=(
        _ahead(
            4,
            "Two levels above or more: a sponsor sits where decisions are made.",
            {"grades": [2, 9], "years": [8, 60], "dates": [5, 60]},
            "a column of grades, or of years of experience",
        ),
        Wish(
            "differs",
            3,
            "From another part of the house: a sponsor opens doors that one's own line does not.",
            "a column of departments or organisations",
            {"kind": "different", "columns": ["department"]},
            words=_UNIT,
        ),
        _goals(2, "A sponsor can only speak for what somebody wants to become."),
        Wish(
            "same",
            1,
            "The same field: a sponsor judges the work by themselves, not by hearsay.",
            "a column of professions or job families",
            {"kind": "same", "column": "profession"},
            words=_FIELD,
        ),
    ),
    objective=(
        "everyone_first",
        "nobody who was put forward goes without a sponsor where that can be helped",
    ),
    mutual=("mean", "the sponsor gives and the protege gains: the pair need not suit both equally"),
    line="Praise from one's own line counts as duty, not as sponsorship.",
    places="A sponsor spends their own standing: few each",
    no_repeat="A second voice is worth more than the same one again.",
    at_least="At least two levels above, or as far as `by` says: a peer's word opens no door.",
    further=True,
)

_REVERSE = Template(
    name="reverse",
    about="Reverse mentoring: someone less senior teaches someone who leads. The first side teaches.",
    sides=("mentor", "leader"),
    words=(
        ("mentor", "guide", "junior", "teacher", "reverse"),
        ("leader", "mentee", "executive", "senior", "learner", "director"),
    ),
    wishes=(
        _teach(
            8, "The junior teaches what the leader wants to learn, so it weighs most.", "mentor", "leader"
        ),
        _ahead(
            3,
            "The leader is far above: the further apart, the more there is to hear that does not come up by itself.",
            {"grades": [2, 9], "years": [8, 60], "dates": [5, 60]},
            "a column of grades, or of years of experience",
        ),
        Wish(
            "differs",
            2,
            "From another part of the house: candour needs distance.",
            "a column of departments or organisations",
            {"kind": "different", "columns": ["department"]},
            words=_UNIT,
        ),
        _time("A leader's hours are few: shared ones weigh."),
    ),
    objective=("everyone_first", "as many leaders as possible hear from somebody"),
    mutual=("mean", "the leader learns, the mentor is heard: the pair need not suit both equally"),
    line="Nobody tells the truth to those who decide about them.",
    places="A leader has one mentor; more where they say so",
    no_repeat="Somebody new every time: another generation of questions.",
    further=True,
)

TEMPLATES: Mapping[str, Template] = MappingProxyType(
    {one.name: one for one in (_MENTOR, _BUDDY, _COACHING, _SPONSOR, _REVERSE)}
)
"""The kinds of programmes with two sides, by name."""
