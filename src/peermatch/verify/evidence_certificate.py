"""Certificates and matchings from plain data, read strictly; what they prove is not decided here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from peermatch.problem import (
    BoundCertificate,
    Certificate,
    CoverCertificate,
    FlowCertificate,
    IntArray,
    LeximinCertificate,
    LeximinStage,
    Matching,
    NoStableCertificate,
    OptimalityCertificate,
    Problem,
    ProtectedCertificate,
    StabilityCertificate,
    Status,
    WorstFirstCertificate,
)
from peermatch.verify.evidence_reading import (
    LARGEST,
    choice,
    items,
    member,
    record,
    refuse,
    whole,
    wholes,
)

__all__ = ["KINDS", "STATUSES", "ReadMatching", "read_certificate", "read_matching", "read_pairs"]

KINDS = (
    "optimality",
    "bound",
    "protected",
    "worst_first",
    "leximin",
    "stability",
    "no_stable",
    "flow",
)
STATUSES = tuple(str(status) for status in Status)

_WORD = 2**63 - 1
_MOST_STAGES = 10_000


@dataclass(frozen=True, eq=False)
class ReadMatching:
    """A matching as it was written down: pairs, claims, and a certificate where there is one of its own."""

    pairs: IntArray
    status: Status
    gap: int | None
    pairs_gap: int
    worst_gap: int
    certificate: Certificate | None

    def of(self, problem: Problem, certificate: Certificate | None = None) -> Matching:
        """Return it as a matching of a problem; the weight is summed up from the problem's scores."""
        return Matching.of(
            problem,
            self.pairs,
            status=self.status,
            solver="as written down",
            certificate=self.certificate if certificate is None else certificate,
            gap=self.gap,
            pairs_gap=self.pairs_gap,
            worst_gap=self.worst_gap,
        )


def read_pairs(value: Any, where: str, rows: int, columns: int, width: int = 2) -> IntArray:
    """Return pairs (or trios) of positions, shape (m, width)."""
    given = items(value, where)
    flat = [one for k, pair in enumerate(given) for one in items(pair, f"{where}[{k}]", width)]
    pairs = wholes(flat, where, None, 0, max(rows, columns) - 1).reshape(-1, width)
    if len(pairs) and int(pairs[:, 0].max()) >= rows:
        refuse(where, f"positions below {rows} and {columns}", int(pairs[:, 0].max()))
    if len(pairs) and int(pairs[:, 1:].max()) >= columns:
        refuse(where, f"positions below {rows} and {columns}", int(pairs[:, 1:].max()))
    return pairs


def read_matching(value: Any, where: str, shape: tuple[int, int]) -> ReadMatching:
    """Return a matching of a problem of this shape."""
    told = record(value, where)
    gap = member(told, "gap", where)
    given = told.get("certificate")
    return ReadMatching(
        pairs=read_pairs(member(told, "pairs", where), f"{where}.pairs", *shape),
        status=Status(choice(member(told, "status", where), f"{where}.status", STATUSES)),
        gap=None if gap is None else whole(gap, f"{where}.gap", 0),
        pairs_gap=whole(member(told, "pairs_gap", where), f"{where}.pairs_gap", 0),
        worst_gap=whole(member(told, "worst_gap", where), f"{where}.worst_gap", 0),
        certificate=None if given is None else read_certificate(given, f"{where}.certificate"),
    )


def read_certificate(value: Any, where: str) -> Certificate:
    """Return a certificate.

    Raises
    ------
    InputError
        ``bad_result``, with the place of what is not as it must be.
    """
    told = record(value, where)
    kind = choice(member(told, "kind", where), f"{where}.kind", KINDS)
    if kind in ("optimality", "bound"):
        return _duals(told, where)
    covered = whole(member(told, "pairs_covered", where), f"{where}.pairs_covered", 0)
    if kind == "protected":
        within = _duals(record(member(told, "within", where), f"{where}.within"), f"{where}.within")
        if not isinstance(within, OptimalityCertificate):
            refuse(f"{where}.within.kind", "'optimality'", within.kind)
        if covered != within.pairs_covered:
            refuse(f"{where}.pairs_covered", f"{within.pairs_covered}, as within", covered)
        first = wholes(member(told, "first", where), f"{where}.first", None, 0)
        return ProtectedCertificate(first, _int(told, "lift", where), within)
    if kind == "worst_first":
        threshold, above, most = (member(told, key, where) for key in ("threshold", "above", "most"))
        return WorstFirstCertificate(
            threshold=None if threshold is None else whole(threshold, f"{where}.threshold"),
            within=_duals(record(member(told, "within", where), f"{where}.within"), f"{where}.within"),
            above=None if above is None else _cover(above, f"{where}.above"),
            most=None if most is None else _cover(most, f"{where}.most"),
            pairs_covered=covered,
        )
    if kind == "leximin":
        stages = items(member(told, "stages", where), f"{where}.stages")
        if not 0 < len(stages) <= _MOST_STAGES:
            refuse(f"{where}.stages", f"a list of 1 to {_MOST_STAGES}", stages)
        return LeximinCertificate(
            stages=tuple(_stage(one, f"{where}.stages[{k}]") for k, one in enumerate(stages)),
            mate=wholes(member(told, "mate", where), f"{where}.mate"),
            pairs_covered=covered,
        )
    if kind == "flow":
        return FlowCertificate(
            bonus=_int(told, "bonus", where),
            left_duals=_array(told, "left_duals", where),
            right_duals=_array(told, "right_duals", where),
            pairs_covered=covered,
        )
    if kind == "no_stable":
        return NoStableCertificate(_array(told, "successor", where), covered)
    return StabilityCertificate(covered)


def _duals(told: Mapping[str, Any], where: str) -> OptimalityCertificate | BoundCertificate:
    kind = choice(member(told, "kind", where), f"{where}.kind", ("optimality", "bound"))
    made = OptimalityCertificate if kind == "optimality" else BoundCertificate
    return made(
        scale=whole(member(told, "scale", where), f"{where}.scale", 1, 2**32),
        bonus=_int(told, "bonus", where),
        pairs_covered=whole(member(told, "pairs_covered", where), f"{where}.pairs_covered", 0),
        **_forest(told, where),
    )


def _cover(value: Any, where: str) -> CoverCertificate:
    told = record(value, where)
    floor = member(told, "floor", where)
    return CoverCertificate(
        floor=None if floor is None else whole(floor, f"{where}.floor"),
        scale=whole(member(told, "scale", where), f"{where}.scale", 1, 2**32),
        pairs_covered=whole(member(told, "pairs_covered", where), f"{where}.pairs_covered", 0),
        **_forest(told, where),
    )


def _stage(value: Any, where: str) -> LeximinStage:
    told = record(value, where)
    score = member(told, "score", where)
    return LeximinStage(
        score=None if score is None else whole(score, f"{where}.score"), **_forest(told, where)
    )


def _forest(told: Mapping[str, Any], where: str) -> dict[str, IntArray]:
    names = ("vertex_duals", "blossom_parent", "blossom_duals", "vertex_blossom")
    return {name: _array(told, name, where) for name in names}


def _array(told: Mapping[str, Any], key: str, where: str) -> IntArray:
    return wholes(member(told, key, where), f"{where}.{key}", None, -LARGEST, LARGEST)


def _int(told: Mapping[str, Any], key: str, where: str) -> int:
    return whole(member(told, key, where), f"{where}.{key}", 0, _WORD)
