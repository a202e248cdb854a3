"""What a run did with people's data: which columns were used for what, who sees them, what was ignored and is kept.

It names columns, never people or values, and no number of people that is small. So it can be handed to whoever asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from peermatch.checks import must_be
from peermatch.cohort import Cohort
from peermatch.cohort.display import card, frame_table, paragraph
from peermatch.criteria import columns_of, folded
from peermatch.errors import ConfigError
from peermatch.explain import NOT_RECORDED, NOT_USED, Outcome, consent_counts, hidden_count
from peermatch.explain.wording import percent, text_table, wrapped
from peermatch.report.data_kept import kept_rows
from peermatch.report.frames import PRIVATE

__all__ = ["DataProtection", "data_protection"]

SCHEMA = "peermatch/data-protection/1"
HIDE_BELOW = 10

_MARKS = {
    "sensitive": "sensitive",
    "protected": "protected",
    "audit_only": "audit-only",
    "show": "fit to show",
}
_NOTHING = "nothing"
_COLUMNS = (
    "column",
    "side",
    "used_for",
    "weight",
    "share",
    "marked",
    "consent",
    "participants",
    "administrator",
    "auditor",
    "basis",
    "decided_by",
)
_OPEN_POINTS = (
    "What of a sensitive criterion a pair adds up to stands in the table of pairs, from which a value can follow.",
    "Ids are shown to administrators and auditors as they came in.",
    "Nothing is deleted by itself: say how long these files are kept, and put the day into a calendar.",
)


@dataclass(frozen=True, repr=False)
class DataProtection:
    """A data-protection summary of a run. `Pairing.data_protection` makes it; it prints, and shows in notebooks.

    Attributes
    ----------
    cohort : Cohort
        Whose kind of table comes back.
    columns : pandas.DataFrame
        One row for each column and use; see `frame`.
    people : pandas.DataFrame
        How many came in, took part and did not, by reason: side (where there are two), what, people (text: small
        numbers are hidden).
    kept : pandas.DataFrame
        What is written where it is asked for: where, holds, whose values, for whom.
    facts : mapping
        The round, the day, and who decided on the whole.
    hide_below : int
        Numbers of people below it are not told.
    """

    cohort: Cohort
    columns: pd.DataFrame
    people: pd.DataFrame
    kept: pd.DataFrame
    facts: Mapping[str, Any]
    hide_below: int

    @property
    def frame(self) -> Any:
        """One row for each column and use, as the kind of table that the people came in.

        Columns: column, side (where there are two), used_for ("not used" for what was ignored), weight, share, marked
        (sensitive, protected, audit-only, fit to show), consent (how many said yes), what participants, administrator
        and auditor see of it, basis, decided_by.
        """
        return self.cohort.in_kind(self.columns.copy())

    @property
    def ignored(self) -> list[str]:
        """The columns that came in and that nothing read."""
        unused = (self.columns["used_for"] == NOT_USED).to_numpy(dtype=bool)
        return list(dict.fromkeys(self.columns["column"][unused].tolist()))

    @property
    def text(self) -> str:
        """The summary for a screen."""
        title = self._title
        parts = [title + "\n" + "=" * len(title), *(f"{name}: {told}" for name, told in self._head())]
        sections = ["\n".join(parts)]
        for heading, header, rows in self._tables():
            sections.append(f"{heading}\n\n{text_table(header, rows, limits=_limits(header))}")
        sections.append("To bear in mind\n\n" + "\n".join(wrapped(f"- {one}") for one in _OPEN_POINTS))
        return "\n\n".join(sections) + "\n"

    @property
    def markdown(self) -> str:
        """The summary as Markdown, for a record of processing."""
        lines = [f"# {self._title}", "", *(f"- {name}: {_plain(told)}" for name, told in self._head())]
        for heading, header, rows in self._tables():
            lines += ["", f"## {heading}", "", _row(header), _row(["---"] * len(header)), *map(_row, rows)]
        lines += ["", "## To bear in mind", "", *(f"- {one}" for one in _OPEN_POINTS)]
        return "\n".join(lines) + "\n"

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data: ``{"schema": "peermatch/data-protection/1", ...}``."""
        tables = {name: _records(getattr(self, name)) for name in ("columns", "people", "kept")}
        return {
            "schema": SCHEMA,
            **self.facts,
            "hide_below": self.hide_below,
            **tables,
            "ignored": self.ignored,
            "to_bear_in_mind": list(_OPEN_POINTS),
        }

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        used = self.columns["column"][self.columns["used_for"] != NOT_USED].nunique()
        return f"DataProtection({used} columns used, {len(self.ignored)} not used)"

    def _repr_html_(self) -> str:
        head = "; ".join(f"{name}: {told}" for name, told in self._head())
        rows = max(len(self.columns), len(self.kept), 1)
        return card(
            self._title,
            paragraph(head),
            frame_table("Columns, and who sees what of them", self.columns, limit=rows, ids=["column"]),
            frame_table("People", self.people, limit=rows, ids=["people"]),
            frame_table("What is written where it is asked for", self.kept, limit=rows),
            paragraph("\n\n".join(_OPEN_POINTS)),
        )

    @property
    def _title(self) -> str:
        name = self.facts["round"]
        return "Data protection" if name is None else f"Data protection: round {name}"

    def _head(self) -> Iterator[tuple[str, str]]:
        yield "Decided by", str(self.facts["decided_by"])
        yield "Not used, though it came in", ", ".join(map(str, self.ignored)) or _NOTHING
        yield "Numbers of people", f"not told where they are below {self.hide_below}"

    def _tables(self) -> Iterator[tuple[str, list[str], list[list[str]]]]:
        side = ["side"] if "side" in self.columns.columns else []
        for heading, names in (
            (
                "Columns, and what they were used for",
                ["column", *side, "used_for", "share", "marked", "consent"],
            ),
            (
                "Who sees what of them",
                ["column", *side, "used_for", "participants", "administrator", "auditor"],
            ),
            ("What uses rest on, and who decided", ["column", *side, "used_for", "basis", "decided_by"]),
        ):
            used = self.columns[(self.columns["used_for"] != NOT_USED).to_numpy(dtype=bool)]
            frame = used if "basis" in names else self.columns
            yield heading, [name.replace("_", " ") for name in names], _cells(frame, names)
        for heading, frame in (
            ("People", self.people),
            ("What is written, where it is asked for", self.kept),
        ):
            yield (
                heading,
                [name.replace("_", " ") for name in frame.columns],
                _cells(frame, list(frame.columns)),
            )


