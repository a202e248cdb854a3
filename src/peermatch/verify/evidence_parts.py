"""From the plain data of evidence to scores: every value is read strictly, and refused with where it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.problem import GRID, IntArray
from peermatch.verify.evidence_reading import (
    LARGEST,
    choice,
    flags,
    floats,
    items,
    member,
    number,
    record,
    refuse,
    text,
    truth,
    whole,
    wholes,
)
from peermatch.verify.evidence_rules import COMPARISONS, FloorRule, ListedRule, MarksRule, ReadRule
from peermatch.verify.evidence_scores import MUTUALS, EvidenceScores, ReadCriterion
from peermatch.verify.evidence_similarity import (
    PRIMITIVES,
    Floats,
    ListedValues,
    MatrixValues,
    PrimitiveValues,
    Values,
)

__all__ = ["read_scores", "read_size"]

Array = npt.NDArray[Any]

_PARAMS = 5
_MOST_BYTES = 1 << 30
_HEX = frozenset("0123456789abcdef")
_SIDES = ("left", "right")


def read_size(evidence: Mapping[str, Any]) -> tuple[tuple[int, int], bool]:
    """Return how many people the evidence is about on either side, and whether there are two sides.

    Nothing is believed of these numbers that the lists of shares, one entry a person, do not confirm.
    """
    two_sided = truth(member(evidence, "two_sided", "evidence"), "evidence.two_sided")
    sizes = wholes(member(evidence, "people", "evidence"), "evidence.people", 2, 0).tolist()
    shares = record(member(evidence, "shares", "evidence"), "evidence.shares")
    for side, size in zip(_SIDES, sizes, strict=True):
        where = f"evidence.shares.{side}"
        own = record(member(shares, side, "evidence.shares"), where)
        items(member(own, "of", where), f"{where}.of", size)
    if not two_sided and sizes[0] != sizes[1]:
        refuse("evidence.people", "the same number twice in one pool", sizes)
    return (sizes[0], sizes[1]), two_sided


def read_scores(evidence: Mapping[str, Any], *, threads: int = 1) -> EvidenceScores:
    """Read criteria, shares and rules.

    Raises
    ------
    InputError
        ``bad_result``, with the place of what is wrong.
    """
    shape, two_sided = read_size(evidence)
    tables = _Tables(member(evidence, "tables", "evidence"), shape, two_sided)
    criteria = []
    for k, given in enumerate(items(member(evidence, "criteria", "evidence"), "evidence.criteria")):
        where = f"evidence.criteria[{k}]"
        told = record(given, where)
        values, fills = _values(told, where, tables, shape)
        criteria.append(ReadCriterion(text(member(told, "name", where), f"{where}.name"), values, fills))
    rules = [
        _rule(record(given, f"evidence.rules[{k}]"), f"evidence.rules[{k}]", tables, shape, two_sided)
        for k, given in enumerate(items(member(evidence, "rules", "evidence"), "evidence.rules"))
    ]
    left, right = (_shares(evidence, side, len(criteria)) for side in _SIDES)
    return EvidenceScores(
        criteria=criteria,
        shares=(left, right),
        rules=rules,
        two_sided=two_sided,
        mutual=choice(member(evidence, "mutual", "evidence"), "evidence.mutual", MUTUALS),
        threads=threads,
    )


def _shares(evidence: Mapping[str, Any], side: str, criteria: int) -> IntArray:
    where = f"evidence.shares.{side}"
    own = evidence["shares"][side]
    patterns = items(member(own, "patterns", where), f"{where}.patterns")
    read = [wholes(one, f"{where}.patterns[{k}]", criteria, 0, GRID) for k, one in enumerate(patterns)]
    for k, pattern in enumerate(read):
        if int(pattern.sum()) not in (0, GRID):
            refuse(f"{where}.patterns[{k}]", "shares that add up to 2**30, or are all 0", int(pattern.sum()))
    of = wholes(own["of"], f"{where}.of", None, 0, len(read) - 1)
    table = np.stack(read, axis=1) if read else np.zeros((criteria, 0), dtype=np.int64)
    return table[:, of]


# ---- tables -----------------------------------------------------------------------------------------------


class _Tables:
    """The encoded columns, each read when it is first asked for."""

    def __init__(self, value: Any, shape: tuple[int, int], two_sided: bool) -> None:
        self._given = items(value, "evidence.tables")
        self._shape, self._two_sided = shape, two_sided
        self._read: dict[int, Array] = {}

    def at(self, told: Mapping[str, Any], key: str, where: str, kind: str) -> Array:
        """Return a table of this kind for the side that a key such as ``left_own`` names, features first."""
        index = whole(member(told, key, where), f"{where}.{key}", 0, len(self._given) - 1)
        place = f"evidence.tables[{index}]"
        table = record(self._given[index], place)
        if member(table, "kind", place) != kind:
            refuse(f"{place}.kind", f"{kind!r}, which {where} needs", table["kind"])
        hand = 0 if key.startswith("left") else 1
        side = _SIDES[hand if self._two_sided else 0]
        if member(table, "people", place) != side:
            refuse(f"{place}.people", f"{side!r}, which {where} needs", table["people"])
        if index not in self._read:
            self._read[index] = _READERS[kind](table, place, self._shape[hand])
        return self._read[index]


def _columns(table: Mapping[str, Any], where: str) -> Sequence[Any]:
    return items(member(table, "columns", where), f"{where}.columns")


def _read_numbers(table: Mapping[str, Any], where: str, size: int) -> Array:
    columns = items(_columns(table, where), f"{where}.columns", 1)
    return floats(columns[0], f"{where}.columns[0]", size)[None, :]


def _read_whole(table: Mapping[str, Any], where: str, size: int) -> Array:
    read = [
        wholes(column, f"{where}.columns[{k}]", size, -(2**31), 2**31 - 1)
        for k, column in enumerate(_columns(table, where))
    ]
    return np.stack(read) if read else np.zeros((0, size), dtype=np.int64)


def _read_bits(table: Mapping[str, Any], where: str, size: int) -> Array:
    """Return sets as words of 64 bits, shape (words, people)."""
    sets = items(member(table, "sets", where), f"{where}.sets", size)
    longest = 0
    for k, one in enumerate(sets):
        if not isinstance(one, str) or not _HEX.issuperset(one):
            refuse(f"{where}.sets[{k}]", "a hexadecimal number", one)
        longest = max(longest, len(one))
    width = 8 * max(1, -(-longest // 16))
    if width * size > _MOST_BYTES:
        refuse(f"{where}.sets", f"sets of at most {8 * _MOST_BYTES // max(1, size)} options each", sets)
    raw = b"".join(bytes.fromhex(one.zfill(2 * width)) for one in sets)
    words = np.frombuffer(raw, dtype=">u8").reshape(size, width // 8)
    return np.ascontiguousarray(words.T, dtype=np.uint64)


_READERS = {"numbers": _read_numbers, "whole": _read_whole, "bits": _read_bits}
_KINDS = {"near": "numbers", "above": "numbers", "agreement": "whole", "direction": "whole"}


# ---- criteria ---------------------------------------------------------------------------------------------


def _values(
    told: Mapping[str, Any], where: str, tables: _Tables, shape: tuple[int, int]
) -> tuple[Values, tuple[float, float]]:
    fills = floats(member(told, "fills", where), f"{where}.fills", 2, known=True)
    if len(fills) and not ((fills >= 0) & (fills <= 1)).all():
        refuse(f"{where}.fills", "numbers from 0 to 1", fills.tolist())
    primitive = choice(
        member(told, "primitive", where), f"{where}.primitive", (*PRIMITIVES, "listed", "matrix")
    )
    if primitive == "listed":
        values: Values = _listed_values(told, where, shape)
    elif primitive == "matrix":
        values = _matrix_values(told, where, shape)
    else:
        values = _primitive_values(told, where, tables, primitive)
    return values, (float(fills[0]), float(fills[1]))


def _primitive_values(
    told: Mapping[str, Any], where: str, tables: _Tables, primitive: str
) -> PrimitiveValues:
    params = np.zeros(_PARAMS)
    given = floats(member(told, "params", where), f"{where}.params", known=True)
    if len(given) > _PARAMS:
        refuse(f"{where}.params", f"at most {_PARAMS} numbers", told["params"])
    params[: len(given)] = given
    _check_params(primitive, params, where)
    kind = _KINDS.get(primitive, "bits")
    left_own, left_other, right_own, right_other = (
        tables.at(told, key, where, kind) for key in ("left_own", "left_other", "right_own", "right_other")
    )
    directed = truth(member(told, "directed", where), f"{where}.directed")
    faces = [(left_own, right_other), (left_other, right_own)][: 1 + directed]
    if kind == "whole" and any(len(mine) != len(theirs) for mine, theirs in faces):
        refuse(where, "as many columns of the left as of the right", len(left_own))
    if kind == "bits":
        size = max(map(len, (left_own, left_other, right_own, right_other)))
        left_own, left_other = _widened(left_own, size), _widened(left_other, size)
        right_own, right_other = _widened(right_own, size), _widened(right_other, size)
    if primitive == "direction":
        # products of what is at most 2**15 add up exactly as floats
        for part in (left_own, left_other, right_own, right_other):
            if part.size and int(np.abs(part).max()) > 2**15:
                refuse(where, "vectors of whole numbers up to 2**15", int(np.abs(part).max()))
        left_own, left_other = left_own.astype(np.float64), left_other.astype(np.float64)
        right_own, right_other = right_own.astype(np.float64), right_other.astype(np.float64)
    return PrimitiveValues(primitive, params, directed, left_own, left_other, right_own, right_other)


def _check_params(primitive: str, params: Floats, where: str) -> None:
    scale = {"near": 0, "above": 2, "shared": 0}.get(primitive)
    if scale is not None and not params[scale] > 0:
        refuse(f"{where}.params[{scale}]", "above 0", float(params[scale]))
    if primitive == "agreement" and params[0] not in (0.0, 1.0):
        refuse(f"{where}.params[0]", "1 (equal) or 0 (different)", float(params[0]))


def _widened(sets: Array, size: int) -> Array:
    """Return sets of so many words: a number's highest words come first."""
    return np.concatenate([np.zeros((size - len(sets), sets.shape[1]), dtype=np.uint64), sets])


