"""From compiled criteria and masks to the tables that the pair-score kernels run: one program decides, one searches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from peermatch.kernels import pair_program as layout
from peermatch.kernels.pair_lists import combine_list, forbidden_list, low_list, utility_list
from peermatch.kernels.pair_masks import forbidden_tile, low_tile
from peermatch.kernels.pair_program import MUTUAL_CODES, Program
from peermatch.problem import GRID, IntArray

if TYPE_CHECKING:
    from peermatch.criteria.fitting import CompiledCriterion
    from peermatch.criteria.masks import FloorMask, KernelMask, ListedMask, Mask
    from peermatch.criteria.measures import ListedMeasure, Measure, PrimitiveMeasure

__all__ = ["ProgramWriter", "Programs", "compile_programs", "forbid_list", "forbid_tile", "score_list"]

Array = npt.NDArray[Any]

_SET_KINDS = frozenset({"overlap", "covered", "shared"})
_UNIT = 2.0**-23
"""Twice the relative error of one rounding in float32."""

_LOOSEST = 2.0**-9
"""A search whose bounds are looser than this finds too much to be of use."""

_JUST_BELOW_ZERO = float(np.nextafter(np.float32(0), np.float32(-1)))

_SMALLEST, _LARGEST = 2.0**-60, 2.0**120
"""Scales below and numbers above this are left to float64: in float32 they would become zeros and infinities."""


@dataclass(frozen=True, eq=False)
class Programs:
    """The two programs of one set of pair scores.

    Attributes
    ----------
    exact : Program
        In float64; its scores are the scores.
    search : Program
        In float32; its scores are upper bounds. The exact one where float32 is too coarse for the features.
    searches : bool
        Whether there is one for searching.
    """

    exact: Program
    search: Program
    searches: bool

    def __sizeof__(self) -> int:
        """Return the bytes of all tables, by which clusters see that they are worth sending once."""
        tables = {id(table): table.nbytes for program in (self.exact, self.search) for table in program}
        return sum(tables.values())


def compile_programs(
    criteria: Sequence[CompiledCriterion],
    masks: Sequence[Mask],
    shape: tuple[int, int],
    shares: tuple[IntArray, IntArray],
    *,
    two_sided: bool,
    mutual: str,
    lowest: int = 0,
) -> Programs | None:
    """Compile criteria and masks into tables.

    Parameters
    ----------
    criteria, masks : sequences
    shape : (int, int)
    shares : pair of int64 arrays, shapes (criteria, rows) and (criteria, columns)
    two_sided : bool
    mutual : str
    lowest : int
        Pairs with a lower score are forbidden.

    Returns
    -------
    Programs or None
        None if a criterion or a rule is not made of primitives: a function of the user's own.
    """
    if not all(part.measure.compiles for part in criteria) or not all(mask.compiles for mask in masks):
        return None
    writer = ProgramWriter(shape, two_sided)
    order = sorted(range(len(criteria)), key=lambda k: not _is_shared(criteria[k], shares, k))
    for k in order:
        writer.add_op(criteria[k].measure, criteria[k].fills)
    for mask in masks:
        writer.add_mask(mask)
    left, right = (part[order].astype(np.float64) for part in shares)
    facts = np.zeros(layout.FACTS, dtype=np.int64)
    facts[layout.COUNTED] = len(criteria)
    facts[layout.SHARED] = sum(_is_shared(part, shares, k) for k, part in enumerate(criteria))
    facts[layout.MUTUAL] = MUTUAL_CODES[mutual]
    facts[layout.ONE_POOL] = not two_sided
    facts[layout.ALL_SAY] = all(np.any(part, axis=0).all() for part in shares)
    facts[layout.LOWEST_ALLOWED] = lowest
    return writer.programs((left, right), facts)


def _is_shared(part: CompiledCriterion, shares: tuple[IntArray, IntArray], k: int) -> bool:
    """Whether both people of every pair get the same contribution from it."""
    measure, values = part.measure, np.concatenate([shares[0][k], shares[1][k]])
    uniform = not values.size or bool((values == values[0]).all())
    return uniform and not measure.directed and part.fills[0] == part.fills[1]


def forbid_tile(program: Program, rows: IntArray, begin: int, out: Array) -> None:
    """Fill `out` (uint8) with 1 for the pairs of listed rows with the columns begin, ... that may not be made."""
    forbidden_tile(program, rows, begin, out)
    for rule in _floors(program):
        low_tile(program, rule, rows, begin, out)


def forbid_list(program: Program, u: IntArray, v: IntArray, out: Array) -> None:
    """Fill `out` (uint8) with 1 for the listed pairs that may not be made."""
    forbidden_list(program, u, v, out)
    for rule in _floors(program):
        low_list(program, rule, u, v, out)


def score_list(program: Program, u: IntArray, v: IntArray) -> IntArray:
    """Return the exact scores of listed pairs; those that may not be made get the lowest int64."""
    bad, forward, backward = np.empty(len(u), dtype=np.uint8), np.empty(len(u)), np.empty(len(u))
    forbid_list(program, u, v, bad)
    utility_list(program, u, v, forward, backward)
    out = np.empty(len(u), dtype=np.int64)
    combine_list(program, u, v, forward, backward, bad, out)
    return out


def _floors(program: Program) -> list[int]:
    """Return the rules that are floors; their kernels are only compiled where there are any."""
    kinds: list[int] = program.masks[:, layout.MASK_KIND].tolist()
    return [rule for rule, kind in enumerate(kinds) if kind == layout.FLOOR]


@dataclass(eq=False)
class ProgramWriter:
    """The tables while they are written, feature by feature."""

    shape: tuple[int, int]
    two_sided: bool
    ops: list[Array] = field(default_factory=list)
    params: list[Array] = field(default_factory=list)
    cuts: list[float] = field(default_factory=list)  # params[3] of the searching program, for each op
    relative: list[float] = field(default_factory=list)  # by how much float32 may be wrong, for each op
    absolute: list[float] = field(default_factory=list)
    numbers: tuple[list[Array], list[Array]] = field(default_factory=lambda: ([], []))
    centred: tuple[list[Array], list[Array]] = field(default_factory=lambda: ([], []))
    marks: tuple[list[Array], list[Array]] = field(default_factory=lambda: ([], []))
    lists: list[tuple[Array, Array, Array]] = field(default_factory=list)
    masks: list[Array] = field(default_factory=list)
    limits: list[float] = field(default_factory=list)
    on: tuple[list[Array], list[Array]] = field(default_factory=lambda: ([], []))
    placed: dict[tuple[object, ...], int] = field(default_factory=dict)

    def add_op(self, measure: Measure, fills: tuple[float, float]) -> int:
        """Write one criterion; return its row."""
        op = np.zeros(layout.OP_COLUMNS, dtype=np.int64)
        params = np.zeros(layout.PARAMS)
        params[layout.LEFT_FILL], params[layout.RIGHT_FILL] = fills
        params[layout.ONE], params[layout.UNKNOWN] = 1.0, np.nan
        self.ops.append(op)
        self.params.append(params)
        self.cuts.append(0.0)
        self.relative.append(0.0)
        self.absolute.append(0.0)
        measure.write(self, op, params)
        return len(self.ops) - 1

    def _place(
        self,
        table: str,
        side: int,
        given: Array,
        array: Array,
        centre: float = 0.0,
        words: Sequence[int] = (),
    ) -> int:
        """Put an array (people x features) made from `given` into a table, once; return its first row."""
        side = side if self.two_sided else 0
        key = (table, side, id(given), centre, *words)
        if key not in self.placed:
            rows = (self.marks if table == "marks" else self.numbers)[side]
            self.placed[key] = len(rows)
            rows.extend(np.ascontiguousarray(array.T))
            if table != "marks":
                self.centred[side].extend(np.ascontiguousarray(array.T - centre))
        return self.placed[key]

    def write_primitive(self, measure: PrimitiveMeasure, op: Array, params: Array) -> None:
        """Write the features of a measure made of a primitive, and where they stand."""
        kind = measure.primitive
        op[layout.KIND], op[layout.DIRECTED] = layout.KINDS[kind], measure.directed
        params[: len(measure.params)] = measure.params
        given = (measure.left_own, measure.left_other, measure.right_own, measure.right_other)
        words = _used_words(given) if kind in _SET_KINDS else None
        centre = self._allow_for_coarse_numbers(measure) if kind in ("near", "above") else 0.0
        for array, (column, size, side) in zip(given, _PLACES, strict=True):
            if words is not None:
                op[column] = self._place("marks", side, array, _as_words(array, words), words=words)
                op[layout.WIDTH] = len(words)
                op[size] = self._place("sizes", side, array, _set_sizes(array))
            elif kind == "agreement":
                op[column] = self._place("marks", side, array, array.astype(np.int32))
                op[layout.WIDTH] = array.shape[1]
            else:
                op[column] = self._place("numbers", side, array, array.astype(np.float64), centre)
                op[layout.WIDTH] = array.shape[1]
            if kind == "direction":
                filled = np.any(array != 0.0, axis=1).astype(np.float64)[:, None]
                op[size] = self._place("sizes", side, array, filled)
        if kind == "direction":
            params[0] = 2.0**-30
            self.absolute[-1] = (int(op[layout.WIDTH]) + 8) * _UNIT

    def _allow_for_coarse_numbers(self, measure: PrimitiveMeasure) -> float:
        """Note how wrong a curve over float32 differences may be, whose logarithm is nowhere steeper than 1.

        Returns the number around which values are stored, in the middle of them.
        """
        sides = (measure.left_own, measure.left_other, measure.right_own, measure.right_other)
        values = np.concatenate([array[:, 0] for array in sides])
        known = values[~np.isnan(values)]
        if not known.size:
            return 0.0
        lowest, highest = float(known.min()), float(known.max())
        centre = lowest / 2 + highest / 2
        scale = measure.params[0 if measure.primitive == "near" else 2]
        spots = measure.params[1:2] if measure.primitive == "near" else measure.params[:2]
        slip = 4 * _UNIT * (highest - lowest + float(np.abs(spots).max()))
        fits = scale >= _SMALLEST and max(-lowest, highest, scale, *np.abs(spots)) <= _LARGEST
        self.relative[-1] = slip / scale if fits else np.inf
        if not fits:
            return 0.0
        # rounding keeps the order of numbers, so who is below in float32 is below; equal ones may be only nearly so
        stored = (known - centre).astype(np.float32).astype(np.float64)
        told_apart = bool((stored + centre == known).all())
        self.cuts[-1] = 0.0 if told_apart else _JUST_BELOW_ZERO
        return centre

    def write_list(self, measure: ListedMeasure, op: Array) -> None:
        """Write a measure that is a list of directed pairs."""
        op[layout.KIND], op[layout.DIRECTED] = layout.LISTED, 1
        op[layout.LEFT_OWN] = self._place("list", 0, measure.left_default, measure.left_default[:, None])
        op[layout.RIGHT_OWN] = self._place("list", 1, measure.right_default, measure.right_default[:, None])
        op[layout.FORWARD_LIST] = self._list(measure.forward_u, measure.forward_v, measure.forward_value)
        op[layout.BACKWARD_LIST] = self._list(measure.backward_u, measure.backward_v, measure.backward_value)

    def _list(self, u: IntArray, v: IntArray, value: Array) -> int:
        order = np.lexsort((v, u))
        start = np.searchsorted(u[order], np.arange(self.shape[0] + 1))
        self.lists.append((start, v[order], value[order]))
        return len(self.lists) - 1

    def add_mask(self, mask: Mask) -> None:
        """Write one rule."""
        row = np.zeros(layout.MASK_COLUMNS, dtype=np.int64)
        self.masks.append(row)
        self.limits.append(0.0)
        self.on[0].append(np.zeros(self.shape[0], dtype=np.uint8))
        self.on[1].append(np.zeros(self.shape[1], dtype=np.uint8))
        mask.write(self, row)

    def write_comparison(self, mask: KernelMask, row: Array) -> None:
        """Write a rule that compares a few numbers a person."""
        row[layout.MASK_KIND] = layout.MASK_KINDS[mask.comparison]
        row[layout.MASK_WIDTH] = mask.left.shape[1]
        row[layout.MASK_LEFT] = self._place("marks", 0, mask.left, mask.left.astype(np.int32))
        row[layout.MASK_RIGHT] = self._place("marks", 1, mask.right, mask.right.astype(np.int32))
        self.limits[-1] = mask.threshold

    def write_listed_mask(self, mask: ListedMask, row: Array) -> None:
        """Write a rule that is a list of pairs."""
        row[layout.MASK_KIND] = layout.LISTED_PAIRS
        row[layout.MASK_LIST] = self._list(mask.u, mask.v, np.zeros(len(mask.u)))

    def write_floor(self, mask: FloorMask, row: Array) -> None:
        """Write a rule that is a floor on a criterion of its own, which does not count towards the score."""
        row[layout.MASK_KIND] = layout.FLOOR
        row[layout.MASK_OP] = self.add_op(mask.measure, mask.fills)
        self.limits[-1] = float(np.rint(mask.floor * GRID))
        self.on[0][-1][:] = mask.left_on
        self.on[1][-1][:] = mask.right_on

    def only(self) -> Program:
        """Close the tables for one criterion or one rule alone, in float64."""
        nothing = (np.zeros((0, self.shape[0])), np.zeros((0, self.shape[1])))
        facts = np.zeros(layout.FACTS, dtype=np.int64)
        return self._exact(nothing, facts)

    def programs(self, shares: tuple[Array, Array], facts: Array) -> Programs:
        """Close the tables."""
        counted = int(facts[layout.COUNTED])
        exact = self._exact(shares, facts)
        loosest = max(self.relative[:counted], default=0.0)
        if not loosest <= _LOOSEST:  # NaN is refused too
            return Programs(exact, exact, searches=False)
        return Programs(exact, self._searching(exact, counted), searches=True)

    def _exact(self, shares: tuple[Array, Array], facts: Array) -> Program:
        starts, columns, values = self._joined_lists()
        says = tuple(np.any(part, axis=0).astype(np.uint8) for part in shares)
        exact = Program(
            ops=_stack(self.ops, layout.OP_COLUMNS, np.int64),
            params=_stack(self.params, layout.PARAMS, np.float64),
            start=np.zeros(1),
            raised=np.array([1.0, 0.0, 1.0]),
            left=_stack(self.numbers[0], self.shape[0], np.float64),
            right=_stack(self.numbers[1], self.shape[1], np.float64),
            left_marks=_stack(self.marks[0], self.shape[0], np.int32),
            right_marks=_stack(self.marks[1], self.shape[1], np.int32),
            left_shares=np.ascontiguousarray(shares[0]),
            right_shares=np.ascontiguousarray(shares[1]),
            left_says=says[0],
            right_says=says[1],
            masks=_stack(self.masks, layout.MASK_COLUMNS, np.int64),
            limits=np.array(self.limits, dtype=np.float64),
            left_on=_stack(self.on[0], self.shape[0], np.uint8),
            right_on=_stack(self.on[1], self.shape[1], np.uint8),
            list_start=starts,
            list_column=columns,
            list_value=values,
            facts=facts,
        )
        if not self.two_sided:
            exact = exact._replace(right=exact.left, right_marks=exact.left_marks)
        return exact

    def _searching(self, exact: Program, counted: int) -> Program:
        """Round everything to float32 such that scores become upper bounds."""
        rounding = (counted + 32) * _UNIT
        factors = np.array([1.0 + rounding + slip for slip in self.relative[:counted]])[:, None]
        params = exact.params.copy()
        params[:, 3] = self.cuts
        # half a unit for each contribution that either program rounds, and what dot products may be wrong by
        start = counted + GRID * sum(self.absolute[:counted])
        with np.errstate(over="ignore"):  # only numbers of floors, which are never looked at in float32
            left = _stack(self.centred[0], self.shape[0], np.float32)
            right = left if not self.two_sided else _stack(self.centred[1], self.shape[1], np.float32)
            params = params.astype(np.float32)
        return exact._replace(
            params=params,
            start=np.array([start * (1.0 + rounding)], dtype=np.float32),
            raised=np.array([1.0 + 32 * _UNIT, 1.0, 1.0], dtype=np.float32),
            left=left,
            right=right,
            left_shares=(exact.left_shares * factors).astype(np.float32),
            right_shares=(exact.right_shares * factors).astype(np.float32),
            list_value=exact.list_value.astype(np.float32),
        )

    def _joined_lists(self) -> tuple[Array, Array, Array]:
        starts, used = [], 0
        for start, column, _ in self.lists:
            starts.append(start + used)
            used += len(column)
        columns = [np.zeros(0, np.int64), *(column for _, column, _ in self.lists)]
        values = [np.zeros(0), *(value for _, _, value in self.lists)]
        table = _stack(starts, self.shape[0] + 1, np.int64)
        return table, np.concatenate(columns), np.concatenate(values)


_PLACES = (
    (layout.LEFT_OWN, layout.LEFT_OWN_SIZE, 0),
    (layout.LEFT_OTHER, layout.LEFT_OTHER_SIZE, 0),
    (layout.RIGHT_OWN, layout.RIGHT_OWN_SIZE, 1),
    (layout.RIGHT_OTHER, layout.RIGHT_OTHER_SIZE, 1),
)


def _stack(rows: Sequence[Array], width: int, dtype: npt.DTypeLike) -> Array:
    """Return the rows as one table of at least the given width, empty where there are none."""
    if not rows:
        return np.zeros((0, width), dtype=dtype)
    return np.ascontiguousarray(np.stack(rows), dtype=dtype)


def _used_words(arrays: Sequence[Array]) -> list[int]:
    """Return the 32-bit words in which anybody has a bit: the others change nothing."""
    halves = [np.ascontiguousarray(array, dtype=np.uint64).view(np.uint32) for array in arrays]
    width = max(half.shape[1] for half in halves)
    used = [word for word in range(width) if any(bool(half[:, word].any()) for half in halves)]
    return used or [0]


def _as_words(array: Array, words: Sequence[int]) -> Array:
    halves = np.ascontiguousarray(array, dtype=np.uint64).view(np.int32)
    return halves[:, list(words)]


def _set_sizes(array: Array) -> Array:
    as_bytes = np.ascontiguousarray(array, dtype=np.uint64).view(np.uint8)
    sizes: Array = np.unpackbits(as_bytes, axis=1).sum(axis=1, dtype=np.float64)
    return sizes[:, None]
