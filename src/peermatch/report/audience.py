"""Who may read what: one table of everything that a result can be asked, and what each audience gets of it.

What does not stand here is refused for participants and for auditors. Whoever adds something to a result that people
read decides here, in one line, what each audience has of it; a test looks for what is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from peermatch.checks import must_be, nearest
from peermatch.errors import ConfigError, error_item

__all__ = [
    "ADMINISTRATOR",
    "AUDIENCES",
    "AUDITOR",
    "PARTICIPANT",
    "TABLES",
    "THINGS",
    "Access",
    "check_audience",
    "check_table",
]

PARTICIPANT, ADMINISTRATOR, AUDITOR = "participant", "administrator", "auditor"
AUDIENCES = (PARTICIPANT, ADMINISTRATOR, AUDITOR)

_OWN = "explain(id, audience='participant') and meeting_guide(a, b, audience='participant')"
_NUMBERS = "Participants get no numbers, ranks, rules or third persons"
_VALUES = "Auditors get nobody's values or names"


@dataclass(frozen=True)
class Access:
    """What each audience gets of one thing.

    Attributes
    ----------
    administrator, auditor, participant : str or None
        In words; None where it is refused.
    instead : mapping of audience to str
        What an audience to whom it is refused gets instead.
    """

    administrator: str | None
    auditor: str | None = None
    participant: str | None = None
    instead: Mapping[str, str] = field(default_factory=dict)

    def of(self, audience: str) -> str | None:
        """Return what an audience gets; None where it is refused."""
        found: str | None = getattr(self, audience)
        return found


def _for_both(administrator: str, auditor: str) -> Access:
    """What participants have no part in."""
    return Access(administrator, auditor)


THINGS: Mapping[str, Access] = MappingProxyType(
    {
        # ---- about people ----
        "explain": Access(
            "reasons with values; of sensitive criteria what they add",
            "weights, what was known and what adds up, by ids",
            "whom they have, what both share and can teach, how to say no",
        ),
        "explanations": _for_both(
            "the reasons of every pair", "weights and contributions of every pair, by ids"
        ),
        "alternatives": _for_both("possible partners by name, and what each costs", "the same by ids"),
        "why_not": _for_both(
            "the rule or the price, and who would change", "the same by ids, without people's lists"
        ),
        "why_unmatched": _for_both("what each rule removed, who was lost to better pairs", "the same by ids"),
        "why_stable": _for_both("who would refuse, and by how much", "the verdict, without people's lists"),
        "stability": Access("rings and blocking pairs", instead={AUDITOR: "to_dict(audience='auditor')"}),
        "meeting_guide": Access(
            "the page as the two get it",
            None,
            "the page for the two",
            {AUDITOR: "uses(), which says what columns participants are shown"},
        ),
        "notices": Access(
            "everybody's notice, for a mail merge",
            None,
            None,
            {AUDITOR: "uses(), which says what columns participants are shown"},
        ),
        # ---- about the whole ----
        "summary": _for_both(
            "a page with names and reasons", "what was asked, by whom, what is proved, what was used"
        ),
        "uses": _for_both("every column and use", "every column and use"),
        "data_protection": _for_both("columns, uses, marks, and how many, small numbers aside", "the same"),
        "relaxations": _for_both("what leaving out each rule would change", "the same"),
        "sensitivity": _for_both("which pairs survive", "the same by ids"),
        "what_if": _for_both("which pairs would change", "the same by ids"),
        "frontier": _for_both("what a better worst pair costs", "the same"),
        "price_of_stability": _for_both("what keeping earlier pairs costs", "the same"),
        "close_gap": _for_both("what a floor for a group costs", "the same"),
        "quality": _for_both("how well groups are paired", "the same, with groups of fewer than 10 hidden"),
        "coverage": _for_both("how much was known", "the same"),
        "certificate": _for_both("what is proved", "the same"),
        "runner_up": _for_both("the gap to the second-best set of pairs", "the same"),
        "plot": _for_both("pictures", "pictures of the whole"),
        "odd": _for_both("what became of those left over", "the same"),
        "manifest": _for_both(
            "fingerprints", "those that cannot be guessed from: to_dict(audience='auditor')"
        ),
        "row_key": Access(
            "the key of the fingerprints, to be kept apart",
            instead={AUDITOR: "the key from whoever keeps the record of the run"},
        ),
        "save": Access(
            "everything, in a file that load() reads",
            instead={
                AUDITOR: "to_json(audience='auditor')",
                PARTICIPANT: "report(audience='participant', id=...)",
            },
        ),
        # ---- tables and files ----
        "table": _for_both("the tables", "the tables without names and values"),
        "report": Access(
            "names, reasons and guides in one page",
            "what was used and what is proved, by ids, in one page",
            "their own page, told whose it is",
        ),
        "to_csv": Access(
            "all tables and result.json",
            "tables without names and values, uses.csv, audit.txt and audit.json",
            "notices.csv and a guide for each pair",
        ),
        "to_excel": _for_both(
            "all tables as sheets of one workbook", "tables without names and values, and uses"
        ),
        "to_dict": _for_both("everything", "everything but names and values, and what was used"),
        "to_json": _for_both("everything", "everything but names and values, and what was used"),
        "evidence": Access(
            "the encoded numbers that were scored, from which values can be read, and what was solved",
            instead={AUDITOR: "to_json(audience='auditor'), which says what is proved"},
        ),
        "to_networkx": _for_both(
            "people with names, pairs with contributions", "ids, pairs with contributions"
        ),
    }
)
"""Name of a method of `Pairing` -> what each audience gets of it."""

TABLES: Mapping[str, tuple[str, ...] | None] = MappingProxyType(
    {
        "people": ("id", "side", "status", "partners", "group_id", "used", "reason"),
        "pairs": ("pair_id", "group_id", "{sides}", "score", "coverage", "contribution_{criteria}"),
        "members": ("group_id", "id", "role"),
        "unmatched": ("id", "side", "reason"),
        "rules": ("rule", "kind", "pairs_removed", "decided_by"),
        "repairs": ("side", "column", "repairs"),
        "changes": ("id", "side", "before", "after", "why"),
        "uses": None,
    }
)
"""Name of a table -> the columns of it that an auditor has; all of them where there is None."""

_WHY = {PARTICIPANT: _NUMBERS, AUDITOR: _VALUES, ADMINISTRATOR: "It is made for others"}


def check_audience(thing: str, audience: Any) -> str:
    """Return the audience, if it may have this.

    Parameters
    ----------
    thing : str
        A name in `THINGS`. What is not there is refused, save for the administrator.
    audience : str

    Raises
    ------
    ConfigError
        ``unknown_audience``; or ``not_for_this_audience``, which says what they get instead.

    Examples
    --------
    >>> check_audience("explain", "participant")
    'participant'
    >>> check_audience("alternatives", "participant")
    Traceback (most recent call last):
    ...
    peermatch.errors.ConfigError: alternatives() is not for participants. Participants get no numbers, ranks, rules or \