def _limits(header: Sequence[str]) -> list[int]:
    return [24 if len(header) > 4 else 40 for _ in header]


def _cells(frame: pd.DataFrame, names: Sequence[str]) -> list[list[str]]:
    """Return rows of text, a row that says the same as the one before left out."""
    rows: list[list[str]] = []
    for record in frame.to_dict("records"):
        row = [_word(record[name]) for name in names]
        if row not in rows:
            rows.append(row)
    return rows


def _word(cell: Any) -> str:
    if cell is None or cell != cell:
        return ""
    return percent(cell) if isinstance(cell, float) else str(cell)


def _plain(text: str) -> str:
    """Return text that Markdown takes as it stands, in one line."""
    escaped = "".join(f"\\{sign}" if sign in "\\`*_[]<>|#" else sign for sign in text)
    return " ".join(escaped.split())


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell if set(cell) == {'-'} else _plain(cell) for cell in cells)} |"


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(name): None if cell is None or cell != cell else cell for name, cell in row.items()}
        for row in frame.to_dict("records")
    ]


def data_protection(
    outcome: Outcome,
    settings: Mapping[str, Any],
    uses: pd.DataFrame,
    quoted: frozenset[str],
    shown: frozenset[str],
    hide_below: int = HIDE_BELOW,
) -> DataProtection:
    """Return the summary of a run; see `Pairing.data_protection`.

    Parameters
    ----------
    outcome : Outcome
    settings : mapping
    uses : pandas.DataFrame
        From `peermatch.explain.uses_frame`.
    quoted, shown : frozenset of str
        Columns of which results may quote cells (folded), and which participants may read.
    hide_below : int
    """
    if isinstance(hide_below, bool) or not isinstance(hide_below, int) or hide_below < 2:
        constraint = "a whole number of at least 2"
        raise ConfigError(must_be("data_protection()", "hide_below", constraint, hide_below))
    said = {
        (one.column, outcome.side_name(one.hand)): one.said_yes(hide_below)
        for one in consent_counts(outcome, settings)
    }
    rows = []
    for row in uses.to_dict("records"):
        use = {str(name): cell for name, cell in row.items()}
        column, side = str(use["column"]), use.get("side")
        marks = [word for key, word in _MARKS.items() if _declares(settings.get(key), column)]
        marks += ["sensitive criterion"] if use["sensitive"] is True and "sensitive" not in marks else []
        yes = [words for (name, of), words in said.items() if name == column and (side is None or side == of)]
        seen = _seen(use, marks, _closed(outcome))
        facts = {**use, "marked": ", ".join(marks), "consent": "; ".join(dict.fromkeys(yes)), **seen}
        rows.append([facts.get(name) for name in _COLUMNS])
    columns = pd.DataFrame(rows, columns=list(_COLUMNS))
    for name in columns.columns:
        columns[name] = columns[name].astype("float64" if name in ("weight", "share") else object)
    people = pd.DataFrame(_people(outcome, hide_below), columns=["side", "what", "people"], dtype=object)
    if not outcome.two_sided:
        columns, people = columns.drop(columns="side"), people.drop(columns="side")
    kept = pd.DataFrame(
        kept_rows(settings, _in_use(outcome, quoted), _in_reasons(outcome), sorted(shown)),
        columns=["where", "holds", "values_of", "for"],
        dtype=object,
    )
    told = {
        "round": outcome.round,
        "as_of": settings.get("as_of"),
        "decided_by": str(settings.get("decided_by") or NOT_RECORDED),
    }
    return DataProtection(outcome.everyone[0], columns, people, kept, told, hide_below)


