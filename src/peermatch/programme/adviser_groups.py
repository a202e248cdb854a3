"""The groups that advisers are looked for: the pairs of a pairing, or circles, behind one small object."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from peermatch.checks import must_be
from peermatch.cohort import Cohort
from peermatch.criteria import Criterion, Rule, Sides
from peermatch.errors import ConfigError
from peermatch.explain import pair_id
from peermatch.pairing import Pairing
from peermatch.problem import IntArray

if TYPE_CHECKING:
    from peermatch.programme.circled import Circled

__all__ = ["Groups", "groups_of", "kept_rules"]

MEMBER = "member"
_TOLD = (
    "label",
    "eligible",
    "same_person",
    "unknown",
    "as_of",
    "sensitive",
    "protected",
    "audit_only",
    "consent",
)


@dataclass(frozen=True, eq=False)
class Groups:
    """Pairs or circles, and what their matcher was told.

    Attributes
    ----------
    everyone : tuple of Cohort
        All who came in.
    sides : Sides
        Those who take part.
    ids : list of str
        Of the groups, as their own result names them.
    members : int64 array, shape (groups, width)
        Positions among those who take part, on the hand of their place; -1 where a group has fewer members.
    hands : tuple of int
        0 for people of the left side or of the pool, 1 for those of the right side.
    names : tuple of str
        What the members are called in results, one name a place; empty for circles.
    criteria : tuple of Criterion
    rules : tuple of Rule
    told : mapping
        id, label, eligible, same_person, unknown, as_of, sensitive, protected, audit_only, consent; None where it
        is not known.
    round : str or None
    """

    everyone: tuple[Cohort, ...]
    sides: Sides
    ids: list[str]
    members: IntArray
    hands: tuple[int, ...]
    names: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    rules: tuple[Rule, ...]
    told: dict[str, Any]
    round: str | None

    @property
    def cohorts(self) -> tuple[Cohort, ...]:
        """Those who take part, a cohort a hand."""
        return (self.sides.left,) if self.sides.right is None else (self.sides.left, self.sides.right)

    @property
    def hand_names(self) -> tuple[str, ...]:
        """What the people of each hand are called."""
        return self.sides.names if self.sides.two_sided else (MEMBER,)

    def ids_of(self, group: int) -> list[Any]:
        """Return the ids of a group's members."""
        return [self.cohorts[hand].ids[who] for hand, who in self._whom(group)]

    def labels_of(self, group: int) -> list[str]:
        """Return what people read for a group's members."""
        return [str(self.cohorts[hand].labels[who]) for hand, who in self._whom(group)]

    def _whom(self, group: int) -> list[tuple[int, int]]:
        places = zip(self.hands, self.members[group].tolist(), strict=True)
        return [(hand, who) for hand, who in places if who >= 0]


def groups_of(source: Any, caller: str) -> Groups:
    """Return the groups of a pairing or of circles.

    Raises
    ------
    ConfigError
        If it is something else, or there are none.
    """
    from peermatch.programme.circled import Circled  # brings a solver that most who match do not need

    if isinstance(source, Pairing):
        found = _of_pairing(source)
    elif isinstance(source, Circled):
        found = _of_circles(source)
    else:
        raise ConfigError(must_be(caller, "pairing", "a Pairing, or what form_circles() returns", source))
    if not found.ids:
        raise ConfigError(f"There are no pairs to find advisers for: {caller} needs at least one.")
    return found


def _of_pairing(pairing: Pairing) -> Groups:
    sides, pairs = pairing.sides, pairing.matching.pairs
    left, right = sides.left.ids.tolist(), sides.columns_side.ids.tolist()
    names = [pair_id(pairing.round, left[u], right[v], two_sided=sides.two_sided) for u, v in pairs.tolist()]
    told = {key: pairing.settings.get(key) for key in _TOLD}
    return Groups(
        everyone=tuple(cohort for cohort in pairing.everyone if cohort is not None),
        sides=sides,
        ids=names,
        members=pairs,
        hands=(0, 1) if sides.two_sided else (0, 0),
        names=sides.names,
        criteria=tuple(compiled.criterion for compiled in pairing.scores.criteria),
        rules=tuple(enforced.rule for enforced in pairing.enforcement.rules),
        told={"id": sides.left.id, **told},
        round=pairing.round,
    )


def _of_circles(circled: Circled) -> Groups:
    ready, circles = circled.ready, circled.groups
    width = max(map(len, circles), default=0)
    members = np.full((len(circles), width), -1, dtype=np.int64)
    for row, part in enumerate(circles):
        members[row, : len(part)] = part
    people = ready.sides.left
    return Groups(
        everyone=(ready.everyone[0],),
        sides=ready.sides,
        ids=circled.group_ids,
        members=members,
        hands=(0,) * width,
        names=(),
        criteria=tuple(compiled.criterion for compiled in ready.scores.criteria),
        rules=tuple(enforced.rule for enforced in ready.enforcement.rules),
        told={"id": people.id, "label": people.label, "eligible": people.eligible},
        round=circled.round,
    )


def kept_rules(rules: Sequence[Rule]) -> list[Rule]:
    """Return the rules of a matcher that hold for advisers as well: vetoes, and pairs that are forbidden."""
    return [rule for rule in rules if rule.kind in ("veto", "forbid")]