third persons; instead they get explain(id, audience='participant') and meeting_guide(a, b, audience='participant').
    """
    if not isinstance(audience, str) or audience not in AUDIENCES:
        accepted = "'administrator', 'participant' or 'auditor'"
        message = must_be(f"{thing}()", "audience", accepted, audience)
        near = nearest(audience, AUDIENCES) if isinstance(audience, str) else None
        hint = "" if near is None else f" Did you mean {near!r}?"
        raise ConfigError(
            error_item("unknown_audience", message + hint, found=repr(audience), accepted=AUDIENCES)
        )
    access = THINGS.get(thing, Access("everything"))
    if access.of(audience) is None:
        instead = access.instead.get(
            audience, _OWN if audience == PARTICIPANT else "summary(audience='auditor')"
        )
        message = f"{thing}() is not for {audience}s. {_WHY[audience]}; instead they get {instead}."
        raise ConfigError(error_item("not_for_this_audience", message, found=audience, accepted=instead))
    return audience


def check_table(name: Any) -> str:
    """Return the name of a table; ConfigError for one that there is not, with the nearest.

    Examples
    --------
    >>> check_table("people")
    'people'
    """
    if not isinstance(name, str) or name not in TABLES:
        listed = ", ".join(map(repr, TABLES))
        near = nearest(name, list(TABLES)) if isinstance(name, str) else None
        hint = "" if near is None else f" Did you mean {near!r}?"
        raise ConfigError(must_be("table()", "name", f"one of {listed}", name) + hint)
    return name
