"""The tables of a result: people, pairs, members, unmatched, rules. All in the canonical order of ids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from peermatch.cohort import Cohort
from peermatch.criteria import key_of
from peermatch.explain import LeftOut, Outcome, left_out
from peermatch.problem import GRID

__all__ = [
    "PAIRED",
    "PEER",
    "UNMATCHED",
    "frontier_frame",
    "members_frame",
    "pairs_frame",
    "people_frame",
    "reasons_of",
    "rules_frame",
    "unmatched_frame",
]

PAIRED, UNMATCHED, NOT_TAKING_PART = "paired", "unmatched", "not taking part"
PEER = "peer"
"""The role of both people of a pair in one pool."""

PRIVATE = "a private rule"
JOIN = "; "

Reasons = tuple[dict[int, LeftOut], dict[int, LeftOut]]


def reasons_of(outcome: Outcome) -> Reasons:
    """Return why each person without a partner has none, by position, for the left and the right side."""
    found = [{out.position: out for out in left_out(outcome, hand)} for hand in outcome.hands]
    return (found[0], found[1] if outcome.two_sided else found[0])


def people_frame(outcome: Outcome, reasons: Reasons) -> pd.DataFrame:
    """Return everyone who came in, exactly once a side.

    Parameters
    ----------
    outcome : Outcome
    reasons : from `reasons_of`

    Returns
    -------
    pandas.DataFrame
        Columns id, label (where a label column was given), side (where there are two), status, partners (a list of
        ids), group_id (of several groups, joined by "; "), used, capacity, at_least (where minima were given), reason
        (None for those with a partner).
    """
    rows = [row for hand in outcome.hands for row in _people_of(outcome, hand, reasons[hand])]
    names = [
        "id",
        "label",
        "side",
        "status",
        "partners",
        "group_id",
        "used",
        "capacity",
        "at_least",
        "reason",
    ]
    frame = plain_frame(rows, names)
    if not any(side is not None and side.label is not None for side in outcome.everyone):
        del frame["label"]
    if not outcome.two_sided:
        del frame["side"]
    if not outcome.has_minima:
        del frame["at_least"]
    return frame


def _people_of(outcome: Outcome, hand: int, reasons: dict[int, LeftOut]) -> list[tuple[Any, ...]]:
    everyone, taking = outcome.everyone[hand], outcome.cohort(hand)
    assert everyone is not None  # hands are sides that are there
    position_of = {key_of(id): position for position, id in enumerate(taking.ids.tolist())}
    places, ids = outcome.places(hand).tolist(), _ids(outcome)
    least = np.maximum(outcome.least(hand), outcome.if_any(hand)).tolist()
    rows: list[tuple[Any, ...]] = []
    columns = zip(everyone.ids.tolist(), everyone.labels.tolist(), everyone.reasons_out.tolist(), strict=True)
    for id, label, out in columns:
        position = position_of.get(key_of(id))
        head = (id, label, outcome.side_name(hand))
        if position is None:
            rows.append((*head, NOT_TAKING_PART, [], None, 0, 0, 0, out or NOT_TAKING_PART))
            continue
        indices = outcome.pairs_of[hand][position]
        if not indices:
            bounds = (places[position], least[position])
            rows.append((*head, UNMATCHED, [], None, 0, *bounds, reasons[position].reason))
            continue
        mates = [outcome.partner(index, hand, position) for index in indices]
        partners = [ids[side][mate] for side, mate in mates]
        groups = list(dict.fromkeys(outcome.group_ids[index] for index in indices))
        rows.append(
            (*head, PAIRED, partners, JOIN.join(groups), len(groups), places[position], least[position], None)
        )
    return rows


def _ids(outcome: Outcome) -> tuple[list[Any], list[Any]]:
    return outcome.cohort(0).ids.tolist(), outcome.cohort(1).ids.tolist()


def plain_frame(rows: list[tuple[Any, ...]], names: list[str]) -> pd.DataFrame:
    """Return rows as a table, each column of the type that its cells have."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    data = {}
    for name, cells in zip(names, columns, strict=True):
        data[name] = _column(list(cells))
    return pd.DataFrame(data)


def _column(cells: list[Any]) -> pd.Series[Any]:
    """Whole numbers as int64, everything else as plain Python objects: no id changes for its neighbours' sake."""
    if cells and all(type(cell) is int for cell in cells):
        try:
            return pd.Series(np.array(cells, dtype=np.int64))
        except OverflowError:
            pass
    return pd.Series(cells, dtype=object)


