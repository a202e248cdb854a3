"""``peermatch verify``: two verdicts on a saved result, years later if need be.

The first is about the proof, on the numbers that were scored then. The second is about a table of people: whether these
numbers come from it. That somebody was erased from the table, or has moved to another team since, is told, and is no
failure of the proof.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from peermatch.cli.console import DONE, NOT_PROVED, Console
from peermatch.errors import ConfigError
from peermatch.explain.wording import wrapped

if TYPE_CHECKING:
    from peermatch.programme import InputVerdict
    from peermatch.verify import EvidenceVerdict

__all__ = ["run_verify"]

_SHOWN = 20


def run_verify(args: argparse.Namespace, console: Console) -> int:
    """Check a result, and hold a table of people against it where one is named."""
    tables = _tables(args)
    from peermatch.pairing import SavedResult
    from peermatch.scoring import thread_count
    from peermatch.verify import verify_result

    saved = SavedResult.read(args.result)
    document = saved.to_dict()
    proof = _with_manifest(verify_result(document, threads=thread_count()), saved.altered)
    found = None if tables is None else _reproduced(args, document, tables)
    if args.json:
        console.data(json.dumps(_plain(args, proof, found), ensure_ascii=False, indent=1) + "\n")
    elif not console.quiet:
        console.result(_text(args, document, proof, found))
    elif not proof.holds:
        console.error(proof.sentence)
    return DONE if proof.holds else NOT_PROVED


def _with_manifest(proof: EvidenceVerdict, altered: Sequence[str]) -> EvidenceVerdict:
    """Add what is not as the manifest says: somebody has edited the result, and not its manifest."""
    if not altered:
        return proof
    faults = tuple(
        f"What the result says of its {what} is not what its manifest was made for." for what in altered
    )
    sentence = proof.sentence if proof.faults else f"The result was edited: {faults[0]}"
    return replace(proof, holds=False, faults=(*proof.faults, *faults), sentence=sentence)


def _tables(args: argparse.Namespace) -> tuple[Any, Any] | None:
    """Return the tables of people; None where none is named."""
    both = (args.left, args.right)
    if args.people is not None and both != (None, None):
        raise ConfigError("peermatch verify takes either a table of people, or --left and --right; not both.")
    if args.people is not None:
        return args.people, None
    if both == (None, None):
        beside = {"--config": args.config, "--org": args.org, "--history": args.history, "--key": args.key}
        lonely = [option for option, value in beside.items() if value is not None]
        if lonely:
            raise ConfigError(
                f"{lonely[0]} helps to hold a table of people against the result: name that table as well."
            )
        return None
    if None in both:
        raise ConfigError("peermatch verify takes both --left and --right, or neither.")
    return both


def _reproduced(args: argparse.Namespace, document: dict[str, Any], tables: tuple[Any, Any]) -> InputVerdict:
    from peermatch.cli.match import decoded
    from peermatch.cli.record import key_in_file
    from peermatch.matcher import PeerMatcher
    from peermatch.programme import reproduce
    from peermatch.programme.reproduced import matcher_of

    matcher = None if args.config is None else PeerMatcher.from_toml(args.config)
    reader = matcher if matcher is not None else matcher_of(document["settings"], [])
    key = None if args.key is None else key_in_file(args.key, document["manifest"]["key"]["id"])
    left, right = (
        table if table is None or reader is None else decoded(table, reader, args.encoding)
        for table in tables
    )
    return reproduce(
        document,
        left,
        right,
        role=args.role,
        matcher=matcher,
        org=args.org if args.org is None or reader is None else decoded(args.org, reader, args.encoding),
        history=_history(args.history, document.get("round")),
        key=key,
    )


def _history(path: str | None, round: str | None) -> Any:
    """Return the earlier pairs, without those of the round itself."""
    if path is None:
        return None
    from peermatch.cli.results import read_history

    return read_history(path, round)[0]


def _plain(args: argparse.Namespace, proof: EvidenceVerdict, found: InputVerdict | None) -> dict[str, Any]:
    return {
        "schema": "peermatch/verification/1",
        "proof": {
            "holds": proof.holds,
            "proved": proof.proved,
            "has_evidence": proof.has_evidence,
            "pairs_covered": proof.pairs_covered,
            "sentence": proof.sentence,
            "faults": list(proof.faults),
            "not_checked": list(proof.not_checked),
        },
        "input": None if found is None else found.to_dict(),
    }


def _text(
    args: argparse.Namespace, document: dict[str, Any], proof: EvidenceVerdict, found: InputVerdict | None
) -> str:
    round = document.get("round")
    pairs, people = len(document["pairs"]), len(document["people"])
    lines = [
        f"{'The result' if round is None else f'Round {round}'}: {pairs:,} pairs of {people:,} people, "
        f"made with peermatch {document['settings'].get('peermatch', 'of an unknown version')}.",
        "",
        f"1. The proof: {_proof_in_words(proof)}",
        *_paragraph(proof.sentence),
        *_listed("What is wrong:", proof.faults[1:]),
        *_listed("Not checked:", proof.not_checked),
    ]
    if found is None:
        lines += [
            "",
            "2. The input: not looked at. Name the table of people to have it held against the result.",
        ]
    else:
        lines += ["", f"2. The input: {_verdict_in_words(found)}", *_paragraph(found.sentence)]
        lines += _listed(
            "Changed since:", [f"{_name(person)}: {'; '.join(what)}" for person, what in found.changed]
        )
        lines += _listed("No longer there:", [_name(person) for person in found.erased])
        lines += _listed("New:", [_name(person) for person in found.added])
        lines += _listed("Other than then:", found.differs)
        lines += _listed("Not checked:", found.not_checked)
    return "\n".join(lines) + "\n"


def _proof_in_words(proof: EvidenceVerdict) -> str:
    if not proof.holds:
        return "DOES NOT HOLD"
    return "holds" if proof.proved else "nothing contradicts it, and nothing was proved anew"


def _verdict_in_words(found: InputVerdict) -> str:
    if found.by == "nothing":
        return "nothing could be said"
    return "reproduced" if found.reproduced else "reproduced in part"


def _name(person: tuple[str | None, tuple[str, Any]]) -> str:
    side, (_, id) = person
    return str(id) if side is None else f"{side} {id}"


def _paragraph(text: str) -> list[str]:
    return wrapped(text, indent="   ").split("\n")


def _listed(title: str, lines: Sequence[str]) -> list[str]:
    if not lines:
        return []
    more = [f"   - and {len(lines) - _SHOWN:,} more (--json lists all)"] if len(lines) > _SHOWN else []
    told = [f"   - {wrapped(line, indent='     ').lstrip()}" for line in lines[:_SHOWN]]
    return [f"   {title}", *told, *more]
