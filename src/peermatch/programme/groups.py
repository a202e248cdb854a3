"""What circles and rings have in common: the way to their scores, ids of groups, tables of people, and files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from peermatch.criteria import key_of
from peermatch.errors import ConfigError, InfeasibleError
from peermatch.explain import LeftOut, Outcome, left_out
from peermatch.problem import FORBIDDEN, Control, Matching, Problem, Status
from peermatch.report import typed_id
from peermatch.run.floor import floor_on_grid, with_floor
from peermatch.run.request import Request
from peermatch.run.way import Prepared, prepare

if TYPE_CHECKING:
    from peermatch.matcher import PeerMatcher

__all__ = [
    "blocks_of",
    "group_id",
    "out_of_groups",
    "people_table",
    "plain_rows",
    "prepare_groups",
    "who_cannot",
]

OUT, ALONE = "not taking part", "unmatched"


def prepare_groups(
    matcher: PeerMatcher,
    people: Any,
    what: str,
    *,
    org: Any,
    history: Any,
    locks: Any,
    fitted: Any,
    round: str | None,
    as_of: Any,
    control: Control,
) -> Prepared:
    """Go as far as the scores, with the matcher's floor, for groups of one pool.

    Raises
    ------
    ConfigError
        For a matcher of two sides.
    """
    if matcher.sides is not None:
        raise ConfigError(f"{what} are made of one pool; this matcher has sides=. Leave them out.")
    request = Request(
        people=people,
        others=None,
        role=None,
        org=org,
        history=history,
        locks=locks,
        fitted=getattr(fitted, "fitted", fitted),
        round=round,
        as_of=as_of,
        control=control,
        groups=True,
    )
    ready = prepare(matcher, request)
    if matcher.floor is None:
        return ready
    floor = floor_on_grid(matcher.floor)
    assert floor is not None
    return replace(
        ready,
        enforcement=with_floor(ready.enforcement, ready.scores, matcher.floor, ready.sides),
        scores=ready.scores.at_least(floor),
    )


def group_id(prefix: str, round: str | None, ids: Iterable[Any]) -> str:
    """Return the id of a group: it depends on the round and the typed ids of its members alone.

    Examples
    --------
    >>> group_id("c", "2026-12", ["a", "b", 7]) == group_id("c", "2026-12", [7, "a", "b"])
    True
    """
    keys = sorted([kind, str(id)] for kind, id in map(key_of, ids))
    text = json.dumps([round, *keys], ensure_ascii=True, separators=(",", ":"))
    return f"{prefix}-" + hashlib.blake2b(text.encode("ascii"), digest_size=6).hexdigest()


def blocks_of(ready: Prepared, largest: int, what: str) -> list[list[int]]:
    """Return who must be in one group, by the pairs that are demanded: positions, each block ascending.

    Raises
    ------
    InfeasibleError
        If a block is larger than any group, or holds two who may not meet.
    """
    root = list(range(len(ready.sides.left)))

    def find(person: int) -> int:
        while root[person] != person:
            person = root[person]
        return person

    for u, v in ready.enforcement.required.tolist():
        low, high = sorted((find(u), find(v)))
        root[high] = low
    blocks: dict[int, list[int]] = {}
    for person in np.unique(ready.enforcement.required).tolist():
        blocks.setdefault(find(person), []).append(person)
    ids = ready.sides.left.ids
    for block in blocks.values():
        named = [ids[person] for person in block]
        if len(block) > largest:
            raise InfeasibleError(
                f"Demanded pairs put {len(block)} people into one {what}, which has {largest} at most: "
                f"{', '.join(map(repr, named[:10]))}.",
                [{"rule": "require", "ids": named}],
            )
        a, b = (np.array(block)[part] for part in np.triu_indices(len(block), 1))
        wrong = np.flatnonzero(ready.scores.at(a, b) == FORBIDDEN)
        if wrong.size:
            two = [ids[int(a[wrong[0]])], ids[int(b[wrong[0]])]]
            raise InfeasibleError(
                f"Demanded pairs put {two[0]!r} and {two[1]!r} into one {what}, and rules keep them apart.",
                [{"rule": "require", "ids": named}, {"rule": "forbidden", "ids": two}],
            )
    return sorted(blocks.values())


def who_cannot(ready: Prepared, positions: Sequence[int]) -> dict[int, LeftOut]:
    """Return for some people whom each rule excludes for them."""
    problem = Problem(ready.scores)
    outcome = Outcome(
        everyone=ready.everyone,
        sides=ready.sides,
        scores=ready.scores,
        enforcement=replace(ready.enforcement, required=np.zeros((0, 2), dtype=np.int64)),
        matching=Matching.of(problem, [], status=Status.GAP, solver="none"),
        capacity=(None, None),
        fitted=ready.fitted,
        round=None,
        objective="everyone_first",
    )
    return {out.position: out for out in left_out(outcome, 0, list(positions))}


def out_of_groups(ready: Prepared, positions: Sequence[int], takes: int, what: str) -> dict[int, str]:
    """Say of people who have no group why that is so."""
    reasons = {}
    for position, out in who_cannot(ready, positions).items():
        removed = ", ".join(f"{name} removes {count:,}" for name, count in out.removed)
        ruled = f" ({removed})" if removed else ""
        if out.allowed < takes:
            others = "other" if out.others == 1 else "others"
            reasons[position] = (
                f"rules allow {out.allowed:,} of {out.others:,} {others}{ruled}; a {what} takes at least {takes}"
            )
        else:
            reasons[position] = f"no seat was found that sizes and rules allow{ruled}"
    return reasons


def people_table(
    ready: Prepared,
    status: str,
    seats: Mapping[int, Sequence[Any]],
    names: Sequence[str],
    why: Mapping[int, str],
) -> pd.DataFrame:
    """Return everyone who came in, exactly once: id, label (where there is one), status, some columns, reason.

    Parameters
    ----------
    status : str
        Of those who have a seat.
    seats : mapping of position to cells
        What stands in the columns `names` for whom.
    why : mapping of position to str
        For those who take part and have none.
    """
    everyone, taking = ready.everyone[0], ready.sides.left
    position = {key_of(id): k for k, id in enumerate(taking.ids.tolist())}
    nothing = [None] * len(names)
    rows: list[list[Any]] = []
    columns = zip(everyone.ids.tolist(), everyone.labels.tolist(), everyone.reasons_out.tolist(), strict=True)
    for id, label, out in columns:
        at = position.get(key_of(id))
        if at is None:
            rows.append([id, label, OUT, *nothing, out or OUT])
        elif at in seats:
            rows.append([id, label, status, *seats[at], None])
        else:
            rows.append([id, label, ALONE, *nothing, why[at]])
    frame = pd.DataFrame(rows, columns=["id", "label", "status", *names, "reason"], dtype=object)
    return frame if everyone.label is not None else frame.drop(columns="label")


def plain_rows(frame: pd.DataFrame, ids: Sequence[str] = ("id",)) -> list[dict[str, Any]]:
    """Return the rows of a table as plain data, ids with their types."""
    rows = []
    for row in frame.to_dict("records"):
        plain: dict[str, Any] = {str(key): _plain(cell) for key, cell in row.items()}
        for name in ids:
            if plain.get(name) is not None:
                plain[name] = typed_id(plain[name])
        rows.append(plain)
    return rows


def _plain(cell: Any) -> Any:
    cell = cell.item() if isinstance(cell, np.generic) else cell
    return None if cell != cell else cell
