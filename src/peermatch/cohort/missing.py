"""Words that exports write where nobody answered: NA, N/A, NULL.

Left in, they would be the commonest answer of all, and people would be paired for having said nothing. A cell is
taken as missing only if it holds such a word and nothing else; every column in which that happened is a repair.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from peermatch.checks import must_be
from peermatch.cohort.cells import ObjectArray, as_objects
from peermatch.cohort.table import Repair
from peermatch.cohort.wording import counted
from peermatch.errors import ConfigError, error_item

__all__ = ["MISSING", "check_missing", "take_out"]

MISSING = ("NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "null")


def check_missing(missing: Iterable[str]) -> frozenset[str]:
    """Return the words as a set.

    Raises
    ------
    ConfigError
        If it is not a collection of texts.

    Examples
    --------
    >>> sorted(check_missing(["NA", " - "]))
    ['-', 'NA']
    """
    words = None if isinstance(missing, (str, bytes)) or not isinstance(missing, Iterable) else list(missing)
    if words is None or any(not isinstance(word, str) for word in words):
        constraint = 'a list of texts, such as ["NA", "-"]'
        message = must_be("read_people()", "missing", constraint, missing)
        raise ConfigError(error_item("missing_words", message, found=missing, accepted=constraint))
    return frozenset(word.strip() for word in words)


def take_out(cells: ObjectArray, words: frozenset[str], column: str) -> tuple[ObjectArray, list[Repair]]:
    """Return the cells with None for each such word, and one repair for each word found.

    Parameters
    ----------
    cells : object array of shape (n,)
        Plain cells.
    words : frozenset of str
        What counts as missing when a cell holds nothing else.
    column : str
        The column's name.

    Examples
    --------
    >>> import numpy as np
    >>> cells, repairs = take_out(np.array(["SQL", "NA", "NA"], dtype=object), frozenset(MISSING), "skills")
    >>> cells.tolist(), repairs[0].reason
    (['SQL', None, None], '2 cells that say NA were taken as missing')
    """
    values = cells.tolist()
    if not _found(values, words):
        return cells, []
    said = Counter(value for value in values if isinstance(value, str) and value in words)
    kept = as_objects([None if isinstance(value, str) and value in words else value for value in values])
    repairs = []
    for word in sorted(said):
        verb = "says" if said[word] == 1 else "say"
        were = "was" if said[word] == 1 else "were"
        reason = f"{counted(said[word], 'cell')} that {verb} {word} {were} taken as missing"
        repairs.append(Repair(column, None, word, None, reason))
    return kept, repairs


def _found(values: list[Any], words: frozenset[str]) -> bool:
    try:
        return bool(words.intersection(values))
    except TypeError:  # lists among them
        return any(isinstance(value, str) and value in words for value in values)
