"""In one pool a pair is one thing, whichever of the two stands first: the encoded numbers must say so themselves.

Proofs look at every pair once. Numbers by which a pair would score otherwise the other way round would be no scores.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from peermatch.problem import IntArray
from peermatch.verify.evidence_reading import refuse
from peermatch.verify.evidence_rules import FloorRule, ListedRule, MarksRule
from peermatch.verify.evidence_scores import EvidenceScores
from peermatch.verify.evidence_similarity import (
    Array,
    Floats,
    ListedValues,
    MatrixValues,
    PrimitiveValues,
    Values,
)

__all__ = ["check_both_ways"]

_ONE_SIDED = ("above", "covered")
"""What a person thinks of another by these is not what the other thinks of them."""


def check_both_ways(scores: EvidenceScores) -> None:
    """Refuse encoded numbers of one pool that are not the same for both people of a pair.

    Raises
    ------
    InputError
        ``bad_result``, with the place.
    """
    _must(np.array_equal(*scores.shares), "evidence.shares")
    for k, criterion in enumerate(scores.criteria):
        where = f"evidence.criteria[{k}]"
        _must(criterion.fills[0] == criterion.fills[1], f"{where}.fills")
        _must(_same_values(criterion.values), where)
    for k, rule in enumerate(scores.rules):
        where = f"evidence.rules[{k}]"
        if isinstance(rule, FloorRule):
            _must(rule.fills[0] == rule.fills[1], f"{where}.measure.fills")
            _must(_same_values(rule.values), f"{where}.measure")
            _must(np.array_equal(rule.left_on, rule.right_on), where)
        elif isinstance(rule, MarksRule):
            _must(_same_marks(rule), where)
        else:  # listed pairs are read without a direction
            assert isinstance(rule, ListedRule)


def _must(same: bool, where: str) -> None:
    if not same:
        refuse(where, "the same for both people of a pair of one pool", found="what is not")


def _same_values(values: Values) -> bool:
    if isinstance(values, PrimitiveValues):
        hands = _equal(values.left_own, values.right_own) and _equal(values.left_other, values.right_other)
        if values.directed:
            return hands
        return hands and _equal(values.left_own, values.left_other) and values.primitive not in _ONE_SIDED
    if isinstance(values, ListedValues):
        keys, given = values.forward
        n = max(1, values.shape[1])
        turned: IntArray = keys % n * n + keys // n
        order = np.argsort(turned)
        return (
            np.array_equal(turned[order], values.backward[0])
            and _equal(given[order], values.backward[1])
            and _equal(values.left_default, values.right_default)
        )
    assert isinstance(values, MatrixValues)
    # of people with themselves nothing is asked
    forward, backward = (_without_diagonal(part) for part in (values.forward, values.backward))
    return _equal(forward, backward.T)


def _without_diagonal(matrix: Floats) -> Floats:
    copy = matrix.copy()
    np.fill_diagonal(copy, 0.0)
    return copy


def _same_marks(rule: MarksRule) -> bool:
    if np.array_equal(rule.left, rule.right):
        return True
    if rule.comparison == "in_line":
        return False
    # one pool judged by two columns: each faces the other, both ways
    faces = Counter((a.tobytes(), b.tobytes()) for a, b in zip(rule.left, rule.right, strict=True))
    return faces == Counter((b, a) for a, b in faces.elements())


def _equal(one: Array, other: Array) -> bool:
    if one is other:
        return True
    return np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
