"""A result as plain data: versioned, described by a JSON Schema that ships beside this file, ids with their types."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd

from peermatch.audit.certificates import plain_certificate
from peermatch.cohort.aside import is_missing
from peermatch.explain import Outcome, blocking_rows, stability_view
from peermatch.problem import IntArray
from peermatch.report.certificate import CertificateView
from peermatch.report.odd import OddView

__all__ = [
    "SCHEMA",
    "certificate_data",
    "document",
    "json_text",
    "pairing_schema",
    "pairs_data",
    "typed_id",
]

SCHEMA = "peermatch/pairing/1"


@cache
def _schema_text() -> str:
    return files("peermatch.report").joinpath("pairing-1.schema.json").read_text(encoding="utf-8")


def pairing_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of ``Pairing.to_dict()``.

    Examples
    --------
    >>> pairing_schema()["title"]
    'peermatch/pairing/1'
    """
    schema: dict[str, Any] = json.loads(_schema_text())
    return schema


def typed_id(id: Any) -> dict[str, str]:
    """Return an id as a string plus its type.

    Examples
    --------
    >>> typed_id("007"), typed_id(7)
    ({'type': 'str', 'value': '007'}, {'type': 'int', 'value': '7'})
    """
    return {"type": type(id).__name__, "value": str(id)}


def document(
    outcome: Outcome,
    settings: Mapping[str, Any],
    certificate: CertificateView,
    frames: Mapping[str, pd.DataFrame],
    odd: OddView | None = None,
) -> dict[str, Any]:
    """Return a result as plain data, ready for JSON.

    Parameters
    ----------
    outcome : Outcome
    settings : mapping
        Plain data.
    certificate : CertificateView
    frames : mapping
        The tables "people", "pairs", "unmatched", "rules" and "repairs" of `peermatch.report.frames`.
    odd : OddView, optional
        What became of those who were left over.
    """
    names = list(outcome.sides.names)
    return {
        "schema": SCHEMA,
        "round": outcome.round,
        "two_sided": outcome.two_sided,
        "sides": names,
        "criteria": [compiled.criterion.name for compiled in outcome.scores.criteria],
        "settings": dict(settings),
        "people": [_person(row) for row in _records(frames["people"])],
        "pairs": pairs_data(outcome, frames["pairs"]),
        "unmatched": [{**row, "id": typed_id(row["id"])} for row in _records(frames["unmatched"])],
        "rules": list(_records(frames["rules"])),
        "repairs": [_repair(row) for row in _records(frames["repairs"])],
        "certificate": certificate_data(outcome, certificate),
        "stability": _stability(outcome),
        "odd": None if odd is None else _odd(outcome, odd),
    }


