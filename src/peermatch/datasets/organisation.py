"""A whole synthetic organisation, one row a person."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pandas as pd

from peermatch.checks import check_count, check_number, must_be
from peermatch.datasets import vocabulary as words
from peermatch.datasets.draws import (
    IndexArray,
    TextArray,
    joined,
    pick,
    popularity,
    stream,
    take,
    with_holes,
)
from peermatch.datasets.hierarchy import Tree, grades_of, grow_tree, inherited, years_of
from peermatch.datasets.talents import draw_goals, draw_offers, draw_wishes, skill_words

__all__ = ["MOST_PEOPLE", "make_organisation"]

MOST_PEOPLE = 10_000_000
"""Larger organisations are not made: tables of text would outgrow most computers' memory."""

_NAME = "make_organisation()"
_NEVER_MISSING = ("employee_id", "manager_id", "opted_in")
_SWITCHED = (0.01, 0.12, 0.4, 0.6)
"""How often someone belongs to another department than their manager, by levels of people below them."""


def make_organisation(
    n: int, seed: int = 0, *, missing: float = 0.05, as_of: str | datetime.date = "2026-01-01"
) -> pd.DataFrame:
    """Make a **synthetic** organisation: every person in it is invented, and so are all their data.

    The same arguments give the same table, byte for byte, on every platform. What goes together in life does so
    here: managers have higher grades than their reports and, on the whole, more years; departments follow reporting
    lines, and job families departments; skills belong to job families and are as unequally popular as in life (Zipf);
    people wish to learn what they and their neighbours in other families do, and seldom what they can do already.

    Parameters
    ----------
    n : int
        People, at least 2 and at most 10 million. A million takes well under a minute.
    seed : int, default 0
        Of at least 0.
    missing : float, default 0.05
        The share of missing values, in [0, 1], in every column but employee_id, manager_id and opted_in.
    as_of : str or date, default "2026-01-01"
        The day of the table (ISO 8601): nobody was hired later.

    Returns
    -------
    pandas.DataFrame, n rows
        Text columns hold `str` objects, and None where a value is missing; ``frame.attrs["synthetic"]`` is True.

        - employee_id: text with leading zeros; display_name; opted_in: bool, most of them true
        - manager_id: employee_id of the manager, None for the one head of all
        - department, job_family, site, country, time_zone (IANA), working_hours (on the site's clock)
        - grade: one of `GRADES`; years_experience: whole years as float64; hire_date: ISO 8601
        - can_teach, wants_to_learn, goals: several values, separated by ";"; goal_text: one or two sentences
        - education, field_of_study, career_path, first_language: background
        - mentoring_role: mentor, mentee or both; places: how many mentees they would take, float64; meeting_format

    Raises
    ------
    ValueError
        For arguments out of range.

    Examples
    --------
    >>> people = make_organisation(500, seed=7)
    >>> people.shape, people.loc[41, "employee_id"], people.attrs["synthetic"]
    ((500, 24), '000042', True)
    """
    n = check_count(_NAME, "n", n, at_least=2)
    if n > MOST_PEOPLE:
        raise ValueError(must_be(_NAME, "n", f"a whole number from 2 to {MOST_PEOPLE:,}", n))
    seed = check_count(_NAME, "seed", seed)
    missing = check_number(_NAME, "missing", missing, at_least=0, at_most=1)
    day = _day(as_of)
    tree = grow_tree(n, seed)
    columns = _columns(tree, seed, day)
    # the order of rows must not give away who stands high
    position = stream(seed, "order").permutation(n)
    ids = _numbered(n)
    row_of = np.empty(n, dtype=np.int64)
    row_of[position] = np.arange(n)
    manager = ids[row_of[tree.parent[position]]]
    manager[position == 0] = None
    frame: dict[str, Any] = {
        "employee_id": ids,
        "display_name": _texts(f"Person {number}" for number in ids),
        "opted_in": stream(seed, "opted_in").random(n) < 0.87,
        "manager_id": manager,
    }
    frame.update({name: values[position] for name, values in columns.items()})
    for name, values in frame.items():
        if name not in _NEVER_MISSING:
            frame[name] = _holed(values, stream(seed, f"missing {name}").random(n) < missing)
    table = pd.DataFrame(
        {
            name: pd.Series(values, dtype=object if values.dtype == object else None)
            for name, values in frame.items()
        }
    )
    table.attrs.update(
        synthetic=True,
        note="Synthetic people made by peermatch.datasets.make_organisation; nobody here is real.",
        n=n,
        seed=seed,
        missing=missing,
        as_of=day.isoformat(),
    )
    return table


def _day(as_of: str | datetime.date) -> datetime.date:
    if isinstance(as_of, datetime.datetime):
        return as_of.date()
    if isinstance(as_of, datetime.date):
        return as_of
    try:
        return datetime.date.fromisoformat(as_of)
    except (TypeError, ValueError):
        raise ValueError(must_be(_NAME, "as_of", "a date, such as '2026-01-01'", as_of)) from None


def _texts(cells: Any) -> TextArray:
    listed = list(cells)
    out = np.empty(len(listed), dtype=object)
    out[:] = listed
    return out