def pairs_frame(outcome: Outcome) -> pd.DataFrame:
    """Return one row a pair, in the canonical order of the first id, then of the second.

    Returns
    -------
    pandas.DataFrame
        Columns pair_id, group_id (where trios were asked for), a and b (or the names of the sides), label_<side> where
        that side has a label column, score, coverage, rank_<side> where people stated preferences (what place the
        partner had on their list; missing where they did not list them), and contribution_<criterion> for each
        criterion. Scores and contributions are multiples of 2**-30, so that contributions add up to the score exactly,
        in any order.
    """
    details, ids = outcome.details, _ids(outcome)
    u, v = outcome.pairs[:, 0], outcome.pairs[:, 1]
    data: dict[str, Any] = {"pair_id": pd.Series(outcome.pair_ids, dtype=object)}
    if outcome.trios_asked_for:
        data["group_id"] = pd.Series(outcome.group_ids, dtype=object)
    for hand, positions in ((0, u), (1, v)):
        data[outcome.side_name(hand)] = _column([ids[hand][position] for position in positions.tolist()])
    for hand, positions in ((0, u), (1, v)):
        cohort: Cohort = outcome.cohort(hand)
        if cohort.label is not None:
            data[f"label_{outcome.side_name(hand)}"] = pd.Series(cohort.labels[positions], dtype=object)
    data["score"] = details.scores / GRID
    data["coverage"] = details.coverage
    if outcome.stated is not None:
        for hand, lists in ((0, outcome.stated.left), (1, outcome.stated.right)):
            ranks = lists.ranks(*((u, v) if hand == 0 else (v, u))).tolist()
            cells = [rank or None for rank in ranks]
            data[f"rank_{outcome.side_name(hand)}"] = pd.Series(cells, dtype=object)
    for k, compiled in enumerate(outcome.scores.criteria):
        data[f"contribution_{compiled.criterion.name}"] = details.contributions[k] / GRID
    return pd.DataFrame(data)


def members_frame(outcome: Outcome) -> pd.DataFrame:
    """Return one row for each person in each group: group_id, id, role (the side's name; in one pool "peer")."""
    ids = _ids(outcome)
    rows, trios = [], dict(zip(outcome.trio_ids, outcome.trios.tolist(), strict=True))
    for group, (u, v) in zip(outcome.group_ids, outcome.pairs.tolist(), strict=True):
        members = [(0, u), (1, v)] if group[0] == "p" else [(0, person) for person in trios.pop(group, ())]
        for hand, position in members:
            rows.append((group, ids[hand][position], outcome.side_name(hand) if outcome.two_sided else PEER))
    return plain_frame(rows, ["group_id", "id", "role"])


def unmatched_frame(outcome: Outcome, reasons: Reasons) -> pd.DataFrame:
    """Return those who take part and have no partner: id, side (where there are two), reason."""
    ids = _ids(outcome)
    rows = [
        (ids[hand][out.position], outcome.side_name(hand), out.reason)
        for hand in outcome.hands
        for out in reasons[hand].values()
    ]
    frame = plain_frame(rows, ["id", "side", "reason"])
    if not outcome.two_sided:
        del frame["side"]
    return frame


def rules_frame(outcome: Outcome) -> pd.DataFrame:
    """Return what each rule did: rule, kind, pairs_removed, note. A private rule shows as no more than that."""
    rows = []
    for enforced in outcome.enforcement.rules:
        rule = enforced.rule
        shown = (PRIVATE, "private", "") if rule.private else (rule.name, rule.kind, enforced.note)
        rows.append((shown[0], shown[1], enforced.pairs_removed, shown[2]))
    return plain_frame(rows, ["rule", "kind", "pairs_removed", "note"])


def frontier_frame(
    points: Sequence[tuple[int, int, int, bool]], demanded: Sequence[int] = ()
) -> pd.DataFrame:
    """Return what a better worst pair costs in total, one row a trade-off, from the best total on.

    Parameters
    ----------
    points : sequence of (int, int, int, bool)
        Worst score, total, number of pairs, and whether it was proved: by rising worst score.
    demanded : sequence of int
        Scores of the pairs that are made in any case; they count in every row.

    Returns
    -------
    pandas.DataFrame
        Columns worst_score, total, pairs, mean, lost, lost_share (of the best total), proved.
    """
    fixed, best = sum(demanded), None
    rows: list[tuple[int, int, int, int, float, bool]] = []
    for worst, total, pairs, proved in points:
        lowest = min([worst, *demanded])
        if rows and lowest <= rows[-1][0]:
            continue  # a demanded pair is the worst one: nothing is gained
        reached, made = total + fixed, pairs + len(demanded)
        best = reached if best is None else best
        lost = best - reached
        rows.append((lowest, reached, made, lost, lost / best if best else 0.0, proved))
    table = pd.DataFrame(rows, columns=["worst_score", "total", "pairs", "lost", "lost_share", "proved"])
    for name in ("worst_score", "total", "lost"):
        table[name] = table[name].astype(float) / GRID
    table["pairs"] = table["pairs"].astype("int64")
    table["lost_share"] = table["lost_share"].astype(float)
    table["proved"] = table["proved"].astype(bool)
    table.insert(3, "mean", table["total"] / table["pairs"])
    return table
