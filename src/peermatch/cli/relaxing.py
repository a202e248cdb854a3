"""Which rule to relax: what each one costs everybody, and those who were left without a partner."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from peermatch.errors import ConfigError
from peermatch.report import csv_text, write_files

if TYPE_CHECKING:
    from peermatch.pairing import Pairing

__all__ = ["RELAXING_FILES", "check_relaxing", "write_relaxations"]

RELAXING_FILES = ("relaxations.csv", "why_unmatched.csv")
_PEOPLE = 100
"""Each takes as many matchings as there are rules."""


def check_relaxing(relax: bool, folder: Path | None, stable: bool) -> None:
    """Refuse --relax where there is nowhere to write to, or nothing to be said."""
    if not relax:
        return
    if folder is None:
        raise ConfigError("--relax writes relaxations.csv and why_unmatched.csv: name a folder with --out.")
    if stable:
        raise ConfigError("--relax is for the best total: what a rule costs stable pairs is not known.")


def write_relaxations(folder: Path, pairing: Pairing) -> list[str]:
    """Write what leaving each rule out would change, and what waiving it for one person would.

    Parameters
    ----------
    folder : Path
    pairing : Pairing
        Of the first hundred people without a partner each has a row for every rule that excludes others, or one
        with the reason alone.
    """
    import pandas as pd

    everybody = pd.DataFrame(pairing.relaxations().to_dict("records"))
    rows = []
    unmatched = pairing.unmatched
    for record in unmatched.to_dict("records")[:_PEOPLE]:
        why = pairing.why_unmatched(record["id"], record.get("side"))
        table = why.table.assign(cheapest=[rule == why.cheapest for rule in why.table["rule"]])
        rows += [
            {**{key: record[key] for key in ("id", "side") if key in record}, **row, "reason": why.reason}
            for row in (table.to_dict("records") or [{}])  # no rule plays a part: the reason alone
        ]
    names = [
        *(["id", "side"] if "side" in unmatched else ["id"]),
        "rule",
        "removes",
        "alone",
        "partner",
        "pairs",
    ]
    people = pd.DataFrame(rows, columns=[*names, "total", "exact", "cheapest", "reason"], dtype=object)
    texts = {name: csv_text(table) for name, table in zip(RELAXING_FILES, (everybody, people), strict=True)}
    return [path.name for path in write_files(folder, texts)]