def _declares(columns: Sequence[str] | None, column: str) -> bool:
    return folded(column) in {folded(name) for name in columns or ()}


def _closed(outcome: Outcome) -> set[str]:
    """The criteria of which nobody reads values: sensitive ones, and what reads the same columns."""
    return {
        f"criterion {one.criterion.name}"
        for one in outcome.scores.criteria
        if one.criterion.sensitive
        or {folded(name) for name in columns_of(one.criterion)} & outcome.sensitive_columns
    }


def _in_use(outcome: Outcome, quoted: frozenset[str]) -> list[str]:
    came = {name for cohort in outcome.everyone if cohort is not None for name in cohort.columns}
    return sorted(name for name in came if folded(name) in quoted)


def _in_reasons(outcome: Outcome) -> list[str]:
    closed = _closed(outcome)
    open_ones = [
        one.criterion for one in outcome.scores.criteria if f"criterion {one.criterion.name}" not in closed
    ]
    return sorted({name for criterion in open_ones for name in columns_of(criterion)})


def _seen(use: Mapping[str, Any], marks: Sequence[str], closed: set[str]) -> dict[str, str]:
    """Say what each audience sees of a column by one of its uses: participants, administrator, auditor."""
    what, (name, *_) = str(use["used_for"]), str(use["used_for"]).split(", for whom")
    told = "their partner's" if use["shown_to_participants"] else _NOTHING
    if what == NOT_USED:
        asked = "groups of many, in quality()" if {"audit-only", "protected"} & set(marks) else _NOTHING
        seen = (_NOTHING, asked, asked)
    elif what in ("id", "label"):
        seen = (told, "everybody's", "everybody's" if what == "id" else _NOTHING)
    elif what.startswith("consent to "):
        seen = (_NOTHING, "how many said yes", "how many, if not few")
    elif what.startswith(PRIVATE):
        seen = (_NOTHING, "how many pairs it removes", "how many pairs it removes")
    elif what.startswith("rule "):
        seen = (_NOTHING, "which pairs it forbids", "how many pairs it removes")
    elif name in closed:
        seen = (_NOTHING, "what it adds, no values", "what it adds, no values")
    elif what.startswith("criterion "):
        seen = (told, "everybody's, in reasons", "what it adds, no values")
    else:
        seen = (told, "what follows from it", "what follows from it")
    return dict(zip(("participants", "administrator", "auditor"), seen, strict=True))


_WHY_OUT = (
    ("set aside this time", "set aside this time"),
    ("not taking part: has left", "had left"),
    ("not taking part: ", "said no, or nothing"),
)


def _people(outcome: Outcome, hide_below: int) -> Iterator[tuple[str | None, str, str]]:
    """Count people by what became of them; where one number of several would be small, the others do not tell it."""
    for hand in outcome.hands:
        cohort = outcome.everyone[hand]
        assert cohort is not None  # hands are sides that are there
        side = outcome.side_name(hand) if outcome.two_sided else None
        counts: dict[str, int] = {}
        for reason in cohort.reasons_out.tolist():
            if reason is not None:
                why = next(
                    (words for start, words in _WHY_OUT if str(reason).startswith(start)), "other reasons"
                )
                counts[why] = counts.get(why, 0) + 1
        out = sum(counts.values())
        yield side, "came in", hidden_count(len(cohort), hide_below)
        small = [count for count in counts.values() if count < hide_below]
        if len(cohort) < hide_below:
            continue
        taking = "nearly all" if 0 < out < hide_below else hidden_count(len(cohort) - out, hide_below)
        # the sum with the other numbers would tell one that is hidden
        yield side, "took part", f"{hide_below} or more" if small and out >= hide_below else taking
        for why, count in sorted(counts.items()):
            told = (
                f"{hide_below} or more" if small and count >= hide_below else hidden_count(count, hide_below)
            )
            yield side, f"did not take part: {why}", told
        for why, count in sorted(_rows_left_out(cohort).items()):
            yield side, f"rows that were not read: {why}", hidden_count(count, hide_below)


_LEFT_OUT = {
    "duplicate": "another row of the same person",
    "header_again": "the header once more",
    "note_row": "a note",
    "blank_row": "nothing in it",
}


def _rows_left_out(cohort: Cohort) -> dict[str, int]:
    counts: dict[str, int] = {}
    for row in cohort.repairs.to_dict("records"):
        why = _LEFT_OUT.get(str(row["code"]))
        if why is not None and (row["code"] != "duplicate" or row["became"] is None):
            counts[why] = counts.get(why, 0) + int(row["count"])
    return counts
