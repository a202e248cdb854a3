"""The meeting guide: one page for the two people of a pair, from what both agreed to show.

What may be shown is denied unless a column was declared fit to show. There are no numbers in it, nothing that spoke
against the pair, no third person but an adviser who is named by the caller, and nothing of sensitive criteria.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from peermatch.cohort.aside import is_missing
from peermatch.cohort.display import visible
from peermatch.criteria import Criterion
from peermatch.explain import Fact, Half, Outcome, pair_facts
from peermatch.explain.wording import cell_text, column_words, listing
from peermatch.report.guide_texts import GuideTexts

__all__ = [
    "SIMILAR",
    "FrameSection",
    "MeetingGuide",
    "Section",
    "as_written",
    "by_columns",
    "guide_frame",
    "guide_items",
    "html_page",
    "listed",
    "may_be_told",
    "meeting_guide",
    "plain_markdown",
    "sections_html",
    "subject_of",
]

SIMILAR = 0.6
"""From this similarity on people are told that they are close, or that one is ahead."""
_STYLE = """\
body{font:18px/1.55 system-ui,sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}
h1{font-size:1.6rem;line-height:1.25}h2{font-size:1.15rem;margin:1.8rem 0 .4rem;padding-top:1rem}
h2{border-top:1px solid #d0d7de}ul{padding-left:1.2rem}li{margin:.35rem 0}@media print{body{margin:0;font-size:12pt}}"""


@dataclass(frozen=True)
class Section:
    """A heading, a sentence or two, and a list."""

    title: str
    lines: tuple[str, ...] = ()
    items: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False)
class MeetingGuide:
    """A page for the two people of a pair.

    Attributes
    ----------
    title, hello : str
    sections : tuple of Section
    goodbye : str
    language : str
        As HTML writes it.
    """

    title: str
    hello: str
    sections: tuple[Section, ...]
    goodbye: str
    language: str

    @property
    def markdown(self) -> str:
        """The page as Markdown; whatever comes from people is escaped, so that it stays text."""
        parts = [f"# {plain_markdown(self.title)}", plain_markdown(self.hello)]
        for section in self.sections:
            parts += [f"## {plain_markdown(section.title)}", *map(plain_markdown, section.lines)]
            if section.items:
                parts.append("\n".join(f"- {plain_markdown(item)}" for item in section.items))
        return "\n\n".join([*parts, plain_markdown(self.goodbye)]) + "\n"

    @property
    def html(self) -> str:
        """The page as one HTML file, without scripts and without anything from elsewhere."""
        body = sections_html(self.title, self.hello, self.sections)
        return html_page(self.title, f"{body}<p>{html.escape(self.goodbye)}</p>", self.language)

    def __str__(self) -> str:
        parts = [self.title, self.hello]
        for section in self.sections:
            parts += [section.title, *section.lines, *(f"  * {item}" for item in section.items)]
        return "\n\n".join([*parts, self.goodbye])

    def __repr__(self) -> str:
        return f"MeetingGuide({self.title!r})"

    def _repr_html_(self) -> str:
        start, end = self.html.index("<main>"), self.html.index("</main>")
        return f"<div>{self.html[start + len('<main>') : end]}</div>"


def html_page(title: str, body: str, language: str) -> str:
    """Return one HTML file without scripts and without anything from elsewhere; `body` is HTML already."""
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        f'<!doctype html>\n<html lang="{html.escape(language)}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{html.escape(visible(title))}</title><style>{_STYLE}</style></head>"
        f"<body><main>{visible(body)}</main></body></html>\n"
    )


def sections_html(title: str, lead: str, sections: Iterable[Section]) -> str:
    """Return a title, a paragraph and sections as HTML; everything is escaped."""
    body = [f"<h1>{html.escape(title)}</h1>", f"<p>{html.escape(lead)}</p>"]
    for section in sections:
        items = "".join(f"<li>{html.escape(item)}</li>" for item in section.items)
        lines = "".join(f"<p>{html.escape(line)}</p>" for line in section.lines)
        listed = f"<ul>{items}</ul>" if items else ""
        body.append(f"<section><h2>{html.escape(section.title)}</h2>{lines}{listed}</section>")
    return "".join(body)


