"""Compiled criteria: similarity of any two people, by tiles or by listed pairs, the same number to the last bit.

A measure answers in two directions. *Forward* is the similarity as the row's person sees the column's, *backward* as
the column's person sees the row's. Undirected measures give one array for both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, Protocol

import numpy as np
import numpy.typing as npt

from peermatch.criteria.program import ProgramWriter
from peermatch.errors import InputError, error_item
from peermatch.kernels.pair_lists import view_list
from peermatch.kernels.pair_program import Program
from peermatch.kernels.pair_similarity import view_tile

__all__ = [
    "CustomMeasure",
    "ListedMeasure",
    "Measure",
    "PrimitiveMeasure",
    "check_one_by_one",
    "on_vector_grid",
]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


VECTOR_GRID = 2.0**15
"""Vectors are stored as whole numbers of 2**-15, so that a dot product is an exact integer in units of 2**-30."""


class Measure(Protocol):
    """What a compiled criterion can answer; NaN says "not known"."""

    @property
    def compiles(self) -> bool:
        """Whether it is made of what compiled code can evaluate, so that `write` works."""

    @property
    def directed(self) -> bool:
        """Whether backward similarity may differ from forward."""

    def write(self, writer: ProgramWriter, op: npt.NDArray[Any], params: npt.NDArray[Any]) -> None:
        """Write itself into the tables of a program."""

    def tile(self, rows: Ints, columns: Ints) -> tuple[Floats, Floats]:
        """Return forward and backward similarity, each of shape (len(rows), len(columns))."""

    def pairs(self, u: Ints, v: Ints) -> tuple[Floats, Floats]:
        """Return forward and backward similarity of row u[i] with column v[i]."""

    def take(self, left: Ints, right: Ints) -> Measure:
        """Return the same measure for these rows and columns, in this order."""


def on_vector_grid(vectors: Floats) -> Floats:
    """Put unit vectors on the grid of 2**-15, on which dot products are exact."""
    return np.rint(np.nan_to_num(vectors) * VECTOR_GRID)


@dataclass(frozen=True, eq=False)
class PrimitiveMeasure:
    """A measure made of features and one compiled primitive.

    Parameters
    ----------
    primitive : str
        A name in `peermatch.kernels.pair_program.KINDS`.
    params : float64 array
    left_own, left_other, right_own, right_other : arrays, shape (people, d)
        What the people of each side bring when they judge (own) and when they are judged (other).
    directed : bool
        Whether backward differs from forward.
    """

    primitive: str
    params: Floats
    left_own: npt.NDArray[Any]
    left_other: npt.NDArray[Any]
    right_own: npt.NDArray[Any]
    right_other: npt.NDArray[Any]
    directed: bool

    compiles: ClassVar[bool] = True

    def write(self, writer: ProgramWriter, op: npt.NDArray[Any], params: npt.NDArray[Any]) -> None:
        """Write itself into the tables of a program."""
        writer.write_primitive(self, op, params)

    @cached_property
    def _program(self) -> Program:
        writer = ProgramWriter((len(self.left_own), len(self.right_own)), two_sided=True)
        writer.add_op(self, (0.0, 0.0))
        return writer.only()

    def tile(self, rows: Ints, columns: Ints) -> tuple[Floats, Floats]:
        """Return forward and backward similarity of a tile."""
        program, views = self._program, []
        for back in range(1 + self.directed):
            view = np.empty((len(rows), len(self.right_own)))
            view_tile(program, 0, back, np.ascontiguousarray(rows, dtype=np.int64), view)
            views.append(np.ascontiguousarray(view[:, columns]))
        return views[0], views[-1]

    def pairs(self, u: Ints, v: Ints) -> tuple[Floats, Floats]:
        """Return forward and backward similarity of listed pairs."""
        program, views = self._program, []
        u, v = np.ascontiguousarray(u, dtype=np.int64), np.ascontiguousarray(v, dtype=np.int64)
        for back in range(1 + self.directed):
            view = np.empty(len(u))
            view_list(program, 0, back, u, v, view)
            views.append(view)
        return views[0], views[-1]

    def take(self, left: Ints, right: Ints) -> PrimitiveMeasure:
        """Return the same measure for these rows and columns. Features that are one array stay one."""
        taken: dict[tuple[int, int], npt.NDArray[Any]] = {}

        def some(array: npt.NDArray[Any], positions: Ints) -> npt.NDArray[Any]:
            key = (id(array), id(positions))
            if key not in taken:
                taken[key] = array[positions]
            return taken[key]

        return replace(
            self,
            left_own=some(self.left_own, left),
            left_other=some(self.left_other, left),
            right_own=some(self.right_own, right),
            right_other=some(self.right_other, right),
        )


@dataclass(frozen=True, eq=False)
class ListedMeasure:
    """A measure from a list of directed pairs: wish lists, existing ties.

    Parameters
    ----------
    shape : (int, int)
    forward_u, forward_v, forward_value : arrays, shape (m,)
        What row u thinks of column v.
    backward_u, backward_v, backward_value : arrays, shape (k,)
        What column v thinks of row u (u is the row here as well).
    left_default, right_default : float64 arrays, shape (rows,) and (columns,)
        What each person thinks of everyone they did not list: 0, or NaN where they listed nobody.
    """

    shape: tuple[int, int]
    forward_u: Ints
    forward_v: Ints
    forward_value: Floats
    backward_u: Ints
    backward_v: Ints
    backward_value: Floats
    left_default: Floats
    right_default: Floats
    compiles: ClassVar[bool] = True
    directed: ClassVar[bool] = True

    def write(self, writer: ProgramWriter, op: npt.NDArray[Any], params: npt.NDArray[Any]) -> None:
        """Write itself into the tables of a program."""
        writer.write_list(self, op)

    def tile(self, rows: Ints, columns: Ints) -> tuple[Floats, Floats]:
        """Return forward and backward similarity of a tile."""
        forward = np.repeat(self.left_default[rows][:, None], len(columns), axis=1)
        backward = np.repeat(self.right_default[columns][None, :], len(rows), axis=0)
        at_row = np.full(self.shape[0], -1, dtype=np.int64)
        at_row[rows] = np.arange(len(rows))
        at_column = np.full(self.shape[1], -1, dtype=np.int64)
        at_column[columns] = np.arange(len(columns))
        for out, u, v, value in (
            (forward, self.forward_u, self.forward_v, self.forward_value),
            (backward, self.backward_u, self.backward_v, self.backward_value),
        ):
            inside = (at_row[u] >= 0) & (at_column[v] >= 0)
            out[at_row[u[inside]], at_column[v[inside]]] = value[inside]
        return forward, backward

    def pairs(self, u: Ints, v: Ints) -> tuple[Floats, Floats]:
        """Return forward and backward similarity of listed pairs."""
        wanted = u * self.shape[1] + v
        forward = self._look_up(
            wanted, self.forward_u, self.forward_v, self.forward_value, self.left_default[u]
        )
        backward = self._look_up(
            wanted, self.backward_u, self.backward_v, self.backward_value, self.right_default[v]
        )
        return forward, backward

    def _look_up(self, wanted: Ints, u: Ints, v: Ints, value: Floats, default: Floats) -> Floats:
        keys = u * self.shape[1] + v
        if keys.size == 0:
            return default.copy()
        order = np.argsort(keys, kind="stable")
        place = np.minimum(np.searchsorted(keys[order], wanted), keys.size - 1)
        hit = keys[order][place] == wanted
        return np.where(hit, value[order][place], default)

    def take(self, left: Ints, right: Ints) -> ListedMeasure:
        """Return the same measure for these rows and columns."""
        new_row = np.full(self.shape[0], -1, dtype=np.int64)
        new_row[left] = np.arange(len(left))
        new_column = np.full(self.shape[1], -1, dtype=np.int64)
        new_column[right] = np.arange(len(right))

        def moved(u: Ints, v: Ints, value: Floats) -> tuple[Ints, Ints, Floats]:
            keep = (new_row[u] >= 0) & (new_column[v] >= 0)
            return new_row[u[keep]], new_column[v[keep]], value[keep]

        forward = moved(self.forward_u, self.forward_v, self.forward_value)
        backward = moved(self.backward_u, self.backward_v, self.backward_value)
        return ListedMeasure(
            (len(left), len(right)), *forward, *backward, self.left_default[left], self.right_default[right]
        )


def check_one_by_one(measure: Measure, shape: tuple[int, int], name: str) -> None:
    """Refuse a function whose answer for a pair depends on who else is in the block, or on chance.

    Sixty-four pairs spread over everyone are asked together, each alone, and as a tile.

    Raises
    ------
    InputError
        ``custom_criterion``, naming the criterion.
    """
    rows = np.unique(np.linspace(0, shape[0] - 1, num=min(8, shape[0])).astype(np.int64))
    columns = np.unique(np.linspace(0, shape[1] - 1, num=min(8, shape[1])).astype(np.int64))
    u, v = np.repeat(rows, len(columns)), np.tile(columns, len(rows))
    together = measure.pairs(u, v)
    alone = [measure.pairs(u[k : k + 1], v[k : k + 1]) for k in range(len(u))]
    as_tile = measure.tile(rows, columns)
    for direction in (0, 1):
        one_by_one = np.concatenate([answer[direction] for answer in alone])
        for other in (together[direction], as_tile[direction].ravel()):
            wrong = np.flatnonzero(~((one_by_one == other) | (np.isnan(one_by_one) & np.isnan(other))))
            if wrong.size:
                k = int(wrong[0])
                message = (
                    f"The function of the criterion {name!r} must look at pairs one by one: of the same pair it said "
                    f"{one_by_one[k]!r} alone and {other[k]!r} among others. It may use no means, ranks or random "
                    "numbers of the block it is given; compute these beforehand, as a column."
                )
                raise InputError(error_item("custom_criterion", message, column=name))


@dataclass(frozen=True, eq=False)
class CustomMeasure:
    """A measure from a user's own NumPy function; it is asked by blocks and never enters compiled code.

    Parameters
    ----------
    name : str
        The criterion's name, for errors.
    function : callable
        ``function(mine, theirs)``: two mappings from column name to arrays that broadcast against each other;
        returns similarities in [0, 1], NaN for "not known", one for each pair.
    left, right : mapping of column name to array
    directed : bool
        One pool: each direction is asked on its own.
    """

    name: str
    function: Callable[[Mapping[str, npt.NDArray[Any]], Mapping[str, npt.NDArray[Any]]], npt.ArrayLike]
    left: Mapping[str, npt.NDArray[Any]]
    right: Mapping[str, npt.NDArray[Any]]
    directed: bool
    compiles: ClassVar[bool] = False

    def write(self, writer: ProgramWriter, op: npt.NDArray[Any], params: npt.NDArray[Any]) -> None:
        """Refuse: a function of the user's own does not enter compiled code."""
        raise TypeError(f"The criterion {self.name!r} is a function; compiled code cannot hold it.")

    def tile(self, rows: Ints, columns: Ints) -> tuple[Floats, Floats]:
        """Return forward and backward similarity of a tile."""
        mine = {key: values[rows][:, None] for key, values in self.left.items()}
        theirs = {key: values[columns][None, :] for key, values in self.right.items()}
        return self._both(mine, theirs, (len(rows), len(columns)))

    def pairs(self, u: Ints, v: Ints) -> tuple[Floats, Floats]:
        """Return forward and backward similarity of listed pairs."""
        mine = {key: values[u] for key, values in self.left.items()}
        theirs = {key: values[v] for key, values in self.right.items()}
        return self._both(mine, theirs, (len(u),))

    def _both(
        self,
        mine: Mapping[str, npt.NDArray[Any]],
        theirs: Mapping[str, npt.NDArray[Any]],
        shape: tuple[int, ...],
    ) -> tuple[Floats, Floats]:
        forward = self._checked(self._asked(mine, theirs), shape)
        return forward, self._checked(self._asked(theirs, mine), shape) if self.directed else forward

    def _asked(
        self, mine: Mapping[str, npt.NDArray[Any]], theirs: Mapping[str, npt.NDArray[Any]]
    ) -> npt.ArrayLike:
        try:
            return self.function(mine, theirs)
        except Exception as error:  # it is the user's own code: whatever it raises is kept as the cause
            message = f"The function of the criterion {self.name!r} raised {type(error).__name__}: {error}."
            item = error_item("custom_criterion", message, column=self.name, found=type(error).__name__)
            raise InputError(item) from error

    def _checked(self, answer: npt.ArrayLike, shape: tuple[int, ...]) -> Floats:
        if answer is None:
            raise self._wrong(f"numbers of shape {shape}", None)
        try:
            values = np.array(np.broadcast_to(np.asarray(answer, dtype=np.float64), shape))
        except (TypeError, ValueError) as error:
            raise self._wrong(f"numbers of shape {shape}", str(error)) from error
        bad = values[(values < 0) | (values > 1)]
        if bad.size:
            raise self._wrong("similarities in [0, 1], NaN where not known", float(bad[0]))
        return values

    def _wrong(self, accepted: str, found: Any) -> InputError:
        return InputError(
            error_item(
                "custom_criterion",
                f"The function of the criterion {self.name!r} must return {accepted}. Got {found!r} instead.",
                column=self.name,
                found=found,
                accepted=accepted,
            )
        )

    def take(self, left: Ints, right: Ints) -> CustomMeasure:
        """Return the same measure for these rows and columns."""
        return replace(
            self,
            left={key: values[left] for key, values in self.left.items()},
            right={key: values[right] for key, values in self.right.items()},
        )
