"""``peermatch explain``: why one person has the partner they have, who else was possible, and why not somebody else."""

from __future__ import annotations

import argparse
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from peermatch.cli.configuring import take_configuration
from peermatch.cli.console import DONE, Console
from peermatch.cli.earlier_run import EarlierRun, note_of_results
from peermatch.cli.files import check_day
from peermatch.cli.match import decoded, matched, tables_of
from peermatch.cli.progress import say_that_it_compiles
from peermatch.errors import ConfigError

if TYPE_CHECKING:
    from peermatch.explain import Alternatives, Price
    from peermatch.pairing import Pairing

__all__ = ["run_explain"]

_SCHEMA = "peermatch/explanation/1"
_EXACT = 1_000  # up to so many people the alternatives are matched again one by one, for exact prices


def run_explain(args: argparse.Namespace, console: Console) -> int:
    """Pair the people again, and explain one of them."""
    take_configuration(args, "explain", console)
    run = None if args.results is None else EarlierRun.read(args.results)
    if run is not None:
        run.fill(args)
    check_day(args.as_of)
    if args.other is not None and args.audience == "participant":
        raise ConfigError(
            "--with is about a third person, and of these only the administrator and the auditor read. Leave out "
            "--audience participant, or --with."
        )
    from peermatch.cli.results import read_history
    from peermatch.matcher import PeerMatcher

    matcher = PeerMatcher.from_toml(args.config)
    people = tables_of(args, matcher)
    org = None if args.org is None else decoded(args.org, matcher, args.encoding)
    history = None if args.history is None else read_history(args.history, args.round)[0]
    say_that_it_compiles(console)
    history = None if history is None or not len(history) else history  # of a first round: nothing before it
    pairing = matched(args, matcher, people, org, history, console)
    if run is None:
        note_of_results(args, pairing, console)
    else:
        run.warn_of_others(pairing, console)
    answers = _answers(args, pairing)
    if args.json:
        from peermatch.report import json_text

        console.data(json_text(_plain(args, pairing, answers)))
    else:
        console.result(
            "\n\n\n".join(f"{_heading(title)}{answer}" for title, answer in answers.values()) + "\n"
        )
    return DONE


def _heading(title: str) -> str:
    return f"{title}\n{'=' * len(title)}\n\n" if title else ""


def _answers(args: argparse.Namespace, pairing: Pairing) -> dict[str, tuple[str, Any]]:
    """Return what is asked: by a name for programs, a heading for people, and the answer."""
    id, side, audience = _id(pairing, args.id), args.side, args.audience
    explained = pairing.explain(id, side, audience=audience)
    answers: dict[str, tuple[str, Any]] = {"explanation": ("", explained)}
    if audience == "participant" or explained.status == "not taking part":
        return answers
    why_not = None
    if args.other is not None:
        other = _id(pairing, args.other)
        why_not = pairing.why_not(id, other, audience=audience)
        name = str(other) if audience == "auditor" else _label(pairing, other)
        answers["why_not"] = (f"Why not {name}?", why_not)
    if audience == "auditor":
        return answers
    if explained.status == "unmatched" and pairing.stability is None:
        answers["why_unmatched"] = ("What would have to change", pairing.why_unmatched(id, side))
    found = pairing.alternatives(id, args.k, side, exact=_takes_part(pairing) <= _EXACT)
    if why_not is not None:
        found = _priced(found, other, why_not.price)
    answers["alternatives"] = ("Who else was possible", found)
    return answers


def _takes_part(pairing: Pairing) -> int:
    """Count those who take part, of both sides."""
    sides = pairing.sides
    return len(sides.left) + (0 if sides.right is None else len(sides.right))


def _priced(found: Alternatives, other: Any, price: Price | None) -> Alternatives:
    """Put the exact price of one pair in its row: the same pair has no other price further up the page."""
    at = [place for place, id in enumerate(found.frame["id"].tolist()) if id == other]
    if price is None or not at or found.frame["chosen"].tolist()[at[0]]:
        return found
    frame = found.frame.copy()
    for name, value in (("pairs_lost", price.pairs), ("price", price.total)):
        cells = frame[name].tolist() if name in frame else [math.nan] * len(frame)
        cells[at[0]] = value
        frame[name] = [float(cell) for cell in cells]
    return replace(found, frame=frame)


def _id(pairing: Pairing, text: str) -> Any:
    """Return the id that someone means: as a text where there is such a one, else by what it reads like."""
    for cohort in pairing.everyone:
        for id in [] if cohort is None else cohort.ids.tolist():
            if id == text:
                return id
    for cohort in pairing.everyone:
        for id in [] if cohort is None else cohort.ids.tolist():
            if str(id) == text:
                return id
    return text


def _label(pairing: Pairing, id: Any) -> str:
    for cohort in pairing.everyone:
        if cohort is not None and id in cohort.ids.tolist():
            return str(cohort.labels[cohort.ids.tolist().index(id)])
    return str(id)


def _plain(args: argparse.Namespace, pairing: Pairing, answers: dict[str, tuple[str, Any]]) -> dict[str, Any]:
    """Return answers as data: of each its text and its table, a row an object."""
    data: dict[str, Any] = {
        "schema": _SCHEMA,
        "id": str(_id(pairing, args.id)),
        "audience": args.audience,
        "round": args.round,
        "status": pairing.certificate.status,
    }
    for name, (_, answer) in answers.items():
        data[name] = {"text": answer.text, "table": _rows(answer.table)}
    if "why_not" in answers:
        found = answers["why_not"][1]
        price = found.price
        data["why_not"] |= {
            "verdict": found.verdict,
            "score": found.score,
            "at_least": found.at_least,
            "exact": found.exact,
            "price": None if price is None else vars(price),
        }
    return data


def _rows(table: Any) -> list[dict[str, Any]]:
    """Return a table as plain data; what is missing is null."""
    return [{str(name): _cell(cell) for name, cell in row.items()} for row in table.to_dict("records")]


def _cell(cell: Any) -> Any:
    if isinstance(cell, list | tuple):
        return [_cell(part) for part in cell]
    if cell is None or cell != cell:
        return None
    item = getattr(cell, "item", None)
    cell = item() if callable(item) else cell
    return cell if isinstance(cell, bool | int | float | str) else str(cell)
