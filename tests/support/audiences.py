"""A synthetic programme in which everything that somebody must not read carries a mark of its own."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import peermatch as pm

GOALS = ["Speaking; Writing", "Speaking", "Painting; Speaking", "Painting", "Writing", "Writing; Painting"]
TEACH = ["SQL", "Chess", "Go"]
SHOW = (
    "goals",
    "teach",
    "learn",
    "faith",
)  # faith is sensitive: it is not shown although somebody put it here
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def people(n: int = 11) -> list[dict[str, Any]]:
    """Return people whose every value is telling: SECRET<column><letter>, or a number that stands nowhere else."""
    return [
        {
            "id": f"id-{LETTERS[k]}",
            "name": f"Person {LETTERS[k].upper()}{LETTERS[k]}",
            "goals": GOALS[k % 6],
            "teach": TEACH[k % 3],
            "learn": TEACH[(k + 1) % 3],
            "pay": 70_000 + 611 * k,
            "faith": f"SECRETfaith{LETTERS[k % 3]}",
            "team": f"SECRETteam{LETTERS[k % 4]}",
            "site": f"SECRETsite{LETTERS[k % 2]}",
            "boss": f"SECRETboss{LETTERS[k % 5]}",
            "diary": f"SECRETdiary{LETTERS[k]}",
            "not_with": f"id-{LETTERS[(k + 1) % n]}" if k % 4 == 0 else "",
            "counts": k % 2 == 0,
            "in": "no" if k == 5 else "yes",
        }
        for k in range(n)
    ]


def matcher(**options: Any) -> pm.PeerMatcher:
    """Return a matcher that uses most columns: some shown, one sensitive, two private rules, one unused."""
    criteria = [
        pm.overlap("goals", weight=3, name="goals", decided_by="the works council"),
        pm.complement("teach", "learn", weight=5, name="help"),
        pm.near("pay", scale=9000, name="pay"),
        pm.same("faith", sensitive=True, name="belief"),
        pm.different(["team", "faith"], name="background", when="counts"),
    ]
    rules = [
        pm.must_differ("boss", name="other_boss"),
        pm.veto("not_with", name="SECRETveto"),
        pm.veto(table=[("id-c", "id-h"), ("id-i", "id-b")], name="SECRETlist"),
    ]
    given: dict[str, Any] = {"label": "name", "eligible": "in", "show": SHOW, "decided_by": "HR, 3 May"}
    given |= options
    return pm.PeerMatcher("id", given.pop("criteria", criteria), given.pop("rules", rules), **given)


def pairing(rows: list[dict[str, Any]] | None = None, **options: Any) -> Any:
    """Match them."""
    locks = options.pop("locks", None)
    return matcher(**options).match(people() if rows is None else rows, round="r", locks=locks)


def forms(found: Any) -> list[str]:
    """Return all texts that somebody can get out of an answer."""
    texts = [str(found), repr(found)]
    for name in (
        "text",
        "markdown",
        "html",
        "table",
        "frame",
        "candidates",
        "pairs",
        "moves",
        "people",
        "totals",
    ):
        part = getattr(found, name, None)
        if part is not None:
            texts.append(part.to_csv(index=False) if hasattr(part, "to_csv") else str(part))
    if hasattr(found, "_repr_html_"):
        texts.append(found._repr_html_())
    return texts


def body(page: str) -> str:
    """Return what a reader sees of a page: style, policy and tags have digits of their own."""
    page = re.sub(r"<head>.*?<title>(.*?)</title>.*?</head>|</?h[1-6]>", r"\1", page, flags=re.S)
    return re.sub(r' style="[^"<>]*"', "", page)


def participants_text(found: Any, id: Any, partners: list[Any], folder: Path) -> str:
    """Return everything that one participant can be given, and every error that answers their other questions."""
    told = found.explain(id, audience="participant")
    texts = [*map(body, forms(told)), told.table.to_string(index=False)]
    for partner in partners:
        texts += map(body, forms(found.meeting_guide(id, partner, audience="participant")))
    if "id" in inspect.signature(found.report).parameters:
        page = found.report(folder / "own.html", audience="participant", id=id)
        texts.append(body(page.read_text(encoding="utf-8")))
    notices = found.notices()
    own = notices[(notices["id"] == id).to_numpy()]
    texts += own[["status", "partners", "text"]].to_csv(index=False, header=False).split("\n")
    return "\n".join([*texts, *refusals(found, id)])


def refusals(found: Any, id: Any) -> Iterator[str]:
    """Yield the errors of everything that participants may not ask."""
    asked = {
        "alternatives": (id,), "why_not": (id, "id-d"), "why_unmatched": (id,), "why_stable": (id, "id-d"),
        "quality": ("faith",), "close_gap": ("faith",), "table": ("people",), "explanations": (), "summary": (),
        "uses": (), "relaxations": (), "sensitivity": (), "what_if": (), "frontier": (), "coverage": (),
        "price_of_stability": (), "to_dict": (), "to_json": (), "to_networkx": (),
    }  # fmt: skip
    for name, arguments in asked.items():
        try:
            getattr(found, name)(*arguments, audience="participant")
        except pm.ConfigError as error:
            yield str(error).replace(repr(id), "") + repr(error.items).replace(repr(id), "")
        else:
            raise AssertionError(f"{name} answered a participant")


def auditors_text(found: Any, folder: Path) -> str:
    """Return everything that an auditor can be given."""
    ids = found.people["id"].tolist()
    left = found.unmatched["id"].tolist()
    taking = [
        id for id, status in zip(ids, found.people["status"], strict=True) if status != "not taking part"
    ]
    answers = [
        *(found.explain(id, audience="auditor") for id in ids),
        *found.explanations(audience="auditor"),
        *(found.alternatives(id, 20, audience="auditor") for id in taking),
        *(found.why_not(taking[0], id, audience="auditor") for id in taking[1:]),
        *(found.why_unmatched(id, audience="auditor") for id in left),
        found.sensitivity(0.5, audience="auditor"),
        found.what_if({"goals": 9}, audience="auditor"),
    ]
    texts = [text for answer in answers for text in forms(answer)]
    tables = ("people", "pairs", "members", "unmatched", "rules", "repairs", "changes", "uses")
    texts += [found.table(name, audience="auditor").to_csv() for name in tables]
    texts += [
        found.relaxations(audience="auditor").to_csv(),
        found.frontier(5, audience="auditor").to_csv(),
        found.coverage(audience="auditor").to_csv(),
        found.uses().to_csv(),
    ]
    graph = found.to_networkx(audience="auditor")
    texts += [repr(list(graph.nodes(data=True))), repr(list(graph.edges(data=True))), repr(graph.graph)]
    texts += [found.summary(audience="auditor"), found.to_json(audience="auditor"), repr(found)]
    texts += [path.read_text() for path in found.to_csv(folder, audience="auditor")]
    texts.append(found.report(folder / "audit.html", audience="auditor").read_text())
    return "\n".join(texts)


def administrators_text(found: Any, folder: Path) -> str:
    """Return everything that an administrator can ask about people, pairs and rules."""
    ids = found.people["id"].tolist()
    taking = [id for id, out in zip(ids, found.people["status"], strict=True) if out != "not taking part"]
    answers = [
        *(found.explain(id) for id in ids),
        *(found.alternatives(id, 20) for id in taking),
        *(found.why_not(a, b, exact=False) for a in taking for b in taking if a != b),
        *(found.why_unmatched(id) for id in found.unmatched["id"]),
    ]
    texts = [text for answer in answers for text in forms(answer)]
    texts += [found.relaxations().to_csv(), found.uses().to_csv(), found.rules.to_csv(), found.summary()]
    graph = found.to_networkx()
    texts += [repr(list(graph.nodes(data=True))), repr(list(graph.edges(data=True))), repr(found)]
    texts += [path.read_text() for path in found.to_csv(folder)]
    return "\n".join(texts)
