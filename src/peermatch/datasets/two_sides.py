"""Two synthetic tables: mentees and mentors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from peermatch.checks import check_count
from peermatch.datasets import vocabulary as words
from peermatch.datasets.draws import IndexArray, TextArray, joined, pick, popularity, stream, take
from peermatch.datasets.talents import draw_goals, draw_offers, draw_wishes, skill_words

__all__ = ["make_two_sides"]

_NAME = "make_two_sides()"
_FIRST_NAMES = tuple(
    a + b for a in ("Bel", "Dor", "Fen", "Kal", "Mor", "Tav") for b in ("ane", "eth", "iso", "umi")
)


def make_two_sides(n_mentees: int, n_mentors: int, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make two **synthetic** tables, of mentees and of mentors: every person in them is invented.

    One person in ten of the smaller table (rounded down) is in both, under the same first and last name with another
    address. Mentors have higher grades on the whole. The same arguments give the same tables, byte for byte.

    Parameters
    ----------
    n_mentees, n_mentors : int
        At least 1.
    seed : int, default 0
        Of at least 0.

    Returns
    -------
    mentees, mentors : pandas.DataFrame
        Both: email, first_name, last_name, grade (one of `GRADES`), organisation, profession. Mentees also:
        wants_to_learn, goals, match_with_similar_identity ("yes" or "no"), identity_to_match (None for those
        who don't wish it). Mentors also: can_teach, characteristics (None for some), places (int64, 1 to 3). Several
        values are separated by ";". ``frame.attrs["synthetic"]`` is True.

    Raises
    ------
    ValueError
        For arguments out of range.

    Examples
    --------
    >>> mentees, mentors = make_two_sides(30, 20, seed=1)
    >>> mentees.loc[0, "email"], len(mentors), int(mentors["places"].max())
    ('mentee.00001@example.org', 20, 3)
    """
    n_mentees = check_count(_NAME, "n_mentees", n_mentees, at_least=1)
    n_mentors = check_count(_NAME, "n_mentors", n_mentors, at_least=1)
    seed = check_count(_NAME, "seed", seed)
    both = min(n_mentees, n_mentors) // 10
    numbers = np.arange(n_mentors) + n_mentees
    shared = stream(seed, "both").permutation(n_mentees)[:both]
    numbers[stream(seed, "where").permutation(n_mentors)[:both]] = np.sort(shared)
    # whatever a person has in both tables is drawn once, by their number
    total = n_mentees + n_mentors
    grade = 1 + pick(stream(seed, "grade"), (30, 34, 22, 10, 4), total)
    grade[n_mentees:] = 3 + pick(stream(seed, "mentor grade"), (26, 30, 24, 14, 6), n_mentors)
    person = _people(total, grade, seed)
    mentees = {name: values[:n_mentees] for name, values in person.items()}
    mentors = {name: values[numbers] for name, values in person.items()}
    return (
        _table("mentee", {**mentees, **_of_mentees(grade[:n_mentees], mentees["profession"], seed)}, seed),
        _table("mentor", {**mentors, **_of_mentors(grade[numbers], mentors["profession"], seed)}, seed),
    )


def _people(n: int, grade: IndexArray, seed: int) -> dict[str, TextArray]:
    rng = stream(seed, "people")
    last_names = np.empty(n, dtype=object)
    last_names[:] = [f"Synthetic{number + 1:05d}" for number in range(n)]
    return {
        "first_name": take(_FIRST_NAMES, rng.integers(0, len(_FIRST_NAMES), n)),
        "last_name": last_names,
        "grade": take(words.GRADES, grade),
        "organisation": take(words.ORGANISATIONS, pick(rng, popularity(len(words.ORGANISATIONS)) + 0.3, n)),
        "profession": take(words.FAMILIES, pick(rng, popularity(len(words.FAMILIES)) + 0.2, n)),
    }


def _family(profession: TextArray) -> IndexArray:
    return np.array([words.FAMILIES.index(name) for name in profession], dtype=np.int64)


def _of_mentees(grade: IndexArray, profession: TextArray, seed: int) -> dict[str, Any]:
    n = len(grade)
    rng = stream(seed, "mentees")
    family = _family(profession)
    wishes = draw_wishes(family, draw_offers(family, grade, seed), seed)
    goals, _ = draw_goals((2 * grade).astype(np.float64), np.zeros(n, dtype=bool), seed)
    wants = rng.random(n) < 0.4
    identity = take(words.IDENTITIES, pick(rng, popularity(len(words.IDENTITIES)) + 0.2, n))
    identity[~wants] = None
    return {
        "wants_to_learn": joined(skill_words(), wishes),
        "goals": goals,
        "match_with_similar_identity": take(("no", "yes"), wants.astype(np.int64)),
        "identity_to_match": identity,
    }


def _of_mentors(grade: IndexArray, profession: TextArray, seed: int) -> dict[str, Any]:
    n = len(grade)
    rng = stream(seed, "mentors")
    offers = draw_offers(_family(profession), grade, seed)
    picks = pick(rng, popularity(len(words.IDENTITIES)) + 0.2, (n, 2))
    picks[(rng.random(n) < 0.6) | (picks[:, 0] == picks[:, 1]), 1] = -1
    characteristics = joined(words.IDENTITIES, picks)
    characteristics[rng.random(n) < 0.35] = None
    return {
        "can_teach": joined(skill_words(), offers),
        "characteristics": characteristics,
        "places": 1 + pick(rng, (55, 30, 15), n),
    }


def _table(role: str, columns: dict[str, Any], seed: int) -> pd.DataFrame:
    n = len(columns["grade"])
    emails = np.empty(n, dtype=object)
    emails[:] = [f"{role}.{number:05d}@example.org" for number in range(1, n + 1)]
    table = pd.DataFrame(
        {
            name: pd.Series(values, dtype=object if values.dtype == object else None)
            for name, values in {"email": emails, **columns}.items()
        }
    )
    table.attrs.update(
        synthetic=True, note=f"Synthetic {role}s made by peermatch.datasets.make_two_sides.", seed=seed
    )
    return table
