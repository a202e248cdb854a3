"""Guessing who takes part: whoever said no must not be paired because a column has an unforeseen name.

A column that plainly says it is used. All others that could mean it are named, before pairs are made: those whose
names or values speak of it, those that say the opposite (who opted out), and any other yes or no whose name does
not tell that it is about something else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from peermatch.cli.columns import Column, shown
from peermatch.cli.draft import comment, key
from peermatch.cli.identity import Guess
from peermatch.cohort.leavers import LEAVER_WORDS, names_a_last_day
from peermatch.cohort.names import fold, vocabulary, words_of
from peermatch.cohort.people import NO, YES
from peermatch.cohort.personal import personal_kind

__all__ = ["Question", "consent_warnings", "contradictions", "find_eligible", "question_lines", "questions"]

_TELLING = vocabulary(
    "eligible eligibility opted optin participate participates participating participation participations consent "
    "consents consented enrolled enrol enroll enrols join joins joining joined signup volunteer volunteers "
    "volunteering teilnahme teilnehmen mitmachen dabei einwilligung einverstanden zustimmung consentement inscrit "
    "inscrite inscrits inscription participe participer participa participar participación participação inscrito "
    "inscrita inscripción inscrição partecipa partecipare partecipazione adesione aderisce iscritto iscritta "
    "iscrizione consenso consentimiento consentimento deelname deelnemen deelnemer meedoen toestemming"
)
_TELLING_PARTS = (
    "teilnahm",
    "teilnehm",
    "teilnimm",
    "mitmach",
    "einwillig",
    "particip",
    "partecip",
    "deelnam",
    "deelnem",
)
_TELLING_PHRASES = (
    {"opt", "in"}, {"signed", "up"}, {"sign", "up"}, {"wants", "in"}, {"want", "in"}, {"wants", "to", "join"},
    {"take", "part"}, {"takes", "part"}, {"taking", "part"}, {"count", "me", "in"}, {"nimmt", "teil"},
    {"nehme", "teil"}, {"mache", "mit"}, {"macht", "mit"}, {"doet", "mee"},
)  # fmt: skip
_CONSENT = vocabulary(
    "consent consents consented einwilligung zustimmung consentement consenso consentimiento consentimento toestemming"
)
_ASKED = vocabulary(
    "active aktiv actif active activo activa attivo attiva actief ativo status take takes taking sign signed signing "
    "opt agree agreed agrees approve approved approval accept accepts accepted confirm confirmed confirmation "
    "interest interested interesse interessiert intérêt intéressé intéressée interés interesado interesada interessato "
    "interessata interessado interessada geïnteresseerd want wants wanted wish wishes möchte vuole "
    "vorrei quiere veut souhaite wil wenst deseja quer available availability verfügbar disponible disponibile "
    "disponível beschikbaar willing ready bereit anmeldung angemeldet registered registration registriert include "
    "included matched matching match pair pairing programme program programm mentoring coffee rsvp invited bestätigt"
)
_AGAINST = vocabulary(
    "out optout not no dont never decline declined declines refuse refused refuses withdraw withdrawn withdrew "
    "unsubscribed unsubscribe exclude excluded opposed objection objects skip skips pause paused kein keine keinen "
    "nicht nie abgelehnt ablehnung widerspruch widerrufen widerruf abgemeldet abmeldung verzichtet verzicht absage "
    "pausiert ausgeschlossen pas refus refuse refusé désinscrit non sin baja rechaza rechazado rifiuta rifiuto "
    "ritirato niet geen weigert afgemeld não sem recusa recusado"
)
_ALONE_AGAINST = vocabulary(
    "optout exclude skip pause ausschluss "
    "declined withdrawn unsubscribed excluded opposed objection paused pausiert abgelehnt ablehnung "
    "widerspruch widerrufen widerruf abgemeldet abmeldung absage désinscrit afgemeld ausgeschlossen"
)
_ABOUT_ELSE = vocabulary(
    "remote hybrid onsite homeoffice home office telework teletravail teletrabajo travel travels relocate manager "
    "managers supervisor lead leader leads führungskraft vorgesetzter people reports teilzeit vollzeit parttime "
    "fulltime full time permanent temporary befristet unbefristet contractor contract external extern intern trainee "
    "apprentice student graduate degree certified certificate certification licence license driver car parking laptop "
    "phone vpn badge newsletter training trained aider english french german spanish mentor mentee mentors mentees "
    "both buddy coach coachee identity notice probation onboarded new joiner newcomer shift shifts nights oncall"
)
_STANDING = vocabulary(
    "active inactive opted consent consented enrolled participating declined withdrawn interested uninterested join "
    "joining joined skip skipping paused optout registered unregistered subscribed unsubscribed out in dabei "
    "angemeldet abgemeldet teilnehmend pausiert aktiv inaktiv interessiert inscrit désinscrit actif inactif inscrito "
    "activo inactivo interesado iscritto attivo inattivo interessato ativo inativo interessado deelnemer actief "
    "inactief geïnteresseerd aangemeld afgemeld participates participant teilnehmer"
)
"""What values say that tell who takes part in other words than yes and no."""
_SAYS_NO = NO | {"nope", "never", "ei", "nije", "nu", "net", "нет", "hayır", "✗", "✘", "☐"}
_SAYS_YES = YES | {"yep", "kyllä", "joo", "da", "да", "evet", "sure", "✓", "✔", "☑"}
_SAID_OUT = vocabulary(
    "not inactive declined withdrawn paused optout unsubscribed inaktiv abgemeldet nicht inactif"
)
_FEW_VALUES = 6
_FEW_WORDS = 4
_SEVERAL = 20
_NAMED = 8


@dataclass(frozen=True)
class Question(Guess):
    """A column that might say who takes part.

    Attributes
    ----------
    why : {"name", "against", "values", "other"}
        Its name speaks of it; it says who does not take part, or has left; its values speak of it; nothing but that it
        says yes and no.
    usable : bool
        Whether it can be used as it is.
    """

    why: Literal["name", "against", "values", "other"] = "name"
    usable: bool = True


def find_eligible(columns: Sequence[Column]) -> Guess | None:
    """Find the yes-or-no column that says who takes part; one that says who opted out is not it."""
    # who consents to something need not take part, so other words come first
    for column in sorted(columns, key=lambda column: bool(column.words & _CONSENT)):
        if _tells(column) and not _is_against(column) and column.is_yes_or_no and column.yeses >= 2:
            out = len(column.cells) - column.yeses
            return Guess(
                column.name, f"{column.yeses:,} say yes; {out:,} say no or nothing and will not take part"
            )
    return None


def questions(columns: Sequence[Column]) -> list[Question]:
    """Return columns that might say who takes part, the most telling first."""
    found = [question for column in columns if (question := _question(column)) is not None]
    order = ("name", "against", "values", "other")
    return sorted(found, key=lambda one: order.index(one.why))


def contradictions(columns: Sequence[Column], eligible: Guess) -> list[str]:
    """Return, in words, other columns in which people who are to take part say that they do not."""
    chosen = next((column for column in columns if column.name == eligible.name), None)
    if chosen is None:
        return []
    takes = [str(cell).strip().casefold() in YES for cell in chosen.cells]
    told = []
    for column in columns:
        question = None if column is chosen else _question(column)
        if question is None or question.why == "other":
            continue
        against = question.why == "against"
        refused = sum(
            part and _says_no(cell, column.is_yes_or_no, against)
            for part, cell in zip(takes, column.cells, strict=True)
        )
        if refused:
            people = "1 person" if refused == 1 else f"{refused:,} people"
            says = (
                "opted out or left"
                if against
                else "do not say yes"
                if column.is_yes_or_no
                else "may have said no"
            )
            told.append(
                f"{people} who would be paired, since they say yes in {eligible.name!r}, {says} in {column.name!r}. "
                "Settle in one column who takes part."
            )
    return told


def consent_warnings(
    eligible: Guess | None, asked: Sequence[Question], columns: Sequence[Column]
) -> list[str]:
    """Say before pairs are made what is not known of who takes part, and what to do about it.

    Parameters
    ----------
    eligible : Guess or None
        The column that says it, if one plainly does.
    asked : sequence of Question
        Those that might.
    columns : sequence of Column
        All.
    """
    if eligible is not None:
        return contradictions(columns, eligible)
    text = "no column was found that says who takes part, so everyone would be paired."
    telling = [one for one in asked if one.why != "other"]
    others = [one for one in asked if one.why == "other"]
    usable = [one for one in telling if one.usable]
    asked_of = next((one for one in telling if one.why != "against"), None)
    if asked_of is not None:
        text += f" Is it {asked_of.name!r}?"
    if usable:
        line = f'eligible = "{usable[0].name}"'
        text += f" Then put the line {line} into the file: whoever does not say yes is left out."
    told = [text]
    told += [
        f"{one.name!r}: {one.reason}." for one in telling[:_NAMED] if one is not asked_of or not one.usable
    ]
    if others:
        names = shown((one.name for one in others), limit=_NAMED, length=60)
        more = f" and {len(others) - _NAMED:,} more, which the file lists," if len(others) > _NAMED else ""
        verb = "says" if len(others) == 1 else "say"
        told.append(
            f"{names}{more} {verb} yes or no. If that is who takes part, name it as `eligible` in the file "
            "before anyone is paired: people who said no would be paired otherwise."
        )
    return told


def question_lines(asked: Sequence[Question]) -> list[str]:
    """Return the lines of a draft that ask who takes part, each ready to be switched on where it can be used."""
    lines: list[str] = []
    for one in asked:
        if one.usable:
            lines.append(f"# {key('eligible', one.name, f'who takes part? {one.reason}')}")
        else:
            lines += comment(f"Who takes part? {one.name!r}: {one.reason}.")
            if one.why != "against":
                lines.append(f"# {key('eligible', one.name)}")
    return lines


# ---- what a column says -----------------------------------------------------------------------------------


def _question(column: Column) -> Question | None:
    telling = _tells(column)
    if not column.known or (personal_kind(column.name) and not telling):
        return None
    few = len(column.distinct) <= _FEW_VALUES
    against = _is_against(column)
    if few and against:
        return Question(
            column.name,
            "a yes there seems to mean that somebody does not take part, and `eligible` reads it the other way round: "
            "write a column in which yes means taking part",
            why="against",
            usable=False,
        )
    if few and (telling or column.words & _ASKED) and (telling or column.is_answer or _answers(column)):
        return _named(column, "name")
    if few and (_stands(column) or (_answers(column) and _are_short(column) and not column.is_answer)):
        return _named(column, "values")
    gone = _says_who_left(column)
    if gone:
        said = ", ".join(gone)
        reason = (
            f"says who has left ({said}): take them out of the table, or write into one column who takes part"
        )
        return Question(column.name, reason, why="against", usable=False)
    if column.is_days and names_a_last_day(column.name):
        reason = (
            f"holds a day for {column.known:,} of {len(column.cells):,}: if it is their last, take those who have left "
            "out of the table, or write into one column who takes part"
        )
        return Question(column.name, reason, why="against", usable=False)
    if column.is_answer and _differs(column) and not column.words & _ABOUT_ELSE:
        return Question(column.name, f"{column.yeses:,} of {len(column.cells):,} say yes", why="other")
    return None


def _named(column: Column, why: Literal["name", "values"]) -> Question:
    if column.is_yes_or_no:
        return Question(column.name, f"{column.yeses:,} of {len(column.cells):,} say yes", why=why)
    reason = f"says {shown(column.distinct)}; write yes and no in the table first"
    return Question(column.name, reason, why=why, usable=False)


def _tells(column: Column) -> bool:
    return (
        bool(column.words & _TELLING)
        or any(part in word for part in _TELLING_PARTS for word in column.words)
        or any(phrase <= column.words for phrase in _TELLING_PHRASES)
    )


def _is_against(column: Column) -> bool:
    """Whether a yes there means that somebody does not take part."""
    if not (column.is_answer or _answers(column)):
        return False
    if column.words & _ALONE_AGAINST:
        return True
    return bool(column.words & _AGAINST) and (_tells(column) or bool(column.words & _ASKED))


def _stands(column: Column) -> bool:
    """Whether a few values say who takes part in words of their own."""
    if not column.is_text or not column.distinct:
        return False
    said = [set(words_of(str(value))) for value in column.distinct]
    short = [words for words in said if len(words) <= 3]
    return any(words & (_STANDING - {"in", "out"}) for words in short) or {"in"} in said or {"out"} in said


def _answers(column: Column) -> bool:
    """Whether every value begins with a yes or a no, as in "Yes, please"."""
    if not column.distinct or len(column.distinct) > _FEW_VALUES:
        return False
    firsts = [_first_word(value) for value in column.distinct]
    return all(first in _SAYS_YES or first in _SAYS_NO for first in firsts)


def _are_short(column: Column) -> bool:
    """Whether answers are a word or a few: sentences that begin with yes or no answer other questions."""
    return all(len(words_of(str(value))) <= _FEW_WORDS for value in column.distinct)


def _says_who_left(column: Column) -> list[str]:
    said = {str(value).strip().casefold() for value in column.distinct[: _SEVERAL + 1]}
    return sorted(said & LEAVER_WORDS) if len(said) <= _SEVERAL else []


def _first_word(value: object) -> str:
    said = str(value).strip().casefold()
    if said in _SAYS_YES or said in _SAYS_NO:
        return said
    words = words_of(str(value))
    return words[0] if words and len(words[0]) > 1 else fold(said)


def _differs(column: Column) -> bool:
    """Whether some say yes and others not."""
    return 0 < column.yeses < len(column.cells) or (not column.is_yes_or_no and len(column.distinct) > 1)


def _says_no(cell: object, is_yes_or_no: bool, against: bool) -> bool:
    said = _first_word(cell) if cell is not None else ""
    if against:
        return said in _SAYS_YES or str(cell or "").strip().casefold() in LEAVER_WORDS
    if is_yes_or_no:
        return said not in _SAYS_YES
    return said in _SAYS_NO or bool(_SAID_OUT.intersection(words_of(str(cell or ""))))
