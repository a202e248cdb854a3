"""Why two people are not together: which rule forbids it, or what it would cost everyone together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from peermatch.cohort.display import card, frame_table, paragraph
from peermatch.cohort.frames import to_kind
from peermatch.cohort.table import Kind
from peermatch.explain.outcome import Outcome
from peermatch.explain.price import Forced, Price, Vertices, forced_pair, least_price
from peermatch.explain.stability import AUDIT_VERDICTS, stable_kind, why_stable
from peermatch.explain.two_people import (
    forbidden_text,
    forbidding_rules,
    held_by_demand,
    together,
    two_people,
)
from peermatch.explain.wording import counted, listing, score_text, wrapped
from peermatch.problem import GRID, Control, IntArray

__all__ = ["WhyNot", "audit_why_not", "changes_frame", "price_words", "why_not"]

_COLUMNS = ("id", "side", "before", "after", "score_before", "score_after", "change")


@dataclass(frozen=True, eq=False, repr=False)
class WhyNot:
    """Why two people are not together.

    Attributes
    ----------
    verdict : str
        "together", "forbidden", "demanded", "costs" or "not priced". "no worse": another set of pairs has them together
        and is as good. "better": by scores alone a better set has them together; the result in hand was not proved
        the best, or had more to keep to.
        "impossible": somebody's minimum could not be met then. "refused" and "blocking" are said of stable results.
    score : float or None
        What the two would score; None where a rule forbids the pair.
    rules : tuple of str
        The rules that forbid it, as people may read them.
    at_least : float or None
        Points of total score that it costs at least, from the proof, as long as no pair is lost.
    price : Price or None
        What it costs, by solving again with the two together.
    exact : bool
        Whether the price is proved; else it costs no more than that.
    text : str
        In a sentence.
    """

    verdict: str
    score: float | None
    rules: tuple[str, ...]
    at_least: float | None
    price: Price | None
    exact: bool
    text: str
    changed: pd.DataFrame
    kind: Kind

    @property
    def table(self) -> Any:
        """Who would have another partner if the two were together, one row a person.

        Columns: id, side (where there are two), before and after (lists of ids), score_before and score_after (the
        sum over their pairs; 0 without a partner), change.
        """
        return to_kind(self.changed.copy(), self.kind)

    def __str__(self) -> str:
        return wrapped(self.text)

    def __repr__(self) -> str:
        return f"WhyNot({self.verdict}{'' if self.score is None else f', score {self.score:.2f}'})"

    def _repr_html_(self) -> str:
        changed = frame_table(
            "Who would have another partner",
            self.changed,
            ["id", "side", "before", "after", "change"],
            ids=["id"],
            noun="person",
            nouns="people",
        )
        return card(f"Why not together: {self.verdict}", paragraph(self.text), changed)


def audit_why_not(found: WhyNot) -> WhyNot:
    """Keep what an auditor may have: of stable results the verdict, since all else tells of people's own lists."""
    told = AUDIT_VERDICTS.get(found.verdict)
    return found if told is None else replace(found, text=told)


def why_not(
    outcome: Outcome,
    vertices: Vertices | None,
    a: Any,
    b: Any,
    *,
    exact: bool = True,
    control: Control | None = None,
) -> WhyNot:
    """Say why two people are not together, and what it would cost the programme.

    Parameters
    ----------
    outcome : Outcome
    vertices : pair of int64 arrays, optional
        Who stands behind each entry of the certificate.
    a, b : str or int
    exact : bool
        Whether to solve again with the two together.
    control : Control, optional

    Raises
    ------
    InputError
        If nobody has such an id.
    ConfigError
        If someone does not take part, or the two could never be a pair.
    """
    first, second = two_people(outcome, a, b, caller="why_not()")
    labels = (outcome.label(*first), outcome.label(*second))
    u, v = (first[1], second[1]) if first[0] == 0 else (second[1], first[1])
    empty = changes_frame(outcome, outcome.pairs)
    kind = outcome.everyone[0].kind

    def plain(verdict: str, text: str, score: float | None = None, rules: tuple[str, ...] = ()) -> WhyNot:
        return WhyNot(verdict, score, rules, None, None, False, text, empty, kind)

    at = np.array([u], dtype=np.int64), np.array([v], dtype=np.int64)
    if together(outcome, u, v):
        score = int(outcome.scores.at(*at)[0]) / GRID
        return plain("together", f"{labels[0]} and {labels[1]} are paired with each other.", score)
    rules = tuple(forbidding_rules(outcome, u, v))
    if rules:
        return plain("forbidden", forbidden_text(outcome, u, v, labels), rules=rules)
    score = int(outcome.scores.at(*at)[0]) / GRID
    held = [labels[k] for k, (hand, p) in enumerate((first, second)) if held_by_demand(outcome, hand, p)]
    if held:
        verbs = ("is", "has") if len(held) == 1 else ("are", "have")
        place = f"{verbs[0]} in a demanded pair, and {verbs[1]} no place left for another"
        return plain("demanded", f"{listing(held)} {place}.", score)
    if stable_kind(outcome):
        told = why_stable(outcome, a, b)
        return plain(told.verdict, told.text, score)
    least = least_price(outcome, vertices, u, v)
    forced = forced_pair(outcome, u, v, control=control) if exact else None
    verdict = _verdict(outcome, forced)
    changed = empty if forced is None else changes_frame(outcome, forced.pairs)
    text = _text(outcome, first, second, labels, score, least, forced, verdict, len(changed))
    return WhyNot(
        verdict,
        score,
        (),
        least,
        None if forced is None else forced.price,
        forced is not None and forced.exact,
        text,
        changed,
        kind,
    )


