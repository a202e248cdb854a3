"""The words in a column's name, whatever its case, its accents, or the sign that stands between them."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

__all__ = ["fold", "vocabulary", "words_of"]

_WORD = re.compile(r"[^\W\d_]+|\d+")
_HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_LETTERS = str.maketrans(
    {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ı": "i"}
)
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Return a text without accents; capitals stay.

    Examples
    --------
    >>> fold("Prénom"), fold("Führungskraft")
    ('Prenom', 'Fuhrungskraft')
    """
    apart = unicodedata.normalize("NFD", text.translate(_LETTERS))
    return unicodedata.normalize("NFC", "".join(sign for sign in apart if not unicodedata.combining(sign)))


@lru_cache(maxsize=4096)
def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a name in their order, in small letters and without accents.

    Examples
    --------
    >>> words_of("LanguageHaveWorkedWith"), words_of("fecha_nacimiento"), words_of("Möchte teilnehmen?")
    (('language', 'have', 'worked', 'with'), ('fecha', 'nacimiento'), ('mochte', 'teilnehmen'))
    """
    found = (_HUMP.findall(word) if word.isascii() else [word] for word in _WORD.findall(fold(name)))
    return tuple(word.casefold() for words in found for word in words)


def vocabulary(*texts: str) -> frozenset[str]:
    """Return words as `words_of` would give them, German ones also as they are written without umlauts.

    Parameters
    ----------
    *texts : str
        Words with blanks between.

    Examples
    --------
    >>> sorted(vocabulary("möchte âge"))
    ['age', 'mochte', 'moechte']
    """
    words = [word for text in texts for word in text.casefold().split()]
    return frozenset(fold(form).casefold() for word in words for form in (word, word.translate(_SPELT_OUT)))
