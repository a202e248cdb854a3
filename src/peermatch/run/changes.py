"""Who has other partners than before, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from peermatch.criteria import key_of
from peermatch.pairing import Pairing
from peermatch.report import ChangeRow
from peermatch.run.absent import SET_ASIDE
from peermatch.run.snapshot import Snapshot, id_order

__all__ = ["changes_of"]

JOINED, JOINED_OR_ALONE, LEFT = "joined", "joined, or had no partner before", "left"
ASIDE, PARTNER_ASIDE = "set aside", "partner set aside"
PARTNER_LEFT, REPAIRED, FOUND = "partner left", "re-paired for a better total", "found a partner"

_Key = tuple[int, tuple[str, Any]]
_Partners = dict[_Key, dict[tuple[str, Any], Any]]


def changes_of(
    before: Snapshot, pairing: Pairing, ended: Mapping[tuple[tuple[str, Any], tuple[str, Any]], str]
) -> tuple[ChangeRow, ...]:
    """Return a row for everybody who joined, left, or has other partners than before.

    Parameters
    ----------
    before : Snapshot
        Ids as the people's own are written.
    pairing : Pairing
    ended : mapping of (typed id, typed id) to str
        Why earlier pairs of two who are still here could not be kept; both orders in one pool.
    """
    sides = pairing.sides
    hands = (0, 1) if sides.two_sided else (0, 0)
    had = _partners([(a, b) for a, b, _ in before.pairs], hands)
    left, right = sides.left.ids.tolist(), sides.columns_side.ids.tolist()
    has = _partners([(left[u], right[v]) for u, v in pairing.matching.pairs.tolist()], hands)
    here: dict[_Key, Any] = {(0, key_of(id)): id for id in left}
    here.update({(hands[1], key_of(id)): id for id in right})
    aside = {
        (hands[hand], key_of(id))
        for hand, cohort in enumerate(pairing.everyone)
        if cohort is not None
        for id, out in zip(cohort.ids.tolist(), cohort.reasons_out.tolist(), strict=True)
        if out == SET_ASIDE
    }
    known = None
    if before.people is not None:
        known = {person: id for person, (id, took_part) in before.people.items() if took_part}
    everyone: dict[_Key, Any] = {**_named(before, hands), **(known or {}), **here}
    rows = []
    for person in sorted(everyone, key=_in_order):
        old, new = had.get(person, {}), has.get(person, {})
        if person not in here:
            why = ASIDE if person in aside else LEFT
        elif known is not None and person not in known:
            why = JOINED
        elif set(old) == set(new):
            continue
        elif not old:
            why = FOUND if known is not None else JOINED_OR_ALONE
        else:
            why = _why(person, old, new, (here, aside), hands, ended)
        side = sides.names[person[0]] if sides.two_sided else None
        rows.append(ChangeRow(everyone[person], side, _sorted(old), _sorted(new), why))
    return tuple(rows)


def _why(
    person: _Key,
    old: Mapping[tuple[str, Any], Any],
    new: Mapping[tuple[str, Any], Any],
    where: tuple[Mapping[_Key, Any], set[_Key]],
    hands: tuple[int, int],
    ended: Mapping[tuple[tuple[str, Any], tuple[str, Any]], str],
) -> str:
    """Say why each partner who is gone is gone."""
    other = hands[1] if person[0] == hands[0] else hands[0]
    (here, aside), reasons = where, []
    for partner in sorted(set(old) - set(new), key=id_order):
        pair = (person[1], partner) if person[0] == 0 else (partner, person[1])
        if (other, partner) not in here:
            reasons.append(PARTNER_ASIDE if (other, partner) in aside else PARTNER_LEFT)
        else:
            reasons.append(ended.get(pair, REPAIRED))
    return "; ".join(dict.fromkeys(reasons)) or FOUND


def _partners(pairs: list[tuple[Any, Any]], hands: tuple[int, int]) -> _Partners:
    found: _Partners = {}
    for a, b in pairs:
        found.setdefault((hands[0], key_of(a)), {})[key_of(b)] = b
        found.setdefault((hands[1], key_of(b)), {})[key_of(a)] = a
    return found


def _named(before: Snapshot, hands: tuple[int, int]) -> dict[_Key, Any]:
    """Return everybody who stands in an earlier pair."""
    return {
        (hand, key_of(id)): id for a, b, _ in before.pairs for hand, id in zip(hands, (a, b), strict=True)
    }


def _sorted(partners: Mapping[tuple[str, Any], Any]) -> tuple[Any, ...]:
    return tuple(partners[key] for key in sorted(partners, key=id_order))


def _in_order(person: _Key) -> tuple[int, tuple[bool, int, str]]:
    return (person[0], id_order(person[1]))