def _listed_values(told: Mapping[str, Any], where: str, shape: tuple[int, int]) -> ListedValues:
    forward, backward = (_directed_list(told, key, where, shape) for key in ("forward", "backward"))
    defaults = [
        _similarities(floats(member(told, key, where), f"{where}.{key}", size), f"{where}.{key}")
        for key, size in zip(("left_default", "right_default"), shape, strict=True)
    ]
    return ListedValues(shape, forward, backward, defaults[0], defaults[1])


def _directed_list(
    told: Mapping[str, Any], key: str, where: str, shape: tuple[int, int]
) -> tuple[IntArray, Floats]:
    where = f"{where}.{key}"
    given = record(member(told, key, where), where)
    u, v = _pairs(given, where, shape)
    values = _similarities(floats(member(given, "value", where), f"{where}.value", len(u)), f"{where}.value")
    keys = u * max(1, shape[1]) + v
    order = np.argsort(keys, kind="stable")
    if (np.diff(keys[order]) == 0).any():
        refuse(where, "pairs that are listed once", found="a pair that is listed twice")
    return keys[order], values[order]


def _pairs(given: Mapping[str, Any], where: str, shape: tuple[int, int]) -> tuple[IntArray, IntArray]:
    u = wholes(member(given, "u", where), f"{where}.u", None, 0, shape[0] - 1)
    return u, wholes(member(given, "v", where), f"{where}.v", len(u), 0, shape[1] - 1)


