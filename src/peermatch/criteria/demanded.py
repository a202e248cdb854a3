"""Demanded pairs: which they are, and which of them contradict each other or another rule."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from peermatch.criteria.conflicts import Conflict, shown_name
from peermatch.criteria.rule import Rule
from peermatch.criteria.sides import Sides, key_of
from peermatch.criteria.tables import pair_table
from peermatch.errors import InputError, error_item

if TYPE_CHECKING:
    from peermatch.criteria.enforcing import EnforcedRule

__all__ = ["LOCKS", "conflicts_among", "demanded_pairs", "demander"]

LOCKS = "locks"
"""The name of the rule that the pairs of ``locks=`` become."""

Ints = npt.NDArray[np.int64]


def demanded_pairs(
    rule: Rule, sides: Sides, absent: Mapping[tuple[str, Any], str]
) -> tuple[Ints, str, list[Conflict]]:
    """Return the pairs that a rule demands, a remark, and those of its demands that contradict themselves.

    Parameters
    ----------
    rule : Rule
        Of the kind ``require``.
    sides : Sides
    absent : mapping of typed id to reason
        Everyone who came in but does not take part.

    Raises
    ------
    InputError
        If the table cannot be read, or nobody has an id in it.
    """
    frame = pair_table(rule.options["pairs"], rule.caller, ("a", sides.names[0]), ("b", sides.names[1]))
    first, second = list(frame["a"]), list(frame["b"])
    conflicts = []
    away: set[tuple[str, Any]] = set()
    for id in sides.unknown_ids([*first, *second]):
        if key_of(id) in away:
            continue
        reason = absent.get(key_of(id))
        if reason is None:
            raise InputError(_unknown(rule, id, sides))
        away.add(key_of(id))
        conflicts.append(
            Conflict(
                f"{demander(rule.name)} demands a pair with {id!r}, who does not take part ({reason}).",
                ({"rule": rule.name, "ids": [id], "reason": reason},),
            )
        )
    index, u, v = sides.pairs_of(first, second)
    found = set(index.tolist())
    for k, ids in enumerate(zip(first, second, strict=True)):
        if k in found or any(key_of(id) in away for id in ids):
            continue
        conflicts.append(
            Conflict(
                f"{demander(rule.name)} demands the pair {ids[0]!r} and {ids[1]!r}, who are on the same side.",
                ({"rule": rule.name, "ids": list(ids), "reason": "on the same side"},),
            )
        )
    pairs = np.stack([u, v], axis=1) if sides.two_sided else np.sort(np.stack([u, v], axis=1), axis=1)
    return pairs, "1 pair demanded" if len(pairs) == 1 else f"{len(pairs)} pairs demanded", conflicts


def _unknown(rule: Rule, id: Any, sides: Sides) -> dict[str, Any]:
    example = sides.left.ids[0]
    message = f"{demander(rule.name)} names {id!r}, an id that nobody has. Ids look like {example!r}."
    return error_item("unknown_id", message, id=id, found=id, accepted=repr(example))


def demander(name: str) -> str:
    """Return what a rule that demands pairs is called in sentences, as the person who demanded them wrote it.

    Examples
    --------
    >>> demander("locks"), demander("couples")
    ('locks=', 'require()')
    """
    return "locks=" if name == LOCKS else "require()"


def conflicts_among(
    required: Sequence[tuple[Rule, int, int]],
    enforced: Sequence[EnforcedRule],
    sides: Sides,
    sensitive: Collection[str],
    *,
    several: bool = False,
) -> list[Conflict]:
    """Return which demanded pairs are forbidden, and in one pool who is demanded twice.

    Parameters
    ----------
    required : sequence of (Rule, int, int)
        Demanded pairs as (row, column), each with the rule that demands it.
    enforced : sequence of EnforcedRule
    sides : Sides
    sensitive : collection of str
        Names of the criteria that are sensitive.
    several : bool
        Whether someone may be demanded with several others: in groups.
    """
    found: list[Conflict] = []
    partner: dict[int, tuple[Rule, int]] = {}
    seen: set[tuple[int, int]] = set()
    left = sides.left.ids
    for rule, u, v in required:
        if (u, v) in seen:
            continue
        seen.add((u, v))
        if not sides.two_sided and u == v:
            sentence = f"{demander(rule.name)} demands that {left[u]!r} is paired with themselves."
            found.append(Conflict(sentence, ({"rule": rule.name, "ids": [left[u]]},)))
            continue
        found += _forbidden(rule, (u, v), enforced, sides, sensitive)
        if sides.two_sided or several:
            continue
        for person, mate in ((u, v), (v, u)):
            earlier, other = partner.setdefault(person, (rule, mate))
            if other != mate:
                one, two, three = left[person], left[other], left[mate]
                found.append(
                    Conflict(
                        f"{demander(rule.name)} demands {one!r} twice: with {two!r} and with {three!r}.",
                        (
                            {"rule": earlier.name, "ids": [one, two]},
                            {"rule": rule.name, "ids": [one, three]},
                        ),
                    )
                )
    return found


def _forbidden(
    rule: Rule,
    pair: tuple[int, int],
    enforced: Sequence[EnforcedRule],
    sides: Sides,
    sensitive: Collection[str],
) -> list[Conflict]:
    """Each rule that forbids a demanded pair is a conflict of its own; private ones look the same, and count once."""
    at = np.array([pair[0]]), np.array([pair[1]])
    names = dict.fromkeys(
        shown_name(other.rule, sensitive)
        for other in enforced
        if other.mask is not None and bool(other.mask.pairs(*at)[0])
    )
    ids = [sides.left.ids[pair[0]], sides.columns_side.ids[pair[1]]]
    return [
        Conflict(
            f"{demander(rule.name)} demands the pair {ids[0]!r} and {ids[1]!r}, which {name} forbids.",
            ({"rule": rule.name, "ids": ids}, {"rule": name, "ids": ids}),
        )
        for name in names
    ]