def _records(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    names = [str(name) for name in frame.columns]
    columns = [frame[name].tolist() for name in frame.columns]
    for cells in zip(*columns, strict=True):
        yield dict(zip(names, cells, strict=True))


def _person(row: dict[str, Any]) -> dict[str, Any]:
    groups = row["group_id"].split("; ") if row["group_id"] else []
    person = {**row, "id": typed_id(row["id"]), "partners": [typed_id(id) for id in row["partners"]]}
    del person["group_id"]
    return {**person, "group_ids": groups}


def pairs_data(outcome: Outcome, frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the pairs as plain data, from the table of pairs."""
    first, second = outcome.sides.names
    names = [compiled.criterion.name for compiled in outcome.scores.criteria]
    return [
        {
            "pair_id": row["pair_id"],
            **({"group_id": row["group_id"]} if "group_id" in row else {}),
            "a": typed_id(row[first]),
            "b": typed_id(row[second]),
            "score": row["score"],
            "coverage": row["coverage"],
            **_ranks(row, (first, second)),
            "contributions": {name: row[f"contribution_{name}"] for name in names},
        }
        for row in _records(frame)
    ]


def _ranks(row: dict[str, Any], names: tuple[str, str]) -> dict[str, int | None]:
    """Where people stated preferences: what place each one's partner had."""
    if f"rank_{names[0]}" not in row:
        return {}
    ranks = [row[f"rank_{name}"] for name in names]
    return {
        key: None if rank is None else int(rank)
        for key, rank in zip(("rank_a", "rank_b"), ranks, strict=True)
    }


def _repair(row: dict[str, Any]) -> dict[str, Any]:
    plain = {key: None if is_missing(cell) else cell for key, cell in row.items()}
    for key in ("found", "became"):
        cell = plain[key]
        finite = isinstance(cell, bool | int | str) or (isinstance(cell, float) and math.isfinite(cell))
        if cell is not None and not finite:
            plain[key] = str(cell)
    if plain["id"] is not None:
        # the id says whose cell it was; the row would tell in which order the table came
        plain["id"], plain["row"] = typed_id(plain["id"]), None
    return plain


def certificate_data(outcome: Outcome, view: CertificateView) -> dict[str, Any]:
    """Return what is known about a result as plain data."""
    return {
        "kind": view.kind,
        "status": view.status,
        "verified": view.verified,
        "gap": view.gap,
        "pairs_gap": view.pairs_gap,
        "worst_gap": view.worst_gap,
        "pairs_covered": view.pairs_covered,
        "sentence": view.sentence,
        "evidence": None if view.evidence is None else plain_certificate(view.evidence),
        "vertices": None if view.vertices is None else _vertices(outcome, view.vertices),
    }


def _stability(outcome: Outcome) -> dict[str, Any] | None:
    """What a stable solver found out beyond its proof; None for the others."""
    view = stability_view(outcome)
    if view is None:
        return None
    blocking = [
        {
            "a": typed_id(a),
            "b": typed_id(b),
            "gain_a": gain_a,
            "unit_a": unit_a,
            "gain_b": gain_b,
            "unit_b": unit_b,
        }
        for a, b, gain_a, unit_a, gain_b, unit_b in blocking_rows(outcome)
    ]
    return {
        "promise": view.promise,
        "cost": view.cost,
        "cost_bound": view.cost_bound,
        "regret": view.regret,
        "regret_bound": view.regret_bound,
        "odd_parties": [[typed_id(id) for id in party] for party in view.odd_parties],
        "odd_party": view.odd_party,
        "blocking_at_least": view.blocking_at_least,
        "blocking": blocking,
    }


def _odd(outcome: Outcome, odd: OddView) -> dict[str, Any]:
    """What became of those who were left over, and the trios."""
    ids = outcome.cohort(0).ids.tolist()
    return {
        "kind": odd.kind,
        "left": odd.left,
        "seated": odd.seated,
        "total": odd.total,
        "sitting_out": odd.sitting_out,
        "loss": odd.loss,
        "bound": odd.bound,
        "gap": odd.gap,
        "verified": odd.verified,
        "called": [typed_id(id) for id in odd.called],
        "trios": [
            {"group_id": group, "members": [typed_id(ids[person]) for person in trio]}
            for group, trio in zip(outcome.trio_ids, outcome.trios.tolist(), strict=True)
        ],
        "sentence": odd.sentence,
    }


def _vertices(outcome: Outcome, vertices: tuple[IntArray, IntArray]) -> list[dict[str, str]]:
    """Whose dual variable each one is: left side first, as in the evidence."""
    return [typed_id(outcome.cohort(hand).ids[at]) for hand in (0, 1) for at in vertices[hand].tolist()]


def json_text(data: Mapping[str, Any]) -> str:
    """Return plain data as JSON in which every row of a list stands in a line of its own.

    The same data gives the same bytes.

    Examples
    --------
    >>> print(json_text({"schema": "x", "rows": [{"a": 1}, {"a": 2}], "none": []}))
    {
    "schema": "x",
    "rows": [
    {"a": 1},
    {"a": 2}
    ],
    "none": []
    }
    <BLANKLINE>
    """
    parts = []
    for key, value in data.items():
        if isinstance(value, list) and value:
            text = "[\n" + ",\n".join(_line(row) for row in value) + "\n]"
        else:
            text = _line(value)
        parts.append(f"{_line(key)}: {text}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
