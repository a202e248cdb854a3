"""Years as people write them: "10+", "less than a year", "2y 6m", "35-44 years old"."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import NoReturn

from peermatch.errors import InputError, error_item

__all__ = ["ACCEPTED_YEARS", "parse_years"]

ACCEPTED_YEARS = (
    "a number, or text such as '5', '10+', '5 years', '2y 6m', '18 months', '3 to 5 years', "
    "'less than 1 year', '35-44 years old'"
)

# Nobody has more years than this; a text that says so means something else (a calendar year, most often).
_MOST_YEARS = 150.0
_LONGEST = 200

_WORDS = {
    word: str(number)
    for number, word in enumerate(
        (
            *(
                "zero",
                "one",
                "two",
                "three",
                "four",
                "five",
                "six",
                "seven",
                "eight",
                "nine",
                "ten",
                "eleven",
            ),
            *("twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
            "twenty",
        )
    )
}
_ARTICLES = {"half a": "0.5", "half an": "0.5", "a": "1", "an": "1", "no": "0"}  # numbers only before a unit

# How many of each make a year (365.2425 days, the mean Gregorian year).
_PER_YEAR = {"y": 1.0, "m": 12.0, "w": 365.2425 / 7, "d": 365.2425}

_UNIT = r"(?P<unit>y(?:(?:ea)?rs?)?|mo?|mo?n?ths?|mos|w(?:(?:ee)?ks?)?|d(?:ays?)?)\b\.?"
_NUMBER = r"(?P<number>\d+(?:[.,]\d+)?|[.,]\d+)"
_QUANTITY = re.compile(rf"{_NUMBER}\s*(?:{_UNIT})?(?!\w)")
_WORD = re.compile(rf"\b(?:{'|'.join(_WORDS)})\b")
_ARTICLE = re.compile(r"\b(half an?|an?|no) (?=(?:year|month|week|day)s?\b)")
_HALF = re.compile(r"\b(\d+)( (?:year|month)s?)? and a half\b")
_JOINT = re.compile(r"\s*(?:,|&|\band\b)?\s*")
_BARE = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[+-]?\d+)?")

_PLAIN = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")
_LESS = re.compile(r"^(?:less than|fewer than|under|below|up to|at most|no more than|younger than|<=|<|≤)\s*")
_MORE = re.compile(r"^(?:more than|over|above|at least|from|older than|>=|>|≥)\s*")
_OR_LESS = re.compile(r"\s*(?:(?:or|and) (?:less|fewer|under|below|younger|lower))$")
_OR_MORE = re.compile(
    r"(?:\s*\+|\s+plus|\s+(?:or|and) (?:more|older|over|above|up|longer|greater)|\s+upwards)(?P<unit>\s+\w+)?$"
)
_RANGE = re.compile(r"^(?P<low>.+?)\s*(?:-|\bto\b|\buntil\b)\s*(?P<high>.+)$")
_BETWEEN = re.compile(r"^between\s+(?P<low>.+?)\s+and\s+(?P<high>.+)$")
_AGE = re.compile(r"\s*\b(?:years? old|years? of age|of age|aged?|old)\b\s*")
_FILLERS = re.compile(
    r"\b(?:of (?:professional |work |working )?experience|experience|exp|about|around|approximately|approx|circa|ca"
    r"|roughly|almost|nearly|or so|in total)\b\.?|~"
)
_FRACTIONS = {"½": ".5", "¼": ".25", "¾": ".75"}


def parse_years(text: str) -> float:
    """Read a number of years from text.

    Parameters
    ----------
    text : str
        One of the forms below; letter case, blanks and the kind of dash don't matter.

        - a bare number means itself, so that other amounts pass too: ``"12"``, ``"1,5"`` (a comma is a
          decimal comma), ``"-3"``; ``"1,250"`` could mean two things and is refused
        - with units, added up: ``"5 yrs"``, ``"18 months"`` (1.5), ``"2y 6m"``, `"two and a half years"``
        - a range is its midpoint: ``"3 to 5"``, ``"35-44 years old"`` (39.5), ``"between 10 and 15 years"``
        - ``"none"`` and ``"no experience"`` are 0
        - open upwards is its bound: ``"10+"``, ``"more than 50 years"``, ``"65 years or older"``
        - open downwards is half its bound: ``"less than 1 year"`` (0.5); but for an age its bound, since
          nobody at work is newborn: ``"under 18 years old"`` (18)

    Returns
    -------
    float
        Years; finite. Months, weeks and days are parts of a mean year of 365.2425 days.

    Raises
    ------
    InputError
        With the code "wrong_kind", when the text is none of these.

    Examples
    --------
    >>> [parse_years(t) for t in ("Less than 1 year", "35-44 years old", "2y 6m", "10+")]
    [0.5, 39.5, 2.5, 10.0]
    """
    if _PLAIN.fullmatch(text):  # most cells of most tables
        return float(text)
    if len(text) > _LONGEST:
        _refuse(text, "too long a text")
    plain = _normalise(text)
    if plain in ("none", "no experience"):
        return 0.0
    if _BARE.fullmatch(plain):
        return _number(plain, text)
    age = _AGE.search(plain) is not None or re.search(r"\b(?:older|younger)\b", plain) is not None
    plain = re.sub(r"\s+", " ", _FILLERS.sub(" ", re.sub(r"\byears? (?:old|of age)\b", "years", plain)))
    plain = _AGE.sub(" ", plain).strip()
    years = _read(plain, text, age)
    if not 0.0 <= years <= _MOST_YEARS:
        hint = "; is it a calendar year? Then use kind='date'" if 1900 <= years <= 2100 else ""
        _refuse(text, f"more than {_MOST_YEARS:.0f} years{hint}")
    return years


def _normalise(text: str) -> str:
    """One kind of dash, single blanks, small letters, fractions as decimals."""
    for sign, decimals in _FRACTIONS.items():
        text = re.sub(rf"(?<=\d)\s*{sign}", decimals, text).replace(sign, "0" + decimals)
    text = re.sub(r"[‐‑‒–—―−]", "-", unicodedata.normalize("NFKC", text))
    return " ".join(text.split()).casefold()


def _read(plain: str, text: str, age: bool) -> float:
    """Read a bounded, a half-open or a plain amount."""
    between = _BETWEEN.match(plain)
    if between:
        return _midpoint(between["low"], between["high"], text)
    for pattern in (_LESS, _OR_LESS):
        if pattern.search(plain):
            bound = _amount(pattern.sub("", plain), text)
            return bound if age else bound / 2.0
    bounds = _RANGE.match(plain.removeprefix("from "))
    if bounds:
        return _midpoint(bounds["low"], bounds["high"], text)
    plain = _MORE.sub("", plain)
    return _amount(_OR_MORE.sub(lambda found: found["unit"] or "", plain), text)


def _midpoint(low: str, high: str, text: str) -> float:
    """The middle of a range; a lower bound without a unit has the upper one's."""
    top = _amount(high, text)
    unit = _QUANTITY.search(high)
    if unit is not None and unit["unit"] and _BARE.fullmatch(low):
        low = f"{low} {unit['unit']}"
    bottom = _amount(low, text)
    if bottom > top:
        _refuse(text, "the range ends before it begins")
    return (bottom + top) / 2.0


def _amount(plain: str, text: str) -> float:
    """Add up quantities such as "2 years and 6 months"; a quantity without a unit is in years."""
    plain = _WORD.sub(lambda found: _WORDS[found[0]], plain.strip())
    plain = _ARTICLE.sub(lambda found: _ARTICLES[found[1]] + " ", plain)
    plain = _HALF.sub(lambda found: f"{found[1]}.5{found[2] or ''}", plain)
    total, at, units = 0.0, 0, []
    while at < len(plain):
        found = _QUANTITY.match(plain, at)
        if found is None:
            _refuse(text, "not a number of years")
        unit = (found["unit"] or "y")[0]
        units.append(unit if found["unit"] else "")
        total += _number(found["number"], text) / _PER_YEAR[unit]
        joint = _JOINT.match(plain, found.end())
        at = joint.end() if joint is not None else found.end()
    if not units or (len(units) > 1 and (len(set(units)) < len(units) or "" in units)):
        _refuse(text, "not a number of years")
    return total


def _number(digits: str, text: str) -> float:
    """Read one number, its decimal sign a point or a comma."""
    if re.fullmatch(r"[+-]?\d{1,3},\d{3}", digits):
        short = digits.replace(",", "")
        _refuse(text, f"it may mean {short} or {digits.replace(',', '.')}")
    number = float(digits.replace(",", "."))
    if not math.isfinite(number):
        _refuse(text, "too large a number")
    return number


def _refuse(text: str, why: str) -> NoReturn:
    shown = text if len(text) <= 60 else text[:57] + "..."
    message = f"{shown!r} can't be read as years: {why}. Accepted: {ACCEPTED_YEARS}."
    raise InputError(error_item("wrong_kind", message, found=why, accepted=ACCEPTED_YEARS))
