"""What synthetic people can teach, wish to learn, and hope for."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from peermatch.datasets.draws import (
    FloatArray,
    IndexArray,
    TextArray,
    joined,
    pick,
    popularity,
    stream,
    without_repeats,
)
from peermatch.datasets.vocabulary import COMMON_SKILLS, FAMILIES, GOALS, NEIGHBOURS, SKILLS

__all__ = ["draw_goals", "draw_offers", "draw_wishes", "skill_words"]

_PER_FAMILY = len(COMMON_SKILLS)
_COMMON = len(FAMILIES)
_NEWCOMER = list(GOALS).index("Settle in as a newcomer")
_SHARING = list(GOALS).index("Share what I know")


def skill_words() -> list[str]:
    """Return all skills: family after family, each in order of popularity, and then those common to all."""
    return [skill for family in FAMILIES for skill in SKILLS[family]] + list(COMMON_SKILLS)


def _first_few(picks: IndexArray, count: IndexArray) -> IndexArray:
    """Keep each row's first `count` picks that are not -1."""
    kept = np.cumsum(picks >= 0, axis=1) <= count[:, None]
    return np.where(kept, picks, -1)


def draw_offers(family: IndexArray, grade: IndexArray, seed: int) -> IndexArray:
    """Draw what people can teach: skills of their family and common ones; more of them with a higher grade.

    Returns
    -------
    int64 array, shape (n, 6)
        Positions in `skill_words`, -1 for none. Every row has at least one.
    """
    rng = stream(seed, "can_teach")
    shape = (len(family), 6)
    source = np.where(rng.random(shape) < 0.76, family[:, None], _COMMON)
    picks = without_repeats(source * _PER_FAMILY + pick(rng, popularity(_PER_FAMILY), shape))
    return _first_few(picks, 1 + pick(rng, (30, 34, 22, 10), shape[0]) + grade // 3)


def draw_wishes(family: IndexArray, offers: IndexArray, seed: int) -> IndexArray:
    """Draw what people wish to learn: common skills, those of their family and of its neighbours.

    What they can teach already is nearly always left out. See `draw_offers` for what is returned.
    """
    rng = stream(seed, "wants_to_learn")
    shape = (len(family), 7)
    near = np.array([[FAMILIES.index(name) for name in NEIGHBOURS[job]] for job in FAMILIES])
    neighbour = near[family[:, None], pick(rng, (5, 3, 2), shape)]
    where = rng.random(shape)
    source = np.where(where < 0.3, family[:, None], np.where(where < 0.72, neighbour, _COMMON))
    drawn = source * _PER_FAMILY + pick(rng, popularity(_PER_FAMILY), shape)
    picks = without_repeats(drawn)
    known = np.zeros(shape, dtype=bool)
    for j in range(offers.shape[1]):
        known |= picks == offers[:, j : j + 1]
    picks[known & (rng.random(shape) >= 0.05)] = -1
    nothing = (picks < 0).all(axis=1)
    picks[nothing, 0] = drawn[nothing, 0]
    return _first_few(picks, 1 + pick(rng, (30, 36, 24, 10), shape[0]))


def draw_goals(years: FloatArray, manages: npt.NDArray[np.bool_], seed: int) -> tuple[TextArray, TextArray]:
    """Draw goals as options, and in people's own words: one sentence for the first goal, often another for the second.

    Newcomers tend to want to settle in, and those with many years to share what they know.
    """
    rng = stream(seed, "goals")
    n = len(years)
    picks = pick(rng, popularity(len(GOALS)) + 0.1, (n, 3))
    leaning = rng.random(n)
    picks[(years < 2.0) & (leaning < 0.4), 0] = _NEWCOMER
    picks[((years > 15.0) | manages) & (leaning > 0.65), 0] = _SHARING
    picks = _first_few(without_repeats(picks), 1 + pick(rng, (45, 38, 17), n))
    phrasings = [phrase for phrases in GOALS.values() for phrase in phrases]
    per_goal = len(phrasings) // len(GOALS)
    said = np.where(picks >= 0, picks * per_goal + rng.integers(0, per_goal, (n, 3)), -1)[:, :2]
    said[rng.random(n) < 0.35, 1] = -1
    return joined(list(GOALS), picks), joined(phrasings, said, " ")
