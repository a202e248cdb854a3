"""Evidence of a pairing: what it holds of what was scored and solved, put into plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from peermatch.audit.certificates import plain_matching
from peermatch.audit.evidence import Asked, evidence_of
from peermatch.problem import GRID, IntArray, KeptScores, Matching, TrioMatching

if TYPE_CHECKING:
    from peermatch.pairing.facts import PairingFacts

__all__ = ["Seating", "pairing_evidence"]


@dataclass(frozen=True, eq=False)
class Seating:
    """How those who were left over joined pairs.

    Attributes
    ----------
    free : Matching
        The pairs where they sit out, of those whom demanded pairs leave free, with the certificate that is shown.
    found : TrioMatching
        Pairs and trios, with what their bound rests on; positions are those in `order`.
    order : int64 array
        All who take part, in solving order.
    """

    free: Matching
    found: TrioMatching
    order: IntArray


def pairing_evidence(facts: PairingFacts) -> dict[str, Any]:
    """Return ``{"schema": "peermatch/evidence/1", ...}`` of a pairing; see `peermatch.audit.evidence_of`."""
    scores = facts.scores
    rules = [one for one in facts.enforcement.rules if one.mask is not None]
    names = {id(one.mask): None if one.rule.private else one.rule.name for one in rules}
    return evidence_of(
        scores,
        [names.get(id(mask)) for mask in scores.masks],
        _asked(facts),
        (_ids(facts, 0), _ids(facts, 1) if facts.sides.two_sided else []),
        facts.stated,
    )


def _ids(facts: PairingFacts, hand: int) -> list[tuple[str, str]]:
    cohort = facts.sides.left if hand == 0 else facts.sides.columns_side
    return [(type(id).__name__, str(id)) for id in cohort.ids.tolist()]


def _asked(facts: PairingFacts) -> Asked:
    left, right = facts.positions or _in_order(facts.certificate.vertices)
    floor = facts.settings.get("floor")
    return Asked(
        objective=str(facts.settings.get("objective", "everyone_first")),
        solver=facts.matching.solver,
        floor=None if floor is None else int(np.rint(floor * GRID)),
        required=facts.enforcement.required,
        left=left,
        right=right if facts.sides.two_sided else left,
        capacity=facts.capacity,
        minimum=facts.minimum,
        or_none=facts.or_none,
        kept=_kept(facts, left, right),
        trios=None if facts.seating is None else _trios(facts.seating),
        not_held=_not_held(facts),
    )


def _in_order(vertices: tuple[IntArray, IntArray] | None) -> tuple[IntArray, IntArray]:
    """Return everybody behind the vertices of a certificate once, whatever places they have."""
    if vertices is None:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    first, second = (part[np.sort(np.unique(part, return_index=True)[1])] for part in vertices)
    return first, second


def _kept(facts: PairingFacts, left: IntArray, right: IntArray) -> dict[str, Any] | None:
    """Of an update at a price, or with at most so many broken pairs: the scores that its certificate is about."""
    update = facts.update
    if update is None or update.penalised is None or update.proved is None:
        return None
    scores = update.penalised.scores
    if not isinstance(scores, KeptScores):
        return None
    pairs, bonus = scores.listed
    named = np.stack([left[pairs[:, 0]], right[pairs[:, 1]]], axis=1).reshape(-1, 2)
    proved = {key: value for key, value in plain_matching(update.proved).items() if key != "certificate"}
    return {
        "at_most": update.at_most,
        "pairs": named.tolist(),
        "bonus": bonus.tolist(),
        "shift": scores.shift,
        "proved": proved,
    }


def _trios(seating: Seating) -> dict[str, Any]:
    found = seating.found
    free = {key: value for key, value in plain_matching(seating.free).items() if key != "certificate"}
    return {
        "order": seating.order.tolist(),
        "free": free,
        "pairs": found.pairs.tolist(),
        "trios": found.trios.tolist(),
        "left": found.left,
        "value": int(found.value),
        "without": int(found.without),
        "bound": None if found.bound is None else int(found.bound),
        "status": str(found.status),
        "able": found.able.tolist(),
        "base": None if found.base is None else plain_matching(found.base),
        "shown": [
            {"group": group.tolist(), "others": plain_matching(others)} for group, others in found.evidence
        ],
    }


def _not_held(facts: PairingFacts) -> tuple[str, ...]:
    """What of this result has no evidence here, in words."""
    missing = []
    if facts.settings.get("group_floor") is not None:
        missing.append("that a group's mean is at least so high, and that no better pairs keep it so")
    if facts.odd is not None and facts.odd.kind == "reserve":
        missing.append("who was called from the reserve, and what that costs")
    if facts.update is not None:
        missing.append("which pairs were those of an earlier result")
    return tuple(missing)
