"""Small words that the messages of this package share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from peermatch.errors import error_item

__all__ = ["LIMIT", "capped", "counted", "listing"]

LIMIT = 10  # how many examples a message or a list of items shows before it says "and N more"


def listing(values: Sequence[Any], *, limit: int = LIMIT) -> str:
    """Return the values as people would say them, the long tail as a number.

    Examples
    --------
    >>> listing([3, 8, 11])
    '3, 8 and 11'
    >>> listing(range(1, 40), limit=3)
    '1, 2, 3 and 36 more'
    """
    shown = [str(value) for value in values[:limit]]
    if len(values) > limit:
        return f"{', '.join(shown)} and {len(values) - limit} more"
    if len(shown) > 1:
        return f"{', '.join(shown[:-1])} and {shown[-1]}"
    return "".join(shown)


def counted(count: int, one: str, many: str | None = None) -> str:
    """Return the number with its noun.

    Examples
    --------
    >>> counted(1, "row"), counted(2000, "row"), counted(2, "person", "people")
    ('1 row', '2,000 rows', '2 people')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def capped(
    items: Sequence[dict[str, Any]], total: int, noun: str, *, limit: int = LIMIT
) -> list[dict[str, Any]]:
    """Return the first `limit` error items, and one more that says how many were left unsaid.

    Parameters
    ----------
    items : sequence of dict
        All items, or the first few of them.
    total : int
        How many there are in all.
    noun : str
        What they are, in the plural, for the closing item: "rows", "ids".
    limit : int
        How many are said one by one.

    Returns
    -------
    list of dict

    Examples
    --------
    >>> items = [error_item("empty_id", f"Row {row} has no id.") for row in range(12)]
    >>> capped(items, 12, "rows")[-1]["message"]
    'And 2 more such rows.'
    """
    kept = list(items[:limit])
    if total > len(kept):
        code, column = kept[0]["code"], kept[0]["column"]
        kept.append(error_item(code, f"And {total - len(kept):,} more such {noun}.", column=column))
    return kept
