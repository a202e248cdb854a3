"""Evidence: the encoded numbers that were scored and what the solver was given, as plain data.

With it a result can be proved again years later, by code that knows no criteria, no encoders and no solvers (see
`peermatch.verify.verify_result`). What people wrote is in it as codes, bits and numbers, which can be read by whoever
knows the columns: it is as confidential as the table of people. Everything is by positions of those who take part, in
the order of their ids; the ids themselves stand among the people of the result alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from peermatch.audit.evidence_tables import EncodedTables, not_known_as_none, parallel_lists
from peermatch.criteria import Measure
from peermatch.criteria.masks import FloorMask, KernelMask, ListedMask, Mask
from peermatch.criteria.measures import CustomMeasure, ListedMeasure, PrimitiveMeasure
from peermatch.errors import ConfigError
from peermatch.problem import GRID, IntArray
from peermatch.scoring import LazyScores, StatedLists, StatedScores
from peermatch.verify.evidence_digest import digest_of

__all__ = ["LARGEST_MATRIX", "SCHEMA", "Asked", "evidence_of"]

SCHEMA = "peermatch/evidence/1"

LARGEST_MATRIX = 1_000
"""A function of the user's own is written down as a matrix of what it said: up to so many people a side."""

Places = tuple[IntArray | None, IntArray | None]
Ids = Sequence[tuple[str, str]]


@dataclass(frozen=True, eq=False)
class Asked:
    """What the solver was asked, beyond the scores.

    Attributes
    ----------
    objective, solver : str
    floor : int or None
        On the grid of 2**-30: pairs below it were not to be made.
    required : int64 array, shape (r, 2)
        Demanded pairs, in positions of those who take part.
    left, right : int64 arrays
        Whom the rows and the columns of what was solved mean.
    capacity, minimum, or_none : pair of int64 arrays or None
    kept : dict, optional
        Of an update at a price: what the certificate's scores add.
    trios : dict, optional
        What the bound on trios rests on.
    not_held : tuple of str
        What of the result has no evidence, in words.
    """

    objective: str
    solver: str
    floor: int | None
    required: IntArray
    left: IntArray
    right: IntArray
    capacity: Places = (None, None)
    minimum: Places = (None, None)
    or_none: Places = (None, None)
    kept: dict[str, Any] | None = None
    trios: dict[str, Any] | None = None
    not_held: tuple[str, ...] = field(default=())


def evidence_of(
    scores: LazyScores,
    rules: Sequence[str | None],
    asked: Asked,
    ids: tuple[Ids, Ids],
    stated: StatedScores | None = None,
) -> dict[str, Any]:
    """Write down what was scored and solved.

    Parameters
    ----------
    scores : LazyScores
    rules : sequence of str or None
        The names of the rules behind ``scores.masks``; None for private ones.
    asked : Asked
    ids : pair of sequences of (type, value)
        Of those who take part; in one pool the second one is empty.
    stated : StatedScores, optional

    Returns
    -------
    dict
        Plain data, ``{"schema": "peermatch/evidence/1", ...}``.

    Raises
    ------
    ConfigError
        If a function of the user's own is among the criteria or rules and there are more than 1,000 people on a side.
    """
    tables = EncodedTables(scores.two_sided)
    criteria = [
        {
            "name": compiled.criterion.name,
            **_measure(compiled.measure, compiled.fills, scores.shape, tables, compiled.criterion.name),
        }
        for compiled in scores.criteria
    ]
    names = list(rules)
    written = [
        {"name": name, **_mask(mask, scores, tables, name)}
        for name, mask in zip(names, scores.masks, strict=True)
    ]
    data: dict[str, Any] = {
        "schema": SCHEMA,
        "people": list(scores.shape),
        "two_sided": scores.two_sided,
        "mutual": scores.mutual,
        "criteria": criteria,
        "shares": {"left": _shares(scores.left_shares), "right": _shares(scores.right_shares)},
        "rules": written,
        "stated": None if stated is None else _stated(stated),
        "problem": _problem(asked),
        "kept": asked.kept,
        "trios": asked.trios,
        "not_held": list(asked.not_held),
        "tables": tables.written,
    }
    return {**data, "digest": digest_of(data, *ids)}