def _numbered(n: int) -> TextArray:
    width = max(6, len(str(n)))
    return _texts(f"{number:0{width}d}" for number in range(1, n + 1))


def _holed(values: Any, holes: Any) -> Any:
    return with_holes(values, holes) if values.dtype == object else np.where(holes, np.nan, values)


def _columns(tree: Tree, seed: int, day: datetime.date) -> dict[str, Any]:
    """Return everything but ids, names and managers, by position in the tree."""
    n = len(tree.parent)
    manages = tree.height > 0
    department, family = _work(tree, seed)
    site = _sites(tree, seed)
    grade = grades_of(tree, seed)
    years = years_of(grade, manages, seed)
    offers = draw_offers(family, grade, seed)
    wishes = draw_wishes(family, offers, seed)
    goals, goal_text = draw_goals(years, manages, seed)
    hours = pick(stream(seed, "hours"), list(words.HOURS.values()), n)
    skills = skill_words()
    return {
        "department": take(words.DEPARTMENTS, department),
        "job_family": take(words.FAMILIES, family),
        "site": take([site[0] for site in words.SITES], site),
        "country": take([site[1] for site in words.SITES], site),
        "time_zone": take([site[2] for site in words.SITES], site),
        "working_hours": take(words.HOURS, hours),
        "grade": take(words.GRADES, grade),
        "years_experience": np.floor(years),
        "hire_date": _hired(years, seed, day),
        "can_teach": joined(skills, offers),
        "wants_to_learn": joined(skills, wishes),
        "goals": goals,
        "goal_text": goal_text,
        **_background(site, seed),
        **_mentoring(grade, seed),
    }


def _work(tree: Tree, seed: int) -> tuple[IndexArray, IndexArray]:
    """Return departments, which follow reporting lines except near the top, and job families, which follow them."""
    rng = stream(seed, "department")
    n = len(tree.parent)
    names = list(words.DEPARTMENTS)
    department = pick(rng, 1.0 / (3.0 + np.arange(len(names) - 1)), n)
    department[0] = names.index(words.HEAD_OFFICE)
    first = tree.levels[1]  # the head's reports lead one department each, the largest first
    by_size = first.start + np.argsort(-tree.size[first], kind="stable")
    department[by_size] = np.arange(len(by_size)) % (len(names) - 1)
    keeps = rng.random(n) >= np.array(_SWITCHED)[np.minimum(tree.height, len(_SWITCHED) - 1)]
    keeps[first] = False
    department = inherited(tree, department, keeps)
    family = np.empty(n, dtype=np.int64)
    for code, name in enumerate(names):
        members = np.flatnonzero(department == code)
        shares = [words.DEPARTMENTS[name].get(job, 0) for job in words.FAMILIES]
        family[members] = pick(rng, shares, len(members))
    return department, family


def _sites(tree: Tree, seed: int) -> IndexArray:
    """Return sites: most teams sit together."""
    rng = stream(seed, "site")
    n = len(tree.parent)
    own = pick(rng, 1.0 / (2.0 + np.arange(len(words.SITES))), n)
    return inherited(tree, own, rng.random(n) < np.where(tree.height > 0, 0.5, 0.8))


def _hired(years: Any, seed: int, day: datetime.date) -> TextArray:
    """Return dates of hire: tenure is part of all experience, a short part for most."""
    share = stream(seed, "hire").random(len(years))
    days = np.floor(share * share * years * 365.0).astype(np.int64)
    back = min(int(days.max()) + 1, day.toordinal())
    known = [(day - datetime.timedelta(days=ago)).isoformat() for ago in range(back)]
    return take(known, np.minimum(days, back - 1))


def _background(site: IndexArray, seed: int) -> dict[str, Any]:
    n = len(site)
    rng = stream(seed, "background")
    local = take([place[3] for place in words.SITES], site)
    other = take(words.LANGUAGES, pick(rng, popularity(len(words.LANGUAGES)), n))
    return {
        "education": take(words.EDUCATION, pick(rng, list(words.EDUCATION.values()), n)),
        "field_of_study": take(words.FIELDS_OF_STUDY, pick(rng, popularity(len(words.FIELDS_OF_STUDY)), n)),
        "career_path": take(words.CAREER_PATHS, pick(rng, list(words.CAREER_PATHS.values()), n)),
        "first_language": np.where(rng.random(n) < 0.72, local, other),
    }


def _mentoring(grade: IndexArray, seed: int) -> dict[str, Any]:
    n = len(grade)
    rng = stream(seed, "mentoring")
    roles = ("mentee", "both", "mentor")
    level = grade / (len(words.GRADES) - 1.0)
    draw = rng.random(n)
    role = (draw > 0.75 - 0.7 * level).astype(np.int64) + (draw > 1.05 - 0.7 * level)
    places = np.where(role == 0, 0, 1 + pick(rng, (60, 28, 12), n))
    return {
        "mentoring_role": take(roles, role),
        "places": places.astype(np.float64),
        "meeting_format": take(words.MEETING_FORMATS, pick(rng, list(words.MEETING_FORMATS.values()), n)),
    }