def _similarities(values: Floats, where: str) -> Floats:
    if (values < 0).any() or (values > 1).any():
        refuse(where, "numbers from 0 to 1, or null", float(values[(values < 0) | (values > 1)][0]))
    return values


def _matrix_values(told: Mapping[str, Any], where: str, shape: tuple[int, int]) -> MatrixValues:
    def read(key: str) -> Floats:
        rows = items(member(told, key, where), f"{where}.{key}", shape[0])
        given = [
            _similarities(floats(row, f"{where}.{key}[{k}]", shape[1]), f"{where}.{key}[{k}]")
            for k, row in enumerate(rows)
        ]
        return np.array(given, dtype=np.float64).reshape(shape)

    forward = read("forward")
    directed = truth(member(told, "directed", where), f"{where}.directed")
    return MatrixValues(forward, read("backward") if directed else forward)


# ---- rules ------------------------------------------------------------------------------------------------


def _rule(
    told: Mapping[str, Any], where: str, tables: _Tables, shape: tuple[int, int], two_sided: bool
) -> ReadRule:
    kind = choice(member(told, "kind", where), f"{where}.kind", (*COMPARISONS, "listed", "floor"))
    if kind == "listed":
        u, v = _pairs(told, where, shape)
        return ListedRule.of(shape, u, v, one_pool=not two_sided)
    if kind == "floor":
        measure = record(member(told, "measure", where), f"{where}.measure")
        values, fills = _values(measure, f"{where}.measure", tables, shape)
        return FloorRule(
            values,
            fills,
            whole(member(told, "floor", where), f"{where}.floor", 0, LARGEST),
            flags(member(told, "left_on", where), f"{where}.left_on", shape[0]),
            flags(member(told, "right_on", where), f"{where}.right_on", shape[1]),
        )
    left, right = (tables.at(told, key, where, "whole") for key in _SIDES)
    wanted = 2 if kind == "in_line" else len(left)
    if not len(left) == len(right) == wanted:
        refuse(where, "as many marks on the left as on the right", found=f"{len(left)} and {len(right)}")
    threshold = number(member(told, "threshold", where), f"{where}.threshold")
    return MarksRule(kind, left, right, threshold)
