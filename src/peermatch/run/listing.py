"""One run of shortlists: from this month's tables to everybody's best few partners."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from peermatch.checks import did_you_mean, nearest
from peermatch.cohort import Cohort
from peermatch.cohort.aside import yes_or_no
from peermatch.cohort.wording import counted
from peermatch.criteria import Sides, key_of
from peermatch.criteria.masks import ListedMask
from peermatch.errors import InputError, PeerMatchError, error_item
from peermatch.explain import Outcome
from peermatch.problem import (
    FORBIDDEN,
    Candidates,
    IntArray,
    Matching,
    PairScores,
    SearchableScores,
    Status,
    Stopped,
    scores_above,
    top_of_blocks,
)
from peermatch.report import Shortlist, ShortOf
from peermatch.run.floor import floor_on_grid
from peermatch.run.guarded import refuse_use
from peermatch.run.request import Request
from peermatch.run.shortlist import Lists, find_lists
from peermatch.run.solving import solving_order
from peermatch.run.way import Prepared, prepare
from peermatch.scoring import LazyScores

if TYPE_CHECKING:
    from peermatch.matcher import PeerMatcher

__all__ = ["list_people"]

_NEAREST_AMONG = 20_000


def list_people(
    matcher: PeerMatcher, request: Request, k: int, at_most: int | None, discoverable: str | None, who: Any
) -> Shortlist:
    """Make shortlists: the whole way."""
    ready = prepare(matcher, request)
    sides = ready.sides
    if discoverable is not None:
        refuse_use(matcher, "discoverable=", discoverable)
    asked = _asked(ready, who)
    shown = _shown(sides, discoverable)
    entries: list[tuple[int, int, int, int]] = []
    few: list[ShortOf] = []
    hands = (0, 1) if sides.two_sided else (0,)
    try:
        for hand in hands:
            wanted = sorted(position for side, position in asked if side == hand)
            if wanted:
                lists, order = _of_side(ready, request, matcher.floor, hand, shown, (k, at_most), wanted, who)
                _collect(ready, hand, wanted, lists, order, (k, at_most), entries, few)
    except Stopped:
        raise PeerMatchError(
            "The search was stopped before the lists were complete, so there are none: half a list would look like a "
            "whole one."
        ) from None
    return Shortlist(
        _outcome(ready, request, entries), _asking(entries), k, at_most, tuple(asked), tuple(few)
    )


def _of_side(
    ready: Prepared,
    request: Request,
    floor: float | None,
    hand: int,
    shown: list[npt.NDArray[np.bool_]],
    bounds: tuple[int, int | None],
    wanted: list[int],
    who: Any,
) -> tuple[Lists, IntArray]:
    """Return the lists of one side's people, whose columns mean positions by the array beside them."""
    sides, other = ready.sides, (1 - hand if ready.sides.two_sided else 0)
    cohorts = (sides.left, sides.columns_side)
    rows = solving_order(cohorts[hand].ids, request.round)
    columns = solving_order(cohorts[other].ids, request.round)
    columns = columns[shown[other][columns]]
    scores: PairScores = _rectangle(ready, hand, rows, columns)
    if floor is not None:
        scores = scores_above(scores, floor_on_grid(floor) or 0)
    place = np.empty(len(rows), dtype=np.int64)
    place[rows] = np.arange(len(rows))
    k, at_most = bounds
    request.control.report("listing")
    only = None if who is None else place[np.array(wanted, dtype=np.int64)]
    lists = find_lists(scores, k, at_most, rows=only, control=request.control)
    if only is None:
        back = place[np.array(wanted, dtype=np.int64)]
        lists = Lists([lists.of[at] for at in back.tolist()], lists.allowed[back])
    return lists, columns


def _rectangle(ready: Prepared, hand: int, rows: IntArray, columns: IntArray) -> LazyScores:
    """Return the scores of one side's people with those of the other who may be listed, as two sides in any case."""
    scores, n = ready.scores, ready.sides.shape[0]
    masks = list(scores.masks)
    if not ready.sides.two_sided:
        oneself = np.arange(n, dtype=np.int64)
        masks.append(ListedMask.of((n, n), oneself, oneself, one_pool=False))
    left, right = (rows, columns) if hand == 0 else (columns, rows)
    taken = LazyScores(
        [compiled.take(left, right) for compiled in scores.criteria],
        [mask.take(left, right) for mask in masks],
        (len(left), len(right)),
        two_sided=True,
        mutual=scores.mutual,
    )
    return taken if hand == 0 else _Turned(taken)  # type: ignore[return-value]


