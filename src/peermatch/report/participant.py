"""What a participant is told: whom they have, what both share and can teach, and how to say no. Nothing else.

It is denied by default: values come only from columns that were declared fit to show, and there are no numbers, no
ranks, no rules, no sensitive criteria, no third persons, and nothing that spoke against a pair.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from peermatch.cohort.display import card, paragraph
from peermatch.criteria import key_of
from peermatch.errors import InputError, error_item
from peermatch.explain import Outcome, pair_facts, read_ahead
from peermatch.explain.explanation import find_person
from peermatch.explain.wording import listing, wrapped
from peermatch.publication import publishing, remove_files, write_files
from peermatch.report.files import csv_text
from peermatch.report.frames import NOT_TAKING_PART, PAIRED, UNMATCHED
from peermatch.report.group_guide import group_guide, group_sections
from peermatch.report.guide import (
    MeetingGuide,
    Section,
    guide_items,
    html_page,
    meeting_guide,
    plain_markdown,
    sections_html,
)
from peermatch.report.guide_texts import GuideTexts

__all__ = [
    "Notice",
    "guide_files",
    "guide_name",
    "hand_out",
    "notice",
    "notices_frame",
    "participant_files",
]

_GUIDE = re.compile(r"guide-[a-z]-[0-9a-f]{12}\.(html|md)")


@dataclass(frozen=True, repr=False)
class Notice:
    """What one participant is told.

    Attributes
    ----------
    id : str or int
    label : str
        As people read it.
    status : {"paired", "unmatched", "not taking part"}
    partners : tuple of str
        As people read them.
    lead : str
    sections : tuple of Section
    language : str
        As HTML writes it.
    """

    id: Any
    label: str
    status: str
    partners: tuple[str, ...]
    lead: str
    sections: tuple[Section, ...]
    language: str = "en"

    @property
    def text(self) -> str:
        """All of it, as paragraphs."""
        parts = [self.lead]
        for section in self.sections:
            lines = [section.title, *section.lines, *(f"- {item}" for item in section.items)]
            parts.append("\n".join(lines))
        return "\n\n".join(parts)

    @property
    def markdown(self) -> str:
        """The same as Markdown; whatever comes from people is escaped."""
        parts = [plain_markdown(self.lead)]
        for section in self.sections:
            parts += [f"## {plain_markdown(section.title)}", *map(plain_markdown, section.lines)]
            if section.items:
                parts.append("\n".join(f"- {plain_markdown(item)}" for item in section.items))
        return "\n\n".join(parts) + "\n"

    @property
    def html(self) -> str:
        """Their own page as one HTML file, without scripts and without anything from elsewhere."""
        return html_page(self.lead, sections_html(self.label, self.lead, self.sections), self.language)

    @property
    def table(self) -> pd.DataFrame:
        """One row for each thing that is said: about, said."""
        rows = [
            (section.title, said) for section in self.sections for said in (*section.items, *section.lines)
        ]
        return pd.DataFrame([("", self.lead), *rows], columns=["about", "said"])

    def __str__(self) -> str:
        return "\n".join(wrapped(line) if line else "" for line in self.text.split("\n"))

    def __repr__(self) -> str:
        return f"Notice({self.label!r}, {self.status})"

    def _repr_html_(self) -> str:
        return card(self.label, paragraph(self.text))


def notice(
    outcome: Outcome,
    id: Any,
    side: str | None,
    shown: frozenset[str],
    texts: GuideTexts,
    *,
    contact: str | None = None,
) -> Notice:
    """Return what one participant is told.

    Parameters
    ----------
    outcome : Outcome
    id : str or int
    side : str, optional
        Needed where both sides have this id.
    shown : frozenset of str
        The columns that were declared fit to show.
    texts : GuideTexts
    contact : str, optional
        Whom to turn to, as people read it.

    Raises
    ------
    InputError
        If nobody has this id, or both sides have it.
    """
    id = id.item() if isinstance(id, np.generic) else id
    hand = _find(outcome, id, side)
    everyone = outcome.everyone[hand]
    assert everyone is not None  # find_person names sides that are there
    place = next(k for k, known in enumerate(everyone.ids) if key_of(known) == key_of(id))
    return _at(outcome, hand, place, shown, texts, contact)


def _find(outcome: Outcome, id: Any, side: str | None) -> int:
    """Return the side on which someone came in; the error names no id of anybody else."""
    try:
        return find_person(outcome, id, side)
    except InputError as error:
        if error.items[0]["code"] != "unknown_id":
            raise
        raise InputError(error_item("unknown_id", f"Nobody has the id {id!r}.", id=id, found=id)) from None


def _at(
    outcome: Outcome, hand: int, place: int, shown: frozenset[str], texts: GuideTexts, contact: str | None
) -> Notice:
    """Return the notice of whoever came in at a place of a side."""
    everyone = outcome.everyone[hand]
    assert everyone is not None  # hands are sides that are there
    id, label = everyone.ids[place], str(everyone.labels[place])
    positions = outcome.sides.left_positions if hand == 0 else outcome.sides.right_positions
    position = positions.get(key_of(id))
    if position is None:
        return Notice(id, label, NOT_TAKING_PART, (), texts.say("notice", "away"), (), texts.language)
    indices = outcome.pairs_of[hand][position]
    if not indices:
        return Notice(id, label, UNMATCHED, (), texts.say("notice", "unmatched"), (), texts.language)
    partners = [outcome.label(*outcome.partner(index, hand, position)) for index in indices]
    if len(partners) == 1:
        lead = texts.say("notice", "paired", partner=partners[0])
    else:
        lead = texts.say("notice", "several", partners=listing(partners, limit=len(partners)))
    trio = outcome.trio_of.get(position) if hand == 0 else None
    if trio is None:
        told = [_pair_sections(outcome, index, shown, texts) for index in indices]
    else:
        told = [group_sections(outcome, trio, shown, texts)]
    sections = [section for items in told for section in _sections(items, texts)]
    decline = [texts.say("decline", "text") if trio is None else texts.say("group", "leave")]
    if contact is not None:
        decline.append(texts.say("decline", "contact", contact=contact))
    sections.append(Section(texts.say("decline", "title"), tuple(decline)))
    return Notice(id, label, PAIRED, tuple(partners), lead, tuple(sections), texts.language)


def _pair_sections(
    outcome: Outcome, index: int, shown: frozenset[str], texts: GuideTexts
) -> tuple[list[str], ...]:
    u, v = outcome.pairs[index].tolist()
    names = {"a": outcome.label(0, u), "b": outcome.label(1, v)}
    return guide_items(pair_facts(outcome, index), shown, texts, names)


def _sections(told: Sequence[Sequence[str]], texts: GuideTexts) -> list[Section]:
    """What they share, where they differ and what each can teach, as far as there is anything."""
    named = zip(("share", "differ", "teach"), told, strict=False)
    return [Section(texts.say(name, "title"), (), tuple(items)) for name, items in named if items]


def notices_frame(
    outcome: Outcome, shown: frozenset[str], texts: GuideTexts, *, contact: str | None = None
) -> pd.DataFrame:
    """Return everybody's notice, one row a person and side, ready for a mail merge.

    Returns
    -------
    pandas.DataFrame
        Columns id, label, side (where there are two), status, partners (what people read, joined by "; "), text.
    """
    read_ahead(outcome)
    rows = []
    for hand in outcome.hands:
        everyone = outcome.everyone[hand]
        for place in range(0 if everyone is None else len(everyone)):
            told = _at(outcome, hand, place, shown, texts, contact)
            side = outcome.side_name(hand)
            rows.append((told.id, told.label, side, told.status, "; ".join(told.partners), told.text))
    frame = pd.DataFrame(rows, columns=["id", "label", "side", "status", "partners", "text"])
    return frame if outcome.two_sided else frame.drop(columns="side")


def guide_name(group_id: str) -> str:
    """Return the name of the file of a pair's or a trio's guide: nothing of it comes from people's data.

    Examples
    --------
    >>> guide_name("p-971d9223c127")
    'guide-p-971d9223c127.html'
    """
    return f"guide-{group_id}.html"


def participant_files(
    outcome: Outcome, shown: frozenset[str], texts: GuideTexts, *, contact: str | None = None
) -> dict[str, str]:
    """Return everybody's own pages, by the names of their files: what the administrator hands out, one by one.

    Parameters
    ----------
    outcome : Outcome
    shown : frozenset of str
        The columns that participants may read.
    texts : GuideTexts
    contact : str, optional
        Whom to turn to, as people read it.

    Returns
    -------
    dict
        ``notices.csv``, a row for each person and side, with the names of their guides; then a guide for each pair and
        each trio.
    """
    frame = notices_frame(outcome, shown, texts, contact=contact)
    frame["guides"] = pd.Series(_guides(outcome), dtype=object)
    files = {"notices.csv": csv_text(frame)}
    for index, group in enumerate(outcome.group_ids):
        if guide_name(group) not in files:  # of a trio there is one
            files |= guide_files(group, _guide(outcome, index, shown, texts, contact))
    return files


def guide_files(group_id: str, guide: MeetingGuide) -> dict[str, str]:
    """Return a guide as files: HTML to open, and Markdown to paste."""
    name = guide_name(group_id)
    return {name: guide.html, f"{name.removesuffix('.html')}.md": guide.markdown}


def is_guide(name: str) -> bool:
    """Return whether a file is named like a guide that is handed out.

    Examples
    --------
    >>> is_guide("guide-p-0123456789ab.md"), is_guide("notes.md")
    (True, False)
    """
    return _GUIDE.fullmatch(name) is not None


def hand_out(folder: str | os.PathLike[str], files: Mapping[str, str]) -> list[Path]:
    """Write notices and guides, and take away guides of an earlier result: nobody is to be handed last month's.

    Parameters
    ----------
    folder : path
    files : mapping of name to text

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    OutputError
        If the folder cannot be written.
    """
    where = Path(folder)
    with publishing(where):
        written = write_files(where, files)
        there = [path.name for path in where.iterdir()] if where.is_dir() else []
        remove_files(where, [name for name in there if name not in files and is_guide(name)])
    return written


def _guide(
    outcome: Outcome, index: int, shown: frozenset[str], texts: GuideTexts, contact: str | None
) -> MeetingGuide:
    trio = outcome.trio_of.get(int(outcome.pairs[index, 0]))
    if trio is not None:
        return group_guide(outcome, trio, shown, texts, contact=contact)
    return meeting_guide(outcome, index, shown, texts, contact=contact)


def _guides(outcome: Outcome) -> list[str]:
    """The names of everybody's guides, joined by "; ", in the order of the notices."""
    found = []
    for hand in outcome.hands:
        everyone = outcome.everyone[hand]
        positions = outcome.sides.left_positions if hand == 0 else outcome.sides.right_positions
        for id in [] if everyone is None else everyone.ids.tolist():
            position = positions.get(key_of(id))
            indices = [] if position is None else outcome.pairs_of[hand][position]
            names = dict.fromkeys(guide_name(outcome.group_ids[index]) for index in indices)
            found.append("; ".join(names))
    return found
