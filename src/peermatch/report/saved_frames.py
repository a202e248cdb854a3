"""The tables of a result, made anew from its data: ids with the types that they came with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from peermatch.report.frames import JOIN, PEER, plain_frame

__all__ = ["plain_id", "saved_frames"]


def plain_id(told: Mapping[str, str]) -> str | int:
    """Return the id that `typed_id` wrote.

    Examples
    --------
    >>> plain_id({"type": "str", "value": "007"}), plain_id({"type": "int", "value": "7"})
    ('007', 7)
    """
    return int(told["value"]) if told["type"] == "int" else told["value"]


def saved_frames(data: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """Return the tables people, pairs, members, unmatched, rules, repairs and changes of a result.

    Parameters
    ----------
    data : mapping
        It fits the schema of results.
    """
    people = [{**row, "id": plain_id(row["id"])} for row in data["people"]]
    return {
        "people": _people(people, data),
        "pairs": _pairs(people, data),
        "members": _members(data),
        "unmatched": _frame(
            [{**row, "id": plain_id(row["id"])} for row in data["unmatched"]],
            ["id", "side", "reason"] if data["two_sided"] else ["id", "reason"],
        ),
        "rules": _frame(data["rules"], ["rule", "kind", "pairs_removed", "note"]),
        "repairs": _repairs(data),
        "changes": _changes(data),
    }


def _frame(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> pd.DataFrame:
    return plain_frame([tuple(row.get(name) for name in names) for row in rows], list(names))


def _people(people: list[dict[str, Any]], data: Mapping[str, Any]) -> pd.DataFrame:
    rows = [
        {
            **row,
            "partners": [plain_id(id) for id in row["partners"]],
            "group_id": JOIN.join(row["group_ids"]) or None,
        }
        for row in people
    ]
    names = ["id", "label", "side", "status", "partners", "group_id", "used", "capacity", "at_least"]
    optional = ("label", "side", "at_least")
    there = [name for name in names if name not in optional or any(name in row for row in people)]
    return _frame(rows, [*there, "reason"])


def _pairs(people: list[dict[str, Any]], data: Mapping[str, Any]) -> pd.DataFrame:
    first, second = names = data["sides"]
    sides = names if data["two_sided"] else (None, None)
    labels = {(row.get("side"), row["id"]): row["label"] for row in people if "label" in row}
    labelled = {
        name: any(side == row.get("side") for row in people if "label" in row)
        for name, side in zip(names, sides, strict=True)
    }
    rows = []
    for pair in data["pairs"]:
        ids = {first: plain_id(pair["a"]), second: plain_id(pair["b"])}
        row = {**pair, **ids, "rank_" + first: pair.get("rank_a"), "rank_" + second: pair.get("rank_b")}
        for name, side in zip(names, sides, strict=True):
            row[f"label_{name}"] = labels.get((side, ids[name]))
        row |= {f"contribution_{name}": pair["contributions"][name] for name in data["criteria"]}
        rows.append(row)
    ranked, grouped = ("rank_a", "rank_" + first, "rank_" + second), any("group_id" in row for row in rows)
    columns = ["pair_id", *(["group_id"] if grouped else []), first, second]
    columns += [f"label_{name}" for name in names if labelled[name]]
    columns += ["score", "coverage"]
    columns += list(ranked[1:]) if any("rank_a" in row for row in data["pairs"]) else []
    shares = ["score", "coverage", *(f"contribution_{name}" for name in data["criteria"])]
    frame = _frame(rows, [*columns, *shares[2:]])
    return frame.astype(dict.fromkeys(shares, "float64"))


def _members(data: Mapping[str, Any]) -> pd.DataFrame:
    roles = data["sides"] if data["two_sided"] else (PEER, PEER)
    trios = {trio["group_id"]: trio["members"] for trio in (data.get("odd") or {}).get("trios", ())}
    rows = []
    for pair in data["pairs"]:
        group = pair.get("group_id", pair["pair_id"])
        # a trio's three pairs name its members once
        members = [pair["a"], pair["b"]] if group[0] == "p" else trios.pop(group, ())
        for place, id in enumerate(members):
            rows.append((group, plain_id(id), roles[min(place, 1)]))
    return plain_frame(rows, ["group_id", "id", "role"])


def _repairs(data: Mapping[str, Any]) -> pd.DataFrame:
    names = ["column", "row", "id", "found", "became", "reason", "code", "sure", "count"]
    rows = [{**row, "id": None if row["id"] is None else plain_id(row["id"])} for row in data["repairs"]]
    return _frame(rows, [*(["side"] if data["two_sided"] else []), *names])


def _changes(data: Mapping[str, Any]) -> pd.DataFrame:
    rows = [
        {
            **row,
            "id": plain_id(row["id"]),
            "before": [plain_id(id) for id in row["before"]],
            "after": [plain_id(id) for id in row["after"]],
        }
        for row in (data.get("update") or {}).get("changes", ())
    ]
    sided = any(row.get("side") is not None for row in rows)
    columns = ["id", *(["side"] if sided else []), "before", "after", "why"]
    return pd.DataFrame(
        {name: pd.Series([row[name] for row in rows], dtype=object) for name in columns}, columns=columns
    )
