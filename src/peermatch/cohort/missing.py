"""Words that exports write, and people say, where nothing is known: NA, N/A, #REF!, "Prefer not to say".

Left in, they would be the commonest answer of all, and people would be paired for having said nothing. A cell is
taken as missing only if it holds such a word and nothing else; every word in every column is a repair. "None" is not
among them: "none" is an answer ("Disability: none"), not a silence.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from peermatch.checks import must_be
from peermatch.cohort.contents import Contents
from peermatch.cohort.table import Repair, Sure
from peermatch.cohort.wording import counted
from peermatch.errors import ConfigError, error_item

__all__ = ["MISSING", "NOTHING", "Words", "check_missing", "take_out"]

_EXPORTED = ("NA", "N/A", "#N/A", "<NA>", "NaN", "NaT", "NULL", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!",
             "#NUM!", "#SPILL!", "#CALC!", "#GETTING_DATA", "#NV", "#BEZUG!", "#WERT!", "#ZAHL!", "#VALEUR!", "#NOM?",
             "#NOMBRE!", "#NOMBRE?", "#¡REF!", "#¡VALOR!", "#¿NOMBRE?", "#¡DIV/0!", "#¡NUM!", "#RIF!", "#VALORE!",
             "#NOME?", "#N/D", "#VERW!", "#WAARDE!", "#NAAM?", "#GETAL!", "#N/B", "#VALOR!", "#NÚM!")  # fmt: skip
_SAID = ("-", "--", "–", "—", "?", "n.a.", "not available", "not applicable", "not known", "not specified",
         "not stated", "not provided", "no answer", "unknown", "undisclosed", "prefer not to say",
         "I prefer not to say", "prefer not to answer", "I prefer not to answer", "prefer not to disclose",
         "I prefer not to disclose", "rather not say", "I'd rather not say", "decline to answer", "keine Angabe",
         "k.A.", "k. A.", "möchte ich nicht sagen", "entfällt", "unbekannt", "non renseigné", "non précisé",
         "sans réponse", "ne souhaite pas répondre", "je préfère ne pas répondre", "inconnu", "sin respuesta",
         "no contesta", "NS/NC", "prefiero no decirlo", "prefiero no contestar", "desconocido", "nessuna risposta",
         "non specificato", "preferisco non rispondere", "preferisco non dirlo", "sconosciuto", "sem resposta",
         "não informado", "prefiro não dizer", "prefiro não responder", "desconhecido", "geen antwoord", "onbekend",
         "zeg ik liever niet", "n.v.t.")  # fmt: skip
_DOUBT = ("don't know", "I don't know", "do not know", "I do not know", "weiß nicht", "weiß ich nicht",
          "je ne sais pas", "ne sait pas", "no sé", "no sabe", "non so", "não sei",
          "weet niet", "weet ik niet")  # fmt: skip

MISSING = (*_EXPORTED, *_SAID, *_DOUBT)
"""What is taken as missing where nobody says otherwise, in capitals or small letters."""


@dataclass(frozen=True)
class Words:
    """What means "no answer".

    Attributes
    ----------
    exact : frozenset of str
        As written.
    folded : frozenset of str
        In whatever letters.
    """

    exact: frozenset[str]
    folded: frozenset[str] = frozenset()

    def has(self, text: str) -> bool:
        """Whether a text is one of them."""
        return text in self.exact or (len(text) <= _LONGEST and _fold(text) in self.folded)

    @property
    def exported(self) -> Words:
        """Those that no person says: asked whether they take part, somebody who "prefers not to say" is asked again."""
        return Words(self.exact, self.folded - _SAID_FOLDED)


def _fold(text: str) -> str:
    return text.replace("’", "'").casefold()


def _are_codes(texts: list[str]) -> bool:
    """Whether a column holds short words in capitals, such as EMEA and APAC, among which NA may be an answer."""
    codes = sum(len(text) <= _CODE and text.isalpha() and text.isupper() for text in texts)
    return codes >= 2 and codes >= 0.8 * len(texts)


_CODE = 6
_LIKELY = frozenset(map(_fold, ("?", "unknown", "unbekannt", "inconnu", "desconocido", "sconosciuto", "desconhecido",
                                "onbekend", *_DOUBT)))  # fmt: skip
_LONGEST = max(map(len, MISSING))
_SAID_FOLDED = frozenset(map(_fold, (*_SAID, *_DOUBT)))
_ALL = Words(frozenset(), frozenset(map(_fold, MISSING)))
NOTHING = Words(frozenset())
"""No word means "no answer"."""


def check_missing(missing: Iterable[str]) -> Words:
    """Return the words: the usual ones in whatever letters, those of the caller as written.

    Raises
    ------
    ConfigError
        If it is not a collection of texts.

    Examples
    --------
    >>> sorted(check_missing(["NA", " - "]).exact)
    ['-', 'NA']
    >>> check_missing(MISSING).has("Prefer Not to Say")
    True
    """
    if missing is MISSING:
        return _ALL
    words = None if isinstance(missing, (str, bytes)) or not isinstance(missing, Iterable) else list(missing)
    if words is None or any(not isinstance(word, str) for word in words):
        constraint = 'a list of texts, such as ["NA", "-"]'
        message = must_be("read_people()", "missing", constraint, missing)
        raise ConfigError(error_item("missing_words", message, found=missing, accepted=constraint))
    return Words(frozenset(word.strip() for word in words))


def take_out(
    column: Contents, words: Words, rows: npt.NDArray[np.int64] | None = None
) -> tuple[Contents, list[Repair]]:
    """Return the column with None for each such word, and one repair for each word found.

    Parameters
    ----------
    column : Contents
    words : Words
        What counts as missing when a cell holds nothing else.
    rows : int64 array of shape (n,), optional
        For the row number, where it is one cell.

    Examples
    --------
    >>> from peermatch.cohort.cells import as_objects
    >>> column, repairs = take_out(Contents("skills", as_objects(["SQL", "NA", "NA"])), check_missing(MISSING))
    >>> column.values, repairs[0].reason
    (['SQL', None, None], '2 cells that say NA were taken as missing')
    """
    said = {text: many for text, many in column.texts.items() if words.has(text)}
    if not said:
        return column, []
    repairs = []
    for word in sorted(said):
        many = said[word]
        verb, were = ("says", "was") if many == 1 else ("say", "were")
        reason = f"{counted(many, 'cell')} that {verb} {word} {were} taken as missing"
        row = int(rows[column.place(word)]) if many == 1 and rows is not None else None
        code = "spreadsheet_error" if word.startswith("#") and _fold(word) != "#n/a" else "missing_word"
        sure: Sure = "likely" if _fold(word) in _LIKELY else "certain"
        if word == "NA" and _are_codes([text for text in column.texts if not words.has(text)]):
            sure = "likely"
            reason += ". Beside such codes it may be one (North America, Namibia): then write the word out"
        repairs.append(Repair(column.name, row, word, None, reason, code, sure, many))
    return column.replaced(dict.fromkeys(said)), repairs
