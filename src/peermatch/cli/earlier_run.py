"""The run that wrote a folder of results: what it was run with, and whether matching again gives its pairs."""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from peermatch.cli.console import Console
from peermatch.cli.files import HISTORY
from peermatch.errors import ConfigError, InputError
from peermatch.publication import finish

if TYPE_CHECKING:
    from peermatch.pairing import Pairing

__all__ = ["EarlierRun", "note_of_results"]

_RESULT = "result.json"
_BESIDE = "results"
_SCHEMA = "peermatch/pairing/1"

Pair = tuple[str, str]


@dataclass(frozen=True)
class EarlierRun:
    """What ``result.json`` of a folder says of a run.

    Attributes
    ----------
    folder : Path
    round, as_of : str or None
    pairs : frozenset
        The ids of the two, of one pool in the order of their texts.
    people : frozenset
        Everybody's ids, with the side where there are two.
    settings : dict
        The configuration that it ran with, as plain data.
    first : dict or None
        Of a programme: how much each person went first, as the proof says.
    """

    folder: Path
    round: str | None
    as_of: str | None
    pairs: frozenset[Pair]
    people: frozenset[Pair]
    settings: dict[str, Any]
    first: dict[Any, int] | None

    @classmethod
    def read(cls, folder: str) -> EarlierRun:
        """Read a folder of results.

        Raises
        ------
        ConfigError
            If there is no ``result.json`` in the folder.
        InputError
            If it cannot be read as a result.
        """
        finish(folder)
        path = Path(folder) / _RESULT
        if not path.is_file():
            raise ConfigError(
                f"--results must be a folder that peermatch match, round or update wrote: there is no {path}."
            )
        try:
            return cls.of(Path(folder), json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            raise InputError(
                f"{path} is no result of peermatch (of the schema {_SCHEMA}), or was changed. Match again with "
                f"--out {folder}, or leave out --results."
            ) from None

    @classmethod
    def of(cls, folder: Path, data: dict[str, Any]) -> EarlierRun:
        """Take what is needed of a result as plain data; ValueError, LookupError or TypeError where it is none."""
        if data["schema"] != _SCHEMA:
            raise ValueError(data["schema"])
        settings, two_sided = data["settings"], bool(data["two_sided"])
        named = (data["round"], settings.get("as_of"))
        if not all(one is None or isinstance(one, str) for one in named):
            raise TypeError(named)
        pairs = [(pair["a"]["value"], pair["b"]["value"]) for pair in data["pairs"]]
        people = [(str(person.get("side") or ""), person["id"]["value"]) for person in data["people"]]
        return cls(
            folder, *named, _pairs(pairs, two_sided), frozenset(people), settings, _first(data["certificate"])
        )

    def fill(self, args: argparse.Namespace) -> None:
        """Put the round, the day, the earlier pairs and who went first into `args` where they are not given.

        The folder's history holds the pairs from before as well as the run's own. Only a round that has a name
        tells them apart.
        """
        args.round = self.round if args.round is None else args.round
        args.as_of = self.as_of if args.as_of is None else args.as_of
        args.first = self.first
        history = self.folder / HISTORY
        if args.history is None and self.round is not None and args.round == self.round and history.is_file():
            args.history = str(history)

    def warn_of_others(self, pairing: Pairing, console: Console) -> None:
        """Say so where matching again gave other pairs than the folder holds, with what is known of the reasons."""
        now = _pairs_of(pairing)
        if now == self.pairs:
            return
        lost, new = len(self.pairs - now), len(now - self.pairs)
        console.error(
            f"these are not the pairs of {self.folder}: matching again gives {new:,} other "
            f"{'pair' if new == 1 else 'pairs'}, and {lost:,} of the {len(self.pairs):,} in {self.folder / _RESULT} "
            f"{'is' if lost == 1 else 'are'} missing. What follows explains the new pairs.\n"
            + self._reasons(pairing)
        )

    def _reasons(self, pairing: Pairing) -> str:
        found = []
        people = _people_of(pairing)
        if people != self.people:
            found.append(
                f"the table (people who are only in the results: {len(self.people - people):,}; only in the "
                f"table: {len(people - self.people):,})"
            )
        now = json.loads(json.dumps(pairing.settings, default=str))
        differ = [key for key in sorted({*now, *self.settings}) if now.get(key) != self.settings.get(key)]
        for key, words in (("round", "the round"), ("as_of", "the day"), ("peermatch", "the version")):
            if key in differ:
                found.append(
                    f"{words} ({self.settings.get(key) or 'none'} then, {now.get(key) or 'none'} now)"
                )
        rest = [key for key in differ if key not in ("round", "as_of", "peermatch")]
        if rest:
            found.append(f"the configuration ({', '.join(rest)})")
        if found:
            return f"What differs: {'; '.join(found)}."
        return (
            "People, configuration, round and day are the same. Likely reasons: other cells in the table; another "
            "--history, --org, --locks, --set-aside or --preferences; or pairs that update kept or draft changed."
        )


def note_of_results(args: argparse.Namespace, pairing: Pairing, console: Console) -> None:
    """Point to the folder `results` here, where it holds the same people's pairs of another round than was given."""
    if not (Path(_BESIDE) / _RESULT).is_file():
        return
    try:
        run = EarlierRun.read(_BESIDE)
    except (ConfigError, InputError):
        return  # nobody asked for it
    if run.round == args.round or run.people != _people_of(pairing):
        return
    there = "no named round" if run.round is None else f"round {run.round}"
    here = "no --round was given" if args.round is None else f"--round is {args.round}"
    console.note(
        f"note: {Path(_BESIDE) / _RESULT} holds pairs of these people of {there}, and {here}, so these may be other "
        f"pairs: the round breaks ties. To explain the pairs there: --results {_BESIDE}"
        + ("" if args.round is None else ", without --round")
        + "."
    )


def _first(certificate: dict[str, Any]) -> dict[Any, int] | None:
    """Return who went first, and how much, of a proof that speaks of it."""
    if certificate["kind"] != "protected":
        return None
    ids = [
        int(one["value"]) if one["type"] == "int" else one["value"] for one in certificate["vertices"] or ()
    ]
    numbers = (certificate["evidence"] or {}).get("first") or ()
    return {id: int(number) for id, number in zip(ids, numbers, strict=True) if number} or None


def _pairs(pairs: list[Pair], two_sided: bool) -> frozenset[Pair]:
    return frozenset(pair if two_sided else (min(pair), max(pair)) for pair in pairs)


def _pairs_of(pairing: Pairing) -> frozenset[Pair]:
    table, (first, second) = pairing.pairs, pairing.sides.names
    ids = zip(table[first], table[second], strict=True)
    return _pairs([(str(a), str(b)) for a, b in ids], pairing.sides.two_sided)


def _people_of(pairing: Pairing) -> frozenset[Pair]:
    names = pairing.sides.names if pairing.sides.two_sided else ("", "")
    cohorts = zip(names, pairing.everyone, strict=True)
    return frozenset(
        (name, str(id)) for name, cohort in cohorts if cohort is not None for id in cohort.ids.tolist()
    )