def _measure(
    measure: Measure, fills: tuple[float, float], shape: tuple[int, int], tables: EncodedTables, name: str
) -> dict[str, Any]:
    told: dict[str, Any] = {"fills": [float(fill) for fill in fills]}
    if isinstance(measure, PrimitiveMeasure):
        told.update(
            primitive=measure.primitive,
            params=[float(number) for number in measure.params],
            directed=bool(measure.directed),
        )
        for place, side in (
            ("left_own", 0),
            ("left_other", 0),
            ("right_own", 1),
            ("right_other", 1),
        ):
            told[place] = tables.of_primitive(measure.primitive, getattr(measure, place), side)
        return told
    if isinstance(measure, ListedMeasure):
        return {
            **told,
            "primitive": "listed",
            "directed": True,
            "forward": parallel_lists(u=measure.forward_u, v=measure.forward_v, value=measure.forward_value),
            "backward": parallel_lists(
                u=measure.backward_u, v=measure.backward_v, value=measure.backward_value
            ),
            "left_default": not_known_as_none(measure.left_default),
            "right_default": not_known_as_none(measure.right_default),
        }
    assert isinstance(measure, CustomMeasure)
    return {**told, **_matrix(measure, shape, name)}


def _matrix(measure: CustomMeasure, shape: tuple[int, int], name: str) -> dict[str, Any]:
    if max(shape) > LARGEST_MATRIX:
        raise ConfigError(
            f"There can be no evidence of the criterion {name!r} for {max(shape):,} people: it is a function of your "
            "own, of which only what it said of every pair can be kept, and that is done for up to "
            f"{LARGEST_MATRIX:,} people a side. Leave evidence out, or use a criterion of the library's own."
        )
    rows, columns = (np.arange(size, dtype=np.int64) for size in shape)
    forward, backward = measure.tile(rows, columns)
    return {
        "primitive": "matrix",
        "directed": bool(measure.directed),
        "forward": [not_known_as_none(row) for row in forward],
        "backward": [not_known_as_none(row) for row in backward] if measure.directed else None,
    }


def _mask(mask: Mask, scores: LazyScores, tables: EncodedTables, name: str | None) -> dict[str, Any]:
    if isinstance(mask, KernelMask):
        return {
            "kind": mask.comparison,
            "left": tables.whole(mask.left, 0),
            "right": tables.whole(mask.right, 1),
            "threshold": float(mask.threshold),
        }
    if isinstance(mask, ListedMask):
        # of one pool a pair stands there without a direction: who said no does not show
        once = np.ones(len(mask.u), dtype=bool) if scores.two_sided else mask.u < mask.v
        return {"kind": "listed", **parallel_lists(u=mask.u[once], v=mask.v[once])}
    if isinstance(mask, FloorMask):
        return {
            "kind": "floor",
            "floor": int(np.rint(mask.floor * GRID)),
            "left_on": mask.left_on.astype(np.int64).tolist(),
            "right_on": mask.right_on.astype(np.int64).tolist(),
            "measure": _measure(mask.measure, mask.fills, scores.shape, tables, name or "a private rule"),
        }
    raise ConfigError(f"There can be no evidence of a rule of the kind {type(mask).__name__!r}.")


def _shares(shares: IntArray) -> dict[str, Any]:
    """Return each sort of share once, and who has which."""
    if not shares.size:
        return {"patterns": [[0] * len(shares)], "of": [0] * shares.shape[1]}
    patterns, where = np.unique(shares, axis=1, return_inverse=True)
    return {"patterns": patterns.T.tolist(), "of": where.ravel().tolist()}


def _stated(stated: StatedScores) -> dict[str, Any]:
    def lists(of: StatedLists) -> dict[str, Any]:
        return {
            **parallel_lists(owner=of.owner, listed=of.column, rank=of.rank),
            "given": of.given.astype(np.int64).tolist(),
        }

    right = lists(stated.right) if stated.two_sided else None
    return {"only_listed": bool(stated.only_listed), "left": lists(stated.left), "right": right}


def _problem(asked: Asked) -> dict[str, Any]:
    return {
        "objective": asked.objective,
        "solver": asked.solver,
        "floor": asked.floor,
        "capacity": _counts(asked.capacity),
        "minimum": _counts(asked.minimum),
        "or_none": _counts(asked.or_none),
        "required": asked.required.tolist(),
        "left": asked.left.tolist(),
        "right": asked.right.tolist(),
    }


def _counts(places: Iterable[IntArray | None]) -> list[list[int] | None]:
    return [None if part is None else part.tolist() for part in places]
