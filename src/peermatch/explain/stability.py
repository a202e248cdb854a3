"""Why a pairing is stable, or why none can be: who would refuse whom, and the odd party in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from peermatch.cohort.display import card, frame_table, paragraph, table
from peermatch.cohort.frames import to_kind
from peermatch.cohort.table import Kind
from peermatch.errors import ConfigError
from peermatch.explain.outcome import Outcome
from peermatch.explain.two_people import forbidden_text, together, two_people
from peermatch.explain.wording import counted, score_text, text_table, wrapped
from peermatch.problem import GRID, IntArray, Matching, NoStableCertificate, Problem
from peermatch.verify import refusals

__all__ = [
    "AUDIT_VERDICTS",
    "StabilitySide",
    "StabilityView",
    "WhyStable",
    "audit_why_stable",
    "blocking_rows",
    "odd_parties_of",
    "odd_party_text",
    "odd_party_words",
    "stability_view",
    "why_stable",
]

_COLUMNS = ("id", "has", "worth_has", "place_has", "other", "worth_other", "place_other", "gain", "refuses")
_MOST_TOLD = 7
_PARTIES_TOLD = 3


@dataclass(frozen=True)
class StabilitySide:
    """What one of two people has, and what the other would be to them.

    Attributes
    ----------
    id, label
    holds : tuple of ids
        Their partners.
    weakest : str or None
        The label of the one whom they would give up; None where they have a free place.
    worth_has, worth_other : float or None
        By the criteria, from 0 to 1: of that one, and of the other.
    place_has, place_other : int or None
        Their places on the stated list; None where they do not stand on it, or nothing was stated.
    gain : int
        In utility: the other's less that of the one given up, whole numbers on the grid of 2**-30; a listed person is
        worth 2**32 less their place.
    refuses : bool
    """

    id: Any
    label: str
    holds: tuple[Any, ...]
    weakest: str | None
    worth_has: float | None
    worth_other: float
    place_has: int | None
    place_other: int | None
    gain: int
    refuses: bool


@dataclass(frozen=True, eq=False, repr=False)
class WhyStable:
    """Why two people are not together, or that both would rather be.

    Attributes
    ----------
    verdict : {"together", "forbidden", "demanded", "refused", "blocking"}
        "demanded": one of them is in a demanded pair and was never free to choose.
    sides : pair of StabilitySide
        As the two were named; empty where a rule forbids the pair.
    text : str
    kind : str
        What kind of table the people came in.
    """

    verdict: str
    sides: tuple[StabilitySide, ...]
    text: str
    kind: Kind

    @property
    def table(self) -> Any:
        """One row for each of the two.

        Columns: id, has (a list of ids), worth_has, place_has, other, worth_other, place_other, gain (in places where
        both stand on a stated list, else by the criteria), refuses.
        """
        rows = []
        for at, side in enumerate(self.sides):
            other = self.sides[1 - at]
            rows.append(
                (
                    side.id,
                    list(side.holds),
                    side.worth_has,
                    side.place_has,
                    other.id,
                    side.worth_other,
                    side.place_other,
                    _gain(side),
                    side.refuses,
                )
            )
        return to_kind(pd.DataFrame(rows, columns=list(_COLUMNS)), self.kind)

    def __str__(self) -> str:
        told = [text_table(["", "has", "the other"], self._rows)] if self.sides else []
        return "\n\n".join([*told, wrapped(self.text)])

    @property
    def _rows(self) -> list[list[str]]:
        return [[side.label, _standing(side, False), _standing(side, True)] for side in self.sides]

    def __repr__(self) -> str:
        names = " and ".join(repr(side.label) for side in self.sides)
        return f"WhyStable({names + ', ' if names else ''}{self.verdict})"

    def _repr_html_(self) -> str:
        sides = table("What each has, and what the other would be", ["who", "has", "the other"], self._rows)
        return card(f"Why stable: {self.verdict}", paragraph(self.text), sides)


def _gain(side: StabilitySide) -> float | None:
    """Places where both are listed, utility where neither is; None where one is, which no number tells."""
    if side.place_has and side.place_other:
        return float(side.place_has - side.place_other)
    if side.place_has or side.place_other or side.worth_has is None:
        return None
    return side.worth_other - side.worth_has


def _standing(side: StabilitySide, other: bool) -> str:
    if not other and side.weakest is None:
        return "a free place"
    place, worth = (side.place_other, side.worth_other) if other else (side.place_has, side.worth_has)
    told = f"worth {worth:.2f}" + (f", place {place} on the list" if place else "")
    return told if other else f"{side.weakest}: {told}"


def stable_kind(outcome: Outcome) -> bool:
    """Whether a solver that asks for stability made a result."""
    return outcome.asks_for_stability


AUDIT_VERDICTS = {
    "refused": "The two are not together: at least one of them would not leave for the other.",
    "blocking": "The two are not together, and both would rather have each other.",
}
"""What an auditor reads of two people in a stable result."""


def audit_why_stable(found: WhyStable) -> WhyStable:
    """Keep the verdict, which is what an auditor may have: all else tells of people's own lists."""
    return WhyStable(found.verdict, (), AUDIT_VERDICTS.get(found.verdict, found.text), found.kind)