def meeting_guide(
    outcome: Outcome,
    index: int,
    shown: Iterable[str],
    texts: GuideTexts,
    *,
    adviser: str | None = None,
    contact: str | None = None,
) -> MeetingGuide:
    """Return the page for one pair.

    Parameters
    ----------
    outcome : Outcome
    index : int
        Which pair.
    shown : iterable of str
        The columns that were declared fit to show.
    texts : GuideTexts
    adviser : str, optional
        Whom to ask when a question outgrows both; as people read it.
    contact : str, optional
        Whom to turn to for saying no; as people read it.
    """
    u, v = outcome.pairs[index].tolist()
    names = {"a": outcome.label(0, u), "b": outcome.label(1, v)}
    told = guide_items(pair_facts(outcome, index), frozenset(shown), texts, names)
    frame = guide_frame(texts, adviser=adviser, contact=contact)
    sections = [section.filled(items) for section, items in zip(frame, told, strict=True)]
    hello = texts.say("page", "hello")
    if outcome.two_sided:
        roles = {"side_a": outcome.side_name(0), "side_b": outcome.side_name(1)}
        hello = texts.say("page", "hello_sides", **names, **roles)
    if not any(told[:3]):
        hello, sections = f"{hello} {texts.say('page', 'nothing')}", sections[3:]
    return MeetingGuide(
        title=texts.say("page", "title", **names),
        hello=hello,
        sections=tuple(sections),
        goodbye=texts.say("page", "goodbye"),
        language=texts.language,
    )


@dataclass(frozen=True)
class FrameSection:
    """A section without what is said of one pair.

    Attributes
    ----------
    title : str
    lines : tuple of str
        Where there are items.
    none : str or None
        In place of the lines where there are none.
    items : tuple of str
        Of every pair, after its own.
    """

    title: str
    lines: tuple[str, ...]
    none: str | None
    items: tuple[str, ...]

    def filled(self, own: Sequence[str]) -> Section:
        """Return the section of one pair."""
        items = (*own, *self.items)
        lines = self.lines if items or self.none is None else (self.none,)
        return Section(self.title, lines, items)


def guide_frame(
    texts: GuideTexts, *, adviser: str | None = None, contact: str | None = None, group: bool = False
) -> tuple[FrameSection, ...]:
    """Return the sections of the guide without what is said of one pair, in the order of `guide_items`.

    Parameters
    ----------
    texts : GuideTexts
    adviser, contact : str, optional
        Whom to ask, and whom to turn to for saying no; as people read it.
    group : bool
        Whether they are more than two.
    """

    def own(name: str, *lines: str) -> FrameSection:
        return FrameSection(texts.say(name, "title"), lines, texts.say(name, "none"), ())

    help_ = texts.say("first", "help")
    if adviser is not None:
        help_ = f"{help_} {texts.say('group' if group else 'page', 'adviser', adviser=adviser)}"
    asked = [texts.say("first", key) for key in ("aim", "often", "candid", "confidential")]
    later = tuple(texts.say("later", key) for key in ("month", "half", "end"))
    decline = [texts.say("group", "leave") if group else texts.say("decline", "text")]
    if contact is not None:
        decline.append(texts.say("decline", "contact", contact=contact))
    return (
        own("share"),
        own("differ", texts.say("group" if group else "differ", "why")),
        own("teach"),
        FrameSection(
            texts.say("first", "title"),
            (texts.say("first", "lead"),),
            None,
            (*asked, help_, texts.say("first", "leave")),
        ),
        FrameSection(texts.say("later", "title"), (), None, later),
        FrameSection(texts.say("decline", "title"), tuple(decline), None, ()),
    )


def guide_items(
    facts: Sequence[Fact], shown: frozenset[str], texts: GuideTexts, names: dict[str, str]
) -> tuple[list[str], ...]:
    """Return what is said of one pair, a list for each section of `guide_frame`.

    Parameters
    ----------
    facts : sequence of Fact
    shown : frozenset of str
        The columns that were declared fit to show.
    texts : GuideTexts
    names : dict
        "a" and "b": what people read for the two.
    """
    told = sorted((fact for fact in facts if may_be_told(fact, shown)), key=by_columns)
    share, differ, teach, things = _from_facts(told, texts, names)
    begin = [texts.say("first", "aim_known", things=listed(things, texts, limit=4))] if things else []
    return share, differ, teach, begin, [], []


def by_columns(fact: Fact) -> tuple[Any, ...]:
    """Where a criterion is told: the order in which criteria were written may tell which one counts most."""
    return (fact.criterion.left, fact.criterion.right, fact.criterion.kind)


