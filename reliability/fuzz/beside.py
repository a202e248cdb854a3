"""Target: what comes beside the people: history, locks, preferences, ties, vetoes, people set aside."""

from __future__ import annotations

from typing import Any

import pandas as pd

import peermatch as pm
from reliability.fuzz.documents import LIMIT, PEOPLE, check_whole
from reliability.fuzz.draw import Draw
from reliability.fuzz.tables import folder

__all__ = ["histories"]


def histories(data: bytes) -> str:
    """History, locks, preferences, ties, vetoes, people set aside: tables and lists with odd cells."""
    draw = Draw(data)
    ids = [f"p{k}" for k in range(8)]

    def who(*, key: bool = False) -> Any:
        found = draw.choice(ids) if draw.byte() % 16 else draw.value()
        return str(found) if key and isinstance(found, list | dict) else found

    def table(names: list[str]) -> Any:
        kind = (0, 0, 1, 2, 2, 3, 3, 4)[draw.byte() % 8]
        rows = [
            [who() if name in ("a", "b", "id", "candidate") else draw.value(2) for name in names]
            for _ in range(draw.number(0, 5))
        ]
        if kind == 0:
            return [dict(zip(names, row, strict=True)) for row in rows]
        if kind == 1:
            return [tuple(row[-2:] if draw.byte() % 8 else row) for row in rows]
        if kind == 2:
            return pd.DataFrame(rows, columns=names, dtype=object)
        if kind == 3:
            path = folder() / "beside.csv"
            lines = [",".join(names), *(",".join(str(cell) for cell in row) for row in rows)]
            path.write_text("\n".join(lines), encoding="utf-8", errors="surrogatepass")
            return path
        return draw.value()

    pairs = [name for name in ("round", "date", "a", "b") if name in "ab" or draw.flag()]
    options: dict[str, Any] = {}
    criteria, rules = [pm.near("years")], []
    which = draw.byte() & draw.byte()  # a few at a time
    if which & 1:
        options["history"] = table(pairs)
        rules.append(
            pm.no_repeat()
            if draw.flag()
            else pm.no_repeat(rounds=2)
            if draw.flag()
            else pm.no_repeat(days=30)
        )
        options["as_of"] = "2026-12-01"
        if draw.flag():
            criteria.append(pm.novelty(half_life=2))
    if which & 2:
        options["locks"] = table(["a", "b"])
    if which & 4:
        lists = {who(key=True): [who() for _ in range(draw.number(0, 4))] for _ in range(draw.number(0, 4))}
        options["preferences"] = lists if draw.flag() else table(["id", "candidate", "rank"])
        options["unlisted"] = draw.choice(["after", "never"])
    if which & 8:
        options["set_aside"] = [who() for _ in range(draw.number(0, 3))] if draw.flag() else table(["id"])
    if which & 16:
        criteria.append(pm.ties(table(["a", "b", "strength"])))
    if which & 32:
        rules.append(pm.forbid(table(["a", "b"])) if draw.flag() else pm.veto(table=table(["a", "b"])))
    if which & 64:
        criteria.append(pm.prefers(table=table(["id", "candidate", "rank"])))
    if which & 128:
        options["first"] = (
            {who(key=True): draw.numeric() for _ in range(draw.number(0, 3))}
            if draw.flag()
            else table(["id"])
        )
    pairing = pm.PeerMatcher("id", criteria, rules).match(PEOPLE, time_limit=LIMIT, **options)
    check_whole(pairing, PEOPLE)
    if draw.flag():
        extended = pm.extend_history(options.get("history"), pairing)
        assert len(extended) >= len(pairing.pairs)
    return "ok: matched"
