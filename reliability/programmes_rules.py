"""What rules forbid, worked out from two people's cells alone: written again, by the documentation, for the soak."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

__all__ = ["equal", "in_line", "listed", "nearness", "not_known_equal", "recent", "twins", "vetoed"]

Row = dict[str, Any]
Forbids = Callable[[Row, Row], bool]


def equal(column: str) -> Forbids:
    """``must_differ``: equal values; what is not known forbids nothing."""
    return lambda me, you: me[column] is not None and me[column] == you[column]


def not_known_equal(column: str) -> Forbids:
    """``must_match``: whatever is not known to be equal."""
    return lambda me, you: me[column] is None or me[column] != you[column]


def in_line(bosses: Mapping[Any, Any]) -> Forbids:
    """``not_in_line``: one is above the other, however far."""

    def above(who: Any) -> set[Any]:
        found: set[Any] = set()
        while (who := bosses.get(who)) is not None and who not in found:
            found.add(who)
        return found

    return lambda me, you: you["id"] in above(me["id"]) or me["id"] in above(you["id"])


def listed(pairs: Sequence[tuple[Any, Any]], *, two_sided: bool) -> Forbids:
    """``forbid``, ``veto``, ``no_repeat``: the pairs of a list, whichever way round they are written."""
    known = {*pairs, *((b, a) for a, b in pairs)}
    return lambda me, you: (me["id"], you["id"]) in known


def vetoed(column: str) -> Forbids:
    """``veto`` by a column: one names the other."""

    def names(me: Row, you: Row) -> bool:
        return str(you["id"]) in [part.strip() for part in (me[column] or "").split(";")]

    return lambda me, you: names(me, you) or names(you, me)


def twins(columns: Sequence[str], at_least: float) -> Forbids:
    """``no_twins``: of the columns known of both, at least such a share agrees."""

    def forbids(me: Row, you: Row) -> bool:
        known = [name for name in columns if me[name] is not None and you[name] is not None]
        return bool(known) and sum(me[name] == you[name] for name in known) / len(known) >= at_least

    return forbids


def recent(
    history: Sequence[Row], *, as_of: str, rounds: int | None = None, days: int | None = None
) -> list[tuple[Any, Any]]:
    """The pairs of a history that ``no_repeat`` looks at."""
    names = sorted({row["round"] for row in history})[-rounds:] if rounds else None
    today = dt.date.fromisoformat(as_of)
    return [
        (row.get("a", row.get("mentee")), row.get("b", row.get("mentor")))
        for row in history
        if (names is None or row["round"] in names)
        and (days is None or (today - dt.date.fromisoformat(row["date"])).days <= days)
    ]


def nearness(mine: float, yours: float, scale: float, sweet_spot: float) -> float:
    """What ``near`` says of two known values."""
    off = (abs(mine - yours) - sweet_spot) / scale
    return 1 / (1 + off * off)