def _verdict(outcome: Outcome, forced: Forced | None) -> str:
    if forced is None:
        return "not priced"
    if forced.price is None:
        return "impossible"
    lost = _in_order(outcome, forced.price)
    if lost == 0:
        return "no worse"
    return "costs" if lost > 0 else "better"


def _in_order(outcome: Outcome, price: Price) -> float:
    """Return the first thing that is lost or gained, in the order in which things count."""
    counts: list[float] = [price.going_first, price.worst, price.total]
    if outcome.objective != "best_total":
        counts.insert(0, price.pairs)
    return next((number for number in counts if number), 0)


def price_words(outcome: Outcome, price: Price, *, digits: int = 3) -> str:
    """Return a price in words, without a verb.

    Parameters
    ----------
    outcome : Outcome
    price : Price
        Of which something is lost.
    digits : int, default 3
        Of the total.
    """
    smallest = 10.0**-digits
    parts = []
    if price.pairs > 0 and outcome.objective != "best_total":
        parts.append(counted(price.pairs, "pair"))
    if price.going_first > 0:
        parts.append("the partner of someone who goes first")
    if price.worst > 0:
        parts.append(f"{price.worst:.2f} points of its weakest pair")
    if price.total > 0 or not parts:
        total = price.total
        parts.append(
            f"less than {smallest:.{digits}f} points of total score"
            if total < smallest / 2
            else f"{total:.{digits}f} points of total score"
        )
    return listing(parts)


def _text(
    outcome: Outcome,
    first: tuple[int, int],
    second: tuple[int, int],
    labels: tuple[str, str],
    score: float,
    least: float | None,
    forced: Forced | None,
    verdict: str,
    changes: int,
) -> str:
    """Say in one sentence what two people would score, what that would do to all others, and whom they have."""
    start = f"{labels[0]} and {labels[1]} would score {score_text(round(score * GRID))} together"
    now = listing([_now(outcome, who, label) for who, label in zip((first, second), labels, strict=True)])
    cost = "would cost everyone together"
    if forced is None:
        if least is None:
            return f"{start}; what that {cost} was not worked out: now {now}."
        if least == 0:
            return f"{start}; the proof alone does not tell what that {cost}: now {now}."
        or_pair = "" if outcome.objective == "best_total" else ", or a pair"
        return f"{start}, which {cost} at least {least:.3f} points of total score{or_pair}: now {now}."
    if verdict == "no worse":
        return f"{start}, and another set of pairs that has them together is just as good: now {now}."
    if verdict == "better":
        return (
            f"{start}, and by scores alone a better set of pairs has them together, but this one is not proved the "
            f"best, or had more to keep to (a floor for a group, earlier pairs): now {now}."
        )
    if forced.price is None:
        return f"{start}, but somebody would then have fewer partners than they must have: now {now}."
    sure = "" if forced.exact else "at most "
    most = "" if forced.nearest else "up to "
    others = f"give {most}{_people(changes)} another partner, or none"
    return f"{start}, which {cost} {sure}{price_words(outcome, forced.price)} and {others}: now {now}."


def _people(count: int) -> str:
    return counted(count, "person", "people")


def _now(outcome: Outcome, who: tuple[int, int], label: str) -> str:
    hand, position = who
    indices = outcome.pairs_of[hand][position]
    if not indices:
        return f"{label} has nobody"
    told = []
    for index in indices:
        side, mate = outcome.partner(index, hand, position)
        told.append(f"{outcome.label(side, mate)} ({score_text(int(outcome.details.scores[index]))})")
    return f"{label} has {listing(told)}"


def changes_frame(outcome: Outcome, after: IntArray) -> pd.DataFrame:
    """Return who has other partners in another set of pairs, one row a person, in the order of ids."""
    before = _partners(outcome, outcome.pairs)
    later = _partners(outcome, after)
    rows = []
    for hand in outcome.hands:
        ids, others = outcome.cohort(hand).ids, outcome.cohort(1 - hand).ids
        for position in range(len(ids)):
            old, new = before[hand].get(position, {}), later[hand].get(position, {})
            if old.keys() == new.keys():
                continue
            totals = sum(old.values()) / GRID, sum(new.values()) / GRID
            had, has = ([others[mate] for mate in sorted(mates)] for mates in (old, new))
            rows.append((ids[position], outcome.side_name(hand), had, has, *totals, totals[1] - totals[0]))
    frame = pd.DataFrame(rows, columns=list(_COLUMNS))
    return frame if outcome.two_sided else frame.drop(columns="side")


def _partners(
    outcome: Outcome, pairs: IntArray
) -> tuple[dict[int, dict[int, int]], dict[int, dict[int, int]]]:
    """Return, for each side, everybody's partners and the scores with them."""
    one: dict[int, dict[int, int]] = {}
    found = (one, {} if outcome.two_sided else one)
    scores = outcome.scores.at(pairs[:, 0], pairs[:, 1]).tolist()
    for (u, v), score in zip(pairs.tolist(), scores, strict=True):
        found[0].setdefault(u, {})[v] = int(score)
        found[1].setdefault(v, {})[u] = int(score)
    return found