class _Turned:
    """Two-sided scores with rows and columns exchanged: a score is one for both."""

    def __init__(self, base: PairScores) -> None:
        self.base = base
        self.columns: dict[str, IntArray] = {}

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.base.shape[::-1]

    @property
    def two_sided(self) -> bool:
        """Always True."""
        return True

    def block(self, rows: IntArray) -> IntArray:
        """Return the scores of these rows with everyone."""
        everyone = np.arange(self.shape[1], dtype=np.int64)
        u, v = np.tile(everyone, len(rows)), np.repeat(np.asarray(rows, dtype=np.int64), len(everyone))
        return self.base.at(u, v).reshape(len(rows), len(everyone))

    def at(self, u: IntArray, v: IntArray) -> IntArray:
        """Return the scores of the listed pairs."""
        return self.base.at(v, u)

    def top(self, k: int) -> Candidates:
        """Return each row's k best allowed partners: in one look at all pairs, where the scores can search."""
        rows, columns = self.shape
        k = max(0, min(k, columns))
        best = None
        if k and rows and isinstance(self.base, SearchableScores):
            nobody = (np.zeros(columns, dtype=np.int64), np.zeros(rows, dtype=np.int64))
            best = self.base.best_partners(k, nobody)
        if best is None:
            return top_of_blocks(self, k)
        return Candidates(best.right, np.where(best.right < 0, FORBIDDEN, best.right_worth // 2))

    def at_least(self, lowest: int) -> PairScores:
        """Return the same scores, in which pairs with a lower one than this are forbidden."""
        return _Turned(scores_above(self.base, lowest))

    def utilities(self, rows: IntArray, side: str = "left") -> IntArray:
        """Return what each pairing is worth to the row's person alone."""
        return self.base.utilities(rows, "right" if side == "left" else "left")


def _collect(
    ready: Prepared,
    hand: int,
    wanted: list[int],
    lists: Lists,
    columns: IntArray,
    bounds: tuple[int, int | None],
    entries: list[tuple[int, int, int, int]],
    few: list[ShortOf],
) -> None:
    k, at_most = bounds
    for position, chosen, allowed in zip(wanted, lists.of, lists.allowed.tolist(), strict=True):
        for rank, column in enumerate(chosen, start=1):
            entries.append((hand, position, rank, int(columns[column])))
        if len(chosen) < k:
            reason = _why_short(len(columns), allowed, len(chosen), at_most)
            few.append(ShortOf(hand, position, len(chosen), allowed, reason))


def _why_short(there: int, allowed: int, listed: int, at_most: int | None) -> str:
    if not there:
        return "nobody may be listed"
    if not allowed:
        return "nobody who may be listed can be paired with this person"
    if allowed == listed or at_most is None:
        return f"only {counted(allowed, 'person', 'people')} who may be listed can be paired with this person"
    rest = allowed - listed
    lists = counted(at_most, "list")
    who = "the other one stands" if rest == 1 else f"the other {rest:,} all stand"
    return f"{who} on {lists} already, of people who suit them at least as well"


def _asking(entries: list[tuple[int, int, int, int]]) -> IntArray:
    return np.array([entry[:3] for entry in entries], dtype=np.int64).reshape(-1, 3)


def _outcome(ready: Prepared, request: Request, entries: list[tuple[int, int, int, int]]) -> Outcome:
    """Return what explanations are drawn from: each entry of a list as a pair, whether or not it stands there twice."""
    pairs = [(who, whom) if hand == 0 else (whom, who) for hand, who, _, whom in entries]
    matching = Matching(
        pairs=np.array(pairs, dtype=np.int64).reshape(-1, 2),
        n_left=ready.sides.shape[0],
        n_right=ready.sides.shape[1],
        two_sided=ready.sides.two_sided,
        weight=0,
        status=Status.UNDECIDED,
        solver="shortlist",
    )
    return Outcome(
        everyone=ready.everyone,
        sides=ready.sides,
        scores=ready.scores,
        enforcement=ready.enforcement,
        matching=matching,
        capacity=ready.capacity,
        fitted=ready.fitted,
        round=request.round,
        objective="best_total",
    )


# ---- who asks, and who may be listed --------------------------------------------------------------------


def _shown(sides: Sides, discoverable: str | None) -> list[npt.NDArray[np.bool_]]:
    """Return who may be listed, of each side."""
    cohorts = [sides.left] if sides.right is None else [sides.left, sides.right]
    if discoverable is None:
        return [np.ones(len(cohort), dtype=np.bool_) for cohort in cohorts]
    if not any(cohort.has(discoverable) for cohort in cohorts):
        cohorts[0].column(discoverable, needed_by="discoverable=")
    return [
        yes_or_no(cohort, discoverable, needed_by="discoverable=")
        if cohort.has(discoverable)
        else np.zeros(len(cohort), dtype=np.bool_)
        for cohort in cohorts
    ]


def _asked(ready: Prepared, who: Any) -> list[tuple[int, int]]:
    """Return side and position of everyone who gets a list, in the order of ids."""
    sides = ready.sides
    positions = [sides.left_positions, sides.right_positions] if sides.two_sided else [sides.left_positions]
    if who is None:
        return [(hand, place) for hand, of_side in enumerate(positions) for place in range(len(of_side))]
    ids = list(who) if isinstance(who, list | tuple | set | frozenset | np.ndarray) else [who]
    found: set[tuple[int, int]] = set()
    items = []
    for id in ids:
        hits = [
            (hand, of_side[key_of(id)]) for hand, of_side in enumerate(positions) if key_of(id) in of_side
        ]
        found.update(hits)
        if not hits:
            items.append(_nobody(ready.everyone, id))
    if items:
        raise InputError(items)
    return sorted(found)


def _nobody(everyone: tuple[Cohort, Cohort | None], id: Any) -> dict[str, Any]:
    """What is wrong with someone who asks and is not here."""
    known: list[Any] = []
    for cohort in everyone:
        for one, reason in (
            [] if cohort is None else zip(cohort.ids.tolist(), cohort.reasons_out, strict=True)
        ):
            if key_of(one) == key_of(id):
                why = str(reason).removeprefix("not taking part: ")
                message = f"{id!r} does not take part, so there is no list for them ({why})."
                return error_item("not_taking_part", message, id=id, found=id)
            known.append(one)
    twin = next((one for one in known if str(one) == str(id)), None)
    if twin is not None:
        hint = f" Did you mean {twin!r}? (Ids are {type(twin).__name__}, this is {type(id).__name__}.)"
        return error_item(
            "id_type", f"Nobody has the id {id!r}.{hint}", id=str(id), found=str(id), accepted=twin
        )
    near = nearest(id, known[:_NEAREST_AMONG])
    hint = did_you_mean(id, [near]) if near is not None else f" Ids look like {known[0]!r}."
    return error_item(
        "unknown_id", f"Nobody has the id {id!r}.{hint}", id=str(id), found=str(id), accepted=near
    )