def why_stable(outcome: Outcome, a: Any, b: Any) -> WhyStable:
    """Say of two people who would refuse to leave for the other, and by how much.

    Raises
    ------
    InputError
        If nobody has such an id.
    ConfigError
        If the result is not one of a stable solver, someone does not take part, or both are on one side.
    """
    if not stable_kind(outcome) or outcome.problem is None or outcome.positions is None:
        raise ConfigError(
            "why_stable() is about results of a stable solver: pair with preferences=, or with solver='roommates' or, "
            f"on two sides, 'deferred'. This one was made by {outcome.matching.solver!r}."
        )
    first, second = two_people(outcome, a, b, caller="why_stable()")
    kind = outcome.everyone[0].kind
    labels = (outcome.label(*first), outcome.label(*second))
    u, v = (first[1], second[1]) if first[0] == 0 else (second[1], first[1])
    if together(outcome, u, v):
        return WhyStable("together", (), f"{labels[0]} and {labels[1]} are paired with each other.", kind)
    problem, matching, places = _free_matching(outcome)
    at = (places[0][u], places[1][v])
    if -1 in at:
        taken = labels[0] if (first[0] == 0) == (at[0] == -1) else labels[1]
        return WhyStable("demanded", (), f"{taken} is in a demanded pair and was not free to choose.", kind)
    found = refusals(problem, matching, [at[0]], [at[1]])
    if not found.allowed[0]:
        return WhyStable("forbidden", (), forbidden_text(outcome, u, v, labels), kind)
    columns = (0, 1) if first[0] == 0 else (1, 0)
    sides = tuple(
        _side(outcome, who, whom, int(found.gains[0, column]), bool(found.refuses[0, column]))
        for who, whom, column in zip((first, second), (second, first), columns, strict=True)
    )
    verdict = "refused" if any(side.refuses for side in sides) else "blocking"
    return WhyStable(verdict, sides, _told(sides, verdict), kind)


def _free_matching(outcome: Outcome) -> tuple[Problem, Matching, tuple[IntArray, IntArray]]:
    """Return the problem of those who were free to choose, what they have in it, and everybody's place in it or -1."""
    assert outcome.problem is not None
    assert outcome.positions is not None
    places = []
    for hand, order in enumerate(outcome.positions):
        place = np.full(len(outcome.cohort(hand)), -1, dtype=np.int64)
        place[order] = np.arange(len(order))
        places.append(place)
    demanded = {tuple(pair) for pair in outcome.enforcement.required.tolist()}
    kept = np.array([p for p in outcome.pairs.tolist() if tuple(p) not in demanded], dtype=np.int64).reshape(
        -1, 2
    )
    pairs = np.stack([places[0][kept[:, 0]], places[1][kept[:, 1]]], axis=1)
    matching = Matching.of(
        outcome.problem, pairs, status=outcome.matching.status, solver=outcome.matching.solver
    )
    return outcome.problem, matching, (places[0], places[1])


