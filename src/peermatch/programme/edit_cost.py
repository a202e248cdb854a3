"""What an edit of a draft costs: at least, told by the proof at once; and exactly, by solving with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from peermatch.cohort.display import card, frame_table, one_line, paragraph
from peermatch.criteria import key_of, shown_name
from peermatch.errors import InfeasibleError
from peermatch.explain.wording import counted
from peermatch.pairing import Pairing
from peermatch.problem import FORBIDDEN, GRID, IntArray, OptimalityCertificate
from peermatch.programme.difference import diff
from peermatch.programme.edits import Pair
from peermatch.solvers.edit_bounds import EditBounds

__all__ = ["EditCost", "cost_of"]

_VERBS = {"require": "Requiring", "reject": "Ruling out", "set_aside": "Setting aside", "swap": "Swapping"}


@dataclass(frozen=True, eq=False)
class EditCost:
    """What an edit costs. `Draft.cost` makes it.

    Attributes
    ----------
    edit : str
        "require", "reject", "set_aside" or "swap".
    ids : tuple
    at_least : float or None
        The total falls by so much at least, by the proof of the pairing alone, where `pairs_lost` pairs are lost; where
        it was not solved, if no more pairs are lost than have to be. None where the proof does not tell.
    lost : float or None
        By how much the total falls, exactly; None where it was not solved, or not to the end. Below 0 it rises.
    pairs_lost : int or None
        How many pairs fewer there are.
    pairing : Pairing or None
        With the edit.
    changes : pandas.DataFrame or None
        Whose partners change: the table of `peermatch.diff`.
    """

    edit: str
    ids: tuple[Any, ...]
    at_least: float | None
    lost: float | None
    pairs_lost: int | None
    pairing: Pairing | None
    changes: pd.DataFrame | None

    @property
    def text(self) -> str:
        """The same in words."""
        what = f"{_VERBS[self.edit]} {' and '.join(map(repr, self.ids))}"
        least = "" if self.at_least is None or self.at_least < 0 else f"at least {self.at_least:.3f}"
        if self.lost is None or self.pairs_lost is None:
            if not least:
                return f"{what}: what it costs is not known."
            return f"{what} costs {least} of the total, by the proof alone, if no more pairs are lost than must be."
        parts = []
        if self.pairs_lost > 0:
            parts.append(counted(self.pairs_lost, "pair"))
        if self.lost >= 0:
            parts.append(f"{self.lost:.3f} of the total")
        head = (
            f"{what} costs {' and '.join(parts)}" if parts else f"{what} raises the total by {-self.lost:.3f}"
        )
        if least:
            head += f" ({least}, by the proof alone)"
        number = 0 if self.changes is None else len(self.changes)
        return f"{head}; {counted(number, 'person gets', 'people get')} other partners."

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return one_line(f"EditCost({self.text})")

    def _repr_html_(self) -> str:
        if self.changes is None:
            return card("What an edit costs", paragraph(self.text))
        return card("What an edit costs", paragraph(self.text), frame_table("What changes", self.changes))


def cost_of(
    edit: str,
    pairs: list[Pair],
    value: Any,
    before: Pairing,
    after: Pairing | None,
    *,
    hand: Any = None,
    bounded: bool = True,
) -> EditCost:
    """Return what an edit costs.

    Parameters
    ----------
    edit : str
    pairs : list of pair
        That are made or ruled out.
    value
        The id of who is set aside, else the ids that were given.
    before : Pairing
    after : Pairing or None
        With the edit.
    hand : Draft, optional
        The pairs in hand, where they are not those of `before`: changes are counted against them.
    bounded : bool
        Whether the proof of `before` tells what edits cost at least.

    Raises
    ------
    InfeasibleError
        If a rule forbids a pair that is to be made.
    """
    ids = tuple(value) if isinstance(value, tuple | list) else (value,)
    if edit in ("require", "swap"):
        for pair in pairs:
            _refuse_forbidden(before, pair)
    bounds = _bounds(before) if bounded else None
    least = None if bounds is None else _least(bounds, edit, pairs, ids[0], before)
    made = len(before.matching.pairs)
    if after is None or after.certificate.status != "optimal" or before.certificate.status != "optimal":
        fewer = (
            max(0, made - (len(before.sides.left) - 1) // 2) if edit == "set_aside" and len(ids) == 1 else 0
        )
        fewer = 0 if before.sides.two_sided else fewer
        return EditCost(edit, ids, _total(bounds, least, fewer), None, None, after, None)
    lost = (before.matching.weight - after.matching.weight) / GRID
    fewer = made - len(after.matching.pairs)
    change = diff(before if hand is None else hand, after).people
    return EditCost(edit, ids, _total(bounds, least, fewer), lost, fewer, after, change)


def _total(bounds: EditBounds | None, least: int | None, fewer: int) -> float | None:
    """Return what of a loss of value is one of the total, where so many pairs fewer are made."""
    return None if bounds is None or least is None else (least - bounds.bonus * fewer) / GRID


def _least(bounds: EditBounds, edit: str, pairs: list[Pair], id: Any, pairing: Pairing) -> int | None:
    """Return the least loss of value, bonus for pairs included."""
    if edit == "set_aside":
        found = [
            bounds.leaving_out(hand, position)
            for hand, positions in enumerate((pairing.sides.left_positions, pairing.sides.right_positions))
            if (position := positions.get(key_of(id))) is not None and (hand == 0 or pairing.sides.two_sided)
        ]
        return max((cost for cost in found if cost is not None), default=None)
    places = [_places(pairing, pair) for pair in pairs]
    if edit == "reject":
        made = {tuple(pair) for pair in pairing.matching.pairs.tolist()}
        found = [bounds.breaking(u, v) if _canonical(pairing, u, v) in made else 0 for u, v in places]
        return max((cost for cost in found if cost is not None), default=None)
    return bounds.making(*places)


def _bounds(pairing: Pairing) -> EditBounds | None:
    """Return what the proof tells; None where it is no proof of the best total, or of scores with a price."""
    view, update = pairing.certificate, pairing.update
    evidence = view.evidence
    if not isinstance(evidence, OptimalityCertificate) or view.vertices is None:
        return None
    if (
        pairing.settings.get("group_floor") is not None
    ):  # then the pairs are not those that the duals prove best
        return None
    # of an update, the pairs are those of another question: the draft does not hold on to earlier pairs
    if view.status != "optimal" or update is not None:
        return None
    floor = pairing.settings.get("floor")
    least = FORBIDDEN if floor is None else int(np.rint(floor * GRID))

    def scores(u: IntArray, v: IntArray) -> IntArray:
        found = pairing.scores.at(u, v)
        return np.where(found < least, FORBIDDEN, found)

    return EditBounds(evidence, *view.vertices, scores)


def _places(pairing: Pairing, pair: Pair) -> tuple[int, int]:
    """Return where two people stand; -1 for who does not take part."""
    sides = pairing.sides
    return (
        sides.left_positions.get(key_of(pair[0]), -1),
        sides.right_positions.get(key_of(pair[1]), -1),
    )


def _canonical(pairing: Pairing, u: int, v: int) -> tuple[int, int]:
    return (u, v) if pairing.sides.two_sided or u < v else (v, u)


def _refuse_forbidden(pairing: Pairing, pair: Pair) -> None:
    u, v = _places(pairing, pair)
    if u < 0 or v < 0:
        missing = pair[0] if u < 0 else pair[1]
        raise InfeasibleError(
            f"{missing!r} does not take part, so the pair cannot be made.",
            [{"rule": "require", "ids": list(pair)}],
        )
    if pairing.scores.at(np.array([u]), np.array([v]))[0] != FORBIDDEN:
        return
    for enforced in pairing.enforcement.rules:
        if enforced.mask is not None and bool(enforced.mask.pairs(np.array([u]), np.array([v]))[0]):
            sensitive = {one.criterion.name for one in pairing.scores.criteria if one.criterion.sensitive}
            name = shown_name(enforced.rule, sensitive)
            raise InfeasibleError(
                f"The pair {pair[0]!r} and {pair[1]!r} is forbidden by {name}.",
                [{"rule": "require", "ids": list(pair)}, {"rule": name, "ids": list(pair)}],
            )
