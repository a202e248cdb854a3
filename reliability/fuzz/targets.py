"""The targets by name: which function, how long an input may be, and from what the fuzzer starts."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import tomli_w

from reliability.fuzz import beside, commands, documents, tables

__all__ = ["TARGETS", "TOKENS", "Target", "seeds"]

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "tests" / "cohort" / "corpus"
KEPT = ROOT / "tests" / "reliability" / "inputs"

TOKENS = (
    '","', '";"', "\t", "\r\n", '""', "\ufeff", "N/A", "#REF!", "id", "manager", "e-mail", "yes", "no",
    "03/04/2019", "2019-04-03",
    "13.02.2019", "1.23E+05", "007", "Last, First", "a; b", "a|b", "\u00a0", "\u200b", "kind", "near",
    "above", "same", "different",
    "overlap", "complement", "available", "prefers", "ties", "novelty", "[[criteria]]", "[[rules]]",
    "column = ", "weight = ",
    "must_differ", "not_in_line", "no_repeat", "forbid", "require", "veto", "no_twins", "at_least",
    "sides = ", "capacity = ",
    "objective = ", '"best_total"', '"trio"', "schema = 1", "[", "]", "{", "}", "=", "inf", "nan", "1e308",
    "-1", "true",
)  # fmt: skip


@dataclass(frozen=True)
class Target:
    """A way in.

    Attributes
    ----------
    function : callable
        From bytes to a word on how it went; raises where a promise is broken.
    share : int
        How large a part of all inputs it gets.
    longest : int
        Bytes of an input, at most.
    """

    function: Callable[[bytes], str]
    share: int
    longest: int


TARGETS = {
    "delimited": Target(tables.delimited, 30, 2000),
    "workbooks": Target(tables.workbooks, 10, 800),
    "frames": Target(tables.frames, 15, 800),
    "configurations": Target(documents.configurations, 15, 500),
    "toml": Target(documents.toml, 10, 1500),
    "results": Target(documents.results, 10, 300),
    "saved": Target(documents.saved, 10, 300),
    "histories": Target(beside.histories, 6, 300),
    "commands": Target(commands.commands, 4, 300),
}


def seeds(name: str, count: int = 200, seed: int = 0) -> list[bytes]:
    """Return inputs to start from: good ones, those that once broke something, and lucky bytes of a seed.

    Examples
    --------
    >>> len(seeds("results", 5)) >= 5
    True
    """
    rng = random.Random(f"{name} {seed}")
    found = [path.read_bytes() for path in sorted((KEPT / name).glob("*")) if path.is_file()]
    if name == "delimited":
        files = [path.read_bytes()[:1800] for path in sorted(CORPUS.glob("*.csv"))]
        found += [bytes(12) + text for text in files]
        found += [rng.randbytes(12) + rng.choice(files) for _ in range(count)]
    elif name == "workbooks":
        found += [bytes(10) + b"\x07" + path.read_bytes()[:780] for path in sorted(CORPUS.glob("*.xlsx"))]
    elif name == "toml":
        for config in (documents.CONFIG, documents.SIDED):
            found.append(tomli_w.dumps(config).encode()[:1500])
            for key in ("criteria", "rules"):
                for part in config[key]:
                    plain = {"id": "id", "criteria": [{"kind": "near", "column": "years"}]}
                    plain[key] = [*plain.get(key, []), part] if part != plain["criteria"][0] else [part]
                    found.append(tomli_w.dumps(json.loads(json.dumps(plain))).encode())
        if config := documents.SIDED:
            found.append(tomli_w.dumps({key: config[key] for key in ("id", "sides", "criteria")}).encode())
    if name not in ("delimited", "toml"):
        found += [rng.randbytes(rng.randrange(10, TARGETS[name].longest)) for _ in range(count)]
    if name == "toml":
        found += [_slips(rng, rng.choice(found)) for _ in range(count)]
    return found


def _slips(rng: random.Random, text: bytes) -> bytes:
    """A few slips of the keyboard."""
    changed = bytearray(text)
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(changed) + 1)
        if rng.random() < 0.5:
            changed[at:at] = rng.choice(TOKENS).encode()
        else:
            del changed[at : at + rng.randrange(1, 6)]
    return bytes(changed)