def _side(
    outcome: Outcome, who: tuple[int, int], whom: tuple[int, int], gain: int, refuses: bool
) -> StabilitySide:
    hand, position = who
    other = 1 - hand if outcome.two_sided else 0
    held = [outcome.partner(index, hand, position)[1] for index in outcome.pairs_of[hand][position]]
    ids, cohort = outcome.cohort(other).ids, outcome.cohort(hand)
    scale = outcome.stated or outcome.scores
    free = len(held) < int(outcome.places(hand)[position])
    # a demanded partner is not theirs to give up
    theirs = [mate for mate in held if not _demanded(outcome, hand, position, mate)]
    worst = None
    if theirs and not free:
        worst = min(theirs, key=lambda mate: _utility(scale, hand, position, mate))
    return StabilitySide(
        id=cohort.ids[position],
        label=outcome.label(hand, position),
        holds=tuple(ids[mate] for mate in held),
        weakest=None if worst is None else outcome.label(other, worst),
        worth_has=None if worst is None else _utility(outcome.scores, hand, position, worst) / GRID,
        worth_other=_utility(outcome.scores, hand, position, whom[1]) / GRID,
        place_has=None if worst is None else _place(outcome, hand, position, worst),
        place_other=_place(outcome, hand, position, whom[1]),
        gain=gain,
        refuses=refuses,
    )


def _demanded(outcome: Outcome, hand: int, position: int, mate: int) -> bool:
    pair = [position, mate] if hand == 0 else [mate, position]
    pair = pair if outcome.two_sided else sorted(pair)
    return bool((outcome.enforcement.required == pair).all(axis=1).any())


def _utility(scores: Any, hand: int, position: int, mate: int) -> int:
    mine, theirs = np.array([position], dtype=np.int64), np.array([mate], dtype=np.int64)
    if hand == 0:
        return int(scores.utilities_at(mine, theirs)[0][0])
    return int(scores.utilities_at(theirs, mine)[1][0])


def _place(outcome: Outcome, hand: int, position: int, mate: int) -> int | None:
    if outcome.stated is None:
        return None
    lists = outcome.stated.left if hand == 0 else outcome.stated.right
    at = np.array([position], dtype=np.int64), np.array([mate], dtype=np.int64)
    return int(lists.ranks(*at)[0]) or None


def _told(sides: Sequence[StabilitySide], verdict: str) -> str:
    parts = [_one_told(side, other.label) for side, other in ((sides[0], sides[1]), (sides[1], sides[0]))]
    if verdict == "blocking":
        return (
            f"{' '.join(parts)} So the two would rather leave for each other: they block this set of pairs."
        )
    refusing = [side.label for side in sides if side.refuses]
    who = f"{refusing[0]} would refuse" if len(refusing) == 1 else "Both would refuse"
    return f"{' '.join(parts)} {who}, so they do not leave for each other."


def _one_told(side: StabilitySide, other: str) -> str:
    me = side.label
    if side.weakest is None:
        return (
            f"{me} has a free place and would take {other}."
            if not side.refuses
            else f"{me} has no place to give."
        )
    if side.place_has and side.place_other:
        gap = side.place_has - side.place_other
        places = f"place {side.place_has} on {me}'s list, {other} place {side.place_other}"
        if gap == 0:
            return f"{me} has {side.weakest} and put {other} at the same place."
        by = f"{counted(abs(gap), 'place')} {'better' if gap > 0 else 'worse'}"
        return f"{me} has {side.weakest}, {places}: {other} would be {by}."
    if side.place_has:
        return f"{me} has {side.weakest}, place {side.place_has} on {me}'s list, on which {other} does not stand."
    if side.place_other:
        return f"{me} has {side.weakest}, who is not on {me}'s list; {other} is, at place {side.place_other}."
    if side.gain == 0:
        return f"{me} has {side.weakest}; {other} would be worth exactly as much to {me}."
    by = f"{abs(side.gain) / GRID:.2g} {'more' if side.gain > 0 else 'less'}"
    has = score_text(round((side.worth_has or 0) * GRID))
    return f"{me} has {side.weakest}, worth {has} to {me}; {other} would be worth {by}."


