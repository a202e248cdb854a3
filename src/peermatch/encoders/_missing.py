"""What counts as *not known*: one answer for every encoder.

A missing cell is None, NaN, `pandas.NA`, NaT, an empty or blank text, or one of `MISSING_TOKENS` (letter case
and surrounding blanks don't matter). "None" is *not* among them: "none" is an answer ("Disability: none"),
not a silence.
"""

from __future__ import annotations

from typing import Any

__all__ = ["MISSING_TOKENS", "is_missing_text"]

#: Texts that people, forms and exports write where nothing is known, casefolded.
MISSING_TOKENS = frozenset(
    {
        "",
        "na",
        "n/a",
        "n.a.",
        "#n/a",
        "<na>",
        "nan",
        "nat",
        "null",
        "-",
        "--",
        "—",
        "–",
        "?",
        "not available",
        "not applicable",
        "not known",
        "not specified",
        "not stated",
        "not provided",
        "no answer",
        "unknown",
        "undisclosed",
        "prefer not to say",
        "i prefer not to say",
        "prefer not to answer",
        "i prefer not to answer",
        "prefer not to disclose",
        "i prefer not to disclose",
        "rather not say",
        "i'd rather not say",
        "decline to answer",
    }
)

_ROOM = 2 * max(map(len, MISSING_TOKENS))


def is_missing_text(value: Any) -> bool:
    """Tell whether `value` is a text that says nothing.

    Examples
    --------
    >>> [is_missing_text(v) for v in ("N/A", " - ", "Prefer not to say", "None", 0)]
    [True, True, True, False, False]
    """
    if not isinstance(value, str):
        return False
    if len(value) > _ROOM:  # decided early, since most cells are long
        return value.isspace()
    text = value.strip()
    return text.replace("’", "'").casefold() in MISSING_TOKENS
