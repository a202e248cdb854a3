"""Whom each pair may ask when a question outgrows it, as `assign_advisers` returns it or as a table says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from peermatch.checks import must_be
from peermatch.cohort.aside import is_missing, read_table
from peermatch.errors import ConfigError, InputError, error_item
from peermatch.explain import Outcome
from peermatch.explain.wording import counted, listing

__all__ = ["Adviser", "AdvisersView", "advisers_view"]


@dataclass(frozen=True)
class Adviser:
    """An adviser of one pair: id and label, both as people read them."""

    id: str
    label: str


@dataclass(frozen=True)
class AdvisersView:
    """Advisers of a result.

    Attributes
    ----------
    of : mapping of pair id to Adviser
    proof : str
        What is proved; empty where nothing is known.
    reasons : mapping of pair id to str
        Why a pair has none, where that is known.
    """

    of: Mapping[str, Adviser] = field(default_factory=dict)
    proof: str = ""
    reasons: Mapping[str, str] = field(default_factory=dict)

    def names(self, pair_ids: list[str]) -> str | None:
        """Return the advisers of some pairs as people read them; None where there is none."""
        found = dict.fromkeys(self.of[id].label for id in pair_ids if id in self.of)
        return listing(list(found)) if found else None

    def section(self, outcome: Outcome, *, by_id: bool) -> dict[str, Any] | None:
        """Return what the page says of them all: how many pairs have one, what is proved, who has none and why.

        Parameters
        ----------
        outcome : Outcome
        by_id : bool
            Whether people are called by their ids.
        """
        if not self.of and not self.reasons:
            return None
        without = []
        for index, id in enumerate(outcome.pair_ids):
            if id not in self.of:
                u, v = outcome.pairs[index].tolist()
                pair = [(0, u), (1, v)]
                names = [str(outcome.cohort(h).ids[p]) if by_id else outcome.label(h, p) for h, p in pair]
                without.append({"who": " and ".join(names), "reason": self.reasons.get(id, "")})
        people = len({adviser.id for adviser in self.of.values()})
        served = len(outcome.pairs) - len(without)
        headline = (
            f"{served:,} of {counted(len(outcome.pairs), 'pair')} can ask one of "
            f"{counted(people, 'adviser')} when a question outgrows them."
        )
        return {"headline": headline, "proof": self.proof, "without": without}


def advisers_view(source: Any, outcome: Outcome) -> AdvisersView:
    """Return the advisers of a result.

    Parameters
    ----------
    source : Advised, table, path, or None
        What `assign_advisers` returned, or a table with the columns pair_id and adviser (and label_adviser: what people
        read).
    outcome : Outcome

    Raises
    ------
    ConfigError
        If it is something else, or advises circles.
    InputError
        If it names a pair that is not one of this result.
    """
    if source is None:
        return AdvisersView()
    whole = all(hasattr(source, name) for name in ("pairs", "unadvised", "certificate"))
    frame = _read(source.pairs if whole else source)
    if "pair_id" not in frame.columns or "adviser" not in frame.columns:
        wanted = (
            "what assign_advisers() returned for these pairs, or a table with the columns pair_id and adviser"
        )
        raise ConfigError(must_be("report()", "advisers", wanted, source))
    labels = frame["label_adviser"] if "label_adviser" in frame.columns else frame["adviser"]
    found = {}
    for pair, id, label in zip(frame["pair_id"], frame["adviser"], labels, strict=True):
        if not is_missing(id):
            found[str(pair)] = Adviser(str(id), str(id if is_missing(label) else label))
    known = set(outcome.pair_ids)
    strangers = [pair for pair in found if pair not in known]
    if strangers:
        message = (
            f"These advisers are not of this result: it has no pair {strangers[0]!r}. Assign advisers to this result, "
            "with its round."
        )
        raise InputError(error_item("unknown_group", message, column="pair_id", found=strangers[0]))
    if not whole:
        return AdvisersView(found)
    rows = _read(source.unadvised).to_dict("records")
    reasons = {str(row["pair_id"]): _reason(row) for row in rows if "pair_id" in row}
    return AdvisersView(found, str(source.certificate.sentence), reasons)


def _read(table: Any) -> pd.DataFrame:
    try:
        return read_table(table, what="advisers")
    except InputError as error:
        wanted = (
            "what assign_advisers() returned for these pairs, or a table with the columns pair_id and adviser"
        )
        raise ConfigError(must_be("report()", "advisers", wanted, table) + f" {error}") from None


def _reason(row: Mapping[Any, Any]) -> str:
    relax = row.get("relax")
    more = "" if is_missing(relax) or not relax else f"; what would help first: {relax}"
    return f"{row['reason']}{more}"