# ---- the odd party --------------------------------------------------------------------------------------


def odd_parties_of(outcome: Outcome) -> list[list[int]]:
    """Return the odd parties of three or more of a stable partition, as positions, each in the order of its ring."""
    certificate = outcome.matching.certificate
    if outcome.two_sided or outcome.positions is None or not isinstance(certificate, NoStableCertificate):
        return []
    order = outcome.positions[0]
    found = []
    for party in certificate.odd_parties:
        members = order[np.array(party, dtype=np.int64)].tolist()
        first = members.index(min(members))
        found.append(members[first:] + members[:first])
    return sorted(found)


def odd_party_words(labels: Sequence[str], strict: Sequence[bool] | None = None) -> str:
    """Return one odd party in words.

    Parameters
    ----------
    labels : sequence of str
        In the order of the ring: each would rather have the next than the one before.
    strict : sequence of bool, optional
        Of each, whether they really prefer the next, or like both the same.

    Examples
    --------
    >>> odd_party_words(["Ada", "Bo", "Cy"])
    'Ada would rather have Bo than Cy, Bo rather Cy than Ada, and Cy rather Ada than Bo'
    """
    size = len(labels)
    told = size if size <= _MOST_TOLD else 3
    clauses = []
    for at in range(told):
        me, after, before = labels[at], labels[(at + 1) % size], labels[at - 1]
        if strict is not None and not strict[at]:
            clauses.append(f"{me} likes {after} and {before} the same")
        else:
            clauses.append(f"{me} {'would rather have' if at == 0 else 'rather'} {after} than {before}")
    if told < size:
        return f"{', '.join(clauses)}, and so on around a ring of {size:,} people back to {labels[0]}"
    return f"{', '.join(clauses[:-1])}, and {clauses[-1]}"


def odd_party_text(outcome: Outcome) -> str:
    """Return why no stable set of pairs exists; empty where that is not proved by a partition."""
    parties = odd_parties_of(outcome)
    if not parties:
        return ""
    told = [
        odd_party_words([outcome.label(0, p) for p in party], _strict(outcome, party))
        for party in parties[:_PARTIES_TOLD]
    ]
    more = len(parties) - len(told)
    rest = f" There {'is' if more == 1 else 'are'} {counted(more, 'more such ring')}." if more else ""
    return (
        f"{'. '.join(told)}. An odd number of people cannot all be paired along such a ring, and where there is one "
        "in a stable partition no set of pairs is stable (Tan 1991): whatever pairs are made, somewhere two people "
        f"would both rather have each other.{rest}"
    )


def _strict(outcome: Outcome, party: Sequence[int]) -> list[bool]:
    scale = outcome.stated or outcome.scores
    size = len(party)
    return [
        _utility(scale, 0, party[at], party[(at + 1) % size]) > _utility(scale, 0, party[at], party[at - 1])
        for at in range(size)
    ]