def listed(things: Sequence[str], texts: GuideTexts, *, limit: int = 6) -> str:
    """Name things; of many the first few, without how many there are."""
    if len(things) <= limit:
        return listing(things)
    return texts.say("page", "more", things=", ".join(things[:limit]))


def as_written(names: Sequence[str], half: Half) -> list[str]:
    """Spell values as this person did: the most common spelling of all would tell of others."""
    cells = [cell for cell in half.cells.values() if not is_missing(cell)]
    written = "\n".join(
        "\n".join(map(str, cell)) if isinstance(cell, list | tuple) else str(cell) for cell in cells
    )
    found = [re.search(re.escape(name), written, flags=re.IGNORECASE) for name in names]
    return [name if hit is None else hit.group() for name, hit in zip(names, found, strict=True)]


def may_be_told(fact: Fact, shown: frozenset[str]) -> bool:
    """Whether every column that a criterion reads, its yes or no included, may be shown."""
    criterion: Criterion = fact.criterion
    if criterion.sensitive:
        return False
    when = () if criterion.when is None else (criterion.when,)
    columns = {*criterion.left, *criterion.right, *when}
    return bool(columns) and columns <= shown


def _from_facts(
    facts: Sequence[Fact], texts: GuideTexts, names: dict[str, str]
) -> tuple[list[str], list[str], list[str], list[str]]:
    """Return what both share, where they differ, what each can teach, and the things to begin with."""
    share: list[str] = []
    differ: list[str] = []
    teach: list[str] = []
    things: list[str] = []
    for fact in facts:
        kind, subject = fact.criterion.kind, subject_of(fact)
        if kind == "overlap" and fact.shared:
            named = as_written(fact.shared, fact.mine)
            share.append(texts.say("share", "values", things=listed(named, texts), subject=subject))
            things += named
        elif kind == "same" and fact.similarity == 1:
            share.append(texts.say("share", "same", subject=subject, things=fact.mine.text))
        elif kind == "near" and fact.criterion.options["sweet_spot"] == 0 and fact.similarity >= SIMILAR:
            share.append(texts.say("share", "close", subject=subject))
        elif kind == "available" and fact.similarity > 0:
            share.append(texts.say("share", "hours"))
        elif kind == "above":
            differ += _ahead(fact, texts, subject)
        elif kind == "different":
            differ += _apart(fact, texts, names)
        elif kind == "complement":
            for learner, teacher in ((fact.mine, fact.theirs), (fact.theirs, fact.mine)):
                if learner.known and learner.found:
                    named = as_written(learner.found, learner)
                    told = {"teacher": teacher.label, "learner": learner.label}
                    teach.append(texts.say("teach", "helps", things=listed(named, texts), **told))
                    things += named
    return share, differ, teach, list(dict.fromkeys(things))


def subject_of(fact: Fact) -> str:
    """Return the columns of a criterion as people read them."""
    return listing(list(dict.fromkeys(map(column_words, (*fact.criterion.left, *fact.criterion.right)))))


def _ahead(fact: Fact, texts: GuideTexts, subject: str) -> list[str]:
    """On two sides the one on the right is to be ahead; in one pool whoever the other sees ahead is."""
    found = []
    for judge, other in ((fact.mine, fact.theirs), (fact.theirs, fact.mine)):
        if judge.known and judge.similarity >= SIMILAR:
            found.append(texts.say("differ", "ahead", ahead=other.label, subject=subject))
    return found


def _apart(fact: Fact, texts: GuideTexts, names: dict[str, str]) -> list[str]:
    found = []
    columns = zip(fact.criterion.left, fact.criterion.right, fact.mine.equal, strict=True)
    for left, right, alike in columns:
        mine, theirs = cell_text(fact.mine.cells[left]), cell_text(fact.theirs.cells[right])
        if alike is False and mine and theirs and mine.casefold() != theirs.casefold():
            subject = listing(list(dict.fromkeys((column_words(left), column_words(right)))))
            found.append(
                texts.say("differ", "values", subject=subject, a_value=mine, b_value=theirs, **names)
            )
    return found


_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+!|<>~&])")
_LEADING = re.compile(r"^(\d*)([-=.)])")


def plain_markdown(text: Any) -> str:
    """Escape what Markdown, or the HTML in it, would read as more than text."""
    flat = " ".join(str(text).split())
    return _LEADING.sub(r"\1\\\2", _MARKDOWN.sub(r"\\\1", flat))