@dataclass(frozen=True, eq=False, repr=False)
class StabilityView:
    """What is known about the stability of a result.

    Attributes
    ----------
    status, promise : str
    cost, cost_bound, regret, regret_bound : int or None
        The sum of everybody's ranks and the worst one, and what no stable set of pairs can go below.
    odd_parties : tuple of tuple of ids
        In the order of each ring.
    odd_party : str
        The same in words; empty where there is none.
    blocking_at_least : int or None
        Proved: every set of pairs has as many blocking pairs; None where nothing was counted.
    blocking : pandas, polars or pyarrow table
        Columns a, b (or the names of the sides), gain_a, unit_a, gain_b, unit_b. A gain is in "places" where someone
        listed both the other and whom they have, in "score" where neither; else empty, as its unit: no number tells.
    """

    status: str
    promise: str
    cost: int | None
    cost_bound: int | None
    regret: int | None
    regret_bound: int | None
    odd_parties: tuple[tuple[Any, ...], ...]
    odd_party: str
    blocking_at_least: int | None
    blocking: Any

    @property
    def text(self) -> str:
        """All of it in sentences."""
        parts = [self.odd_party, self.promise]
        if self.blocking_at_least is not None:
            number = counted(len(self.blocking), "pair")
            least = (
                f"; no set of pairs has fewer than {self.blocking_at_least}" if self.blocking_at_least else ""
            )
            parts.append(f"{number} would leave for each other{least}.")
        return " ".join(part for part in parts if part) or f"The result is {self.status.replace('_', ' ')}."

    def __str__(self) -> str:
        return wrapped(self.text)

    def __repr__(self) -> str:
        return f"StabilityView({self.status}, {counted(len(self.odd_parties), 'odd party', 'odd parties')})"

    def _repr_html_(self) -> str:
        blocking = frame_table("Pairs that would leave for each other", self.blocking, limit=5, noun="pair")
        return card(f"Stability: {self.status.replace('_', ' ')}", paragraph(self.text), blocking)


def stability_view(outcome: Outcome) -> StabilityView | None:
    """Return what is known about the stability of a result; None where no stable solver made it."""
    if not stable_kind(outcome):
        return None
    found = outcome.matching.stability
    blocking = None if found is None else found.blocking
    names = outcome.sides.names
    ids = outcome.cohort(0).ids
    columns = [*names, *(f"{what}_{name}" for name in names for what in ("gain", "unit"))]
    kinds = {
        f"{what}_{name}": kind for name in names for what, kind in (("gain", "float64"), ("unit", object))
    }
    frame = pd.DataFrame(blocking_rows(outcome), columns=columns, dtype=object).astype(kinds)
    return StabilityView(
        status=str(outcome.matching.status),
        promise="" if found is None else found.promise,
        cost=None if found is None else found.cost,
        cost_bound=None if found is None else found.cost_bound,
        regret=None if found is None else found.regret,
        regret_bound=None if found is None else found.regret_bound,
        odd_parties=tuple(tuple(ids[p] for p in party) for party in odd_parties_of(outcome)),
        odd_party=odd_party_text(outcome),
        blocking_at_least=None if blocking is None else blocking.at_least,
        blocking=outcome.everyone[0].in_kind(frame),
    )


def blocking_rows(outcome: Outcome) -> list[tuple[Any, ...]]:
    """Return the pairs that block what a fallback made: both ids, then the gain and its unit for each of the two."""
    blocking = outcome.matching.blocking_pairs
    if blocking is None:
        return []
    rows = []
    for pair, gains in zip(blocking.pairs.tolist(), blocking.gains.tolist(), strict=True):
        told = [
            _told_gain(outcome, hand, pair[hand], pair[1 - hand], gains[hand], blocking.unit)
            for hand in (0, 1)
        ]
        rows.append((outcome.cohort(0).ids[pair[0]], outcome.cohort(1).ids[pair[1]], *told[0], *told[1]))
    return rows


def _told_gain(
    outcome: Outcome, hand: int, position: int, other: int, gain: int, unit: str
) -> tuple[float | None, str | None]:
    """What someone would gain by the other, and in what; None where only one of the two compared was listed."""
    if unit == "ranks":
        return float(gain), "places"
    indices = outcome.pairs_of[hand][position]
    mate = outcome.partner(indices[0], hand, position)[1] if indices else None
    listed = _place(outcome, hand, position, other)
    listed_mate = None if mate is None else _place(outcome, hand, position, mate)
    if listed and listed_mate:
        return float(listed_mate - listed), "places"
    return (None, None) if listed or listed_mate else (gain / GRID, "score")
