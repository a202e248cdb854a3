"""What a table's header and values say about each column, before anything is known of what it is for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from peermatch.cohort import Cohort
from peermatch.cohort.names import vocabulary, words_of
from peermatch.cohort.people import NO, YES
from peermatch.encoders._missing import is_missing_text
from peermatch.encoders._splitting import make_splitter
from peermatch.encoders._table import fold
from peermatch.errors import InputError, PeerMatchError

__all__ = ["Column", "columns_of", "first_of", "first_reason", "is_category", "shown", "trial"]

_ANSWERS = YES | NO | {"joo", "kyllä", "ei"}
_CODE = re.compile(r"[^\s,;]*[\d@][^\s,;]*")
_DAY = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}.*")


@dataclass(frozen=True, eq=False)
class Column:
    """A column of a table.

    Attributes
    ----------
    name : str
    cells : object array
        Plain cells; None where nothing is known.

    Examples
    --------
    >>> column = Column("LanguageHaveWorkedWith", np.array(["Go", "N/A", "Go"], dtype=object))
    >>> sorted(column.words), column.known, column.distinct
    (['have', 'language', 'with', 'worked'], 2, ['Go'])
    """

    name: str
    cells: npt.NDArray[np.object_]

    @cached_property
    def words(self) -> frozenset[str]:
        """The words in its name, in small letters and without accents: of snake_case, CamelCase and plain ones."""
        return frozenset(words_of(self.name))

    @cached_property
    def values(self) -> list[Any]:
        """What is known, row by row."""
        return [cell for cell in self.cells if cell is not None and not is_missing_text(cell)]

    @property
    def known(self) -> int:
        """How many rows hold a value."""
        return len(self.values)

    @property
    def share_known(self) -> float:
        """The share of rows that hold a value."""
        return self.known / max(1, len(self.cells))

    @cached_property
    def distinct(self) -> list[Any]:
        """Different values, in order of first appearance; lists as text."""
        texts = ("; ".join(map(str, value)) if isinstance(value, list) else value for value in self.values)
        return list(dict.fromkeys(value for value in texts if not isinstance(value, dict)))

    @property
    def is_text(self) -> bool:
        """Whether every value is text or a list."""
        return all(isinstance(value, str | list) for value in self.values)

    @property
    def is_number(self) -> bool:
        """Whether every value is a number, or text that is one."""
        return bool(self.distinct) and all(_is_number(value) for value in self.distinct)

    @property
    def is_yes_or_no(self) -> bool:
        """Whether every value says yes or no."""
        texts = {str(value).casefold() for value in self.distinct}
        return bool(texts) and texts <= YES | NO

    @property
    def is_answer(self) -> bool:
        """Whether every value is an answer to a yes-or-no question, in one of several languages."""
        texts = {str(value).strip().casefold() for value in self.distinct}
        return bool(texts) and len(texts) <= 4 and texts <= _ANSWERS

    @cached_property
    def parts(self) -> Counter[str]:
        """How many rows hold each value of a column in which cells hold several."""
        splitter = make_splitter(None, (), [value for value in self.distinct if isinstance(value, str)])
        found: Counter[str] = Counter()
        for value in self.values:
            pieces = map(str, value) if isinstance(value, list) else splitter.split(str(value))
            found.update({fold(piece) for piece in pieces})
        return found

    @property
    def is_listed(self) -> bool:
        """Whether cells hold several values, which other people hold as well."""
        if not self.is_text or self.known < 3:
            return False
        mentions = sum(self.parts.values())
        return mentions >= 1.2 * self.known and mentions >= 2 * len(self.parts)

    @property
    def is_code(self) -> bool:
        """Whether values look like numbers of people, or addresses: no blanks, a digit or an @, and no dates."""
        texts = [str(value) for value in self.distinct]
        codes = sum(bool(_CODE.fullmatch(text)) and not _DAY.fullmatch(text) for text in texts)
        return codes >= 0.95 * max(1, len(texts))

    @property
    def is_days(self) -> bool:
        """Whether values look like days."""
        return bool(self.distinct) and all(_DAY.fullmatch(str(value)) for value in self.distinct)

    @property
    def yeses(self) -> int:
        """How many rows say yes."""
        return sum(str(value).casefold() in YES for value in self.values)

    @property
    def frame(self) -> pd.DataFrame:
        """The column as a table, for an encoder."""
        return pd.DataFrame({self.name: self.cells}, dtype=object)


def columns_of(cohort: Cohort) -> list[Column]:
    """Return the columns of people, in the table's order."""
    return [Column(name, cohort.column(name)) for name in cohort.columns]


def shown(values: Iterable[Any], *, limit: int = 5, length: int = 32) -> str:
    """Return the first few values in one line that is safe in a comment.

    Examples
    --------
    >>> shown(["a\\nb", "c"], limit=1)
    "'a b', ..."
    """
    values = list(values)
    texts = []
    for value in values[:limit]:
        text = " ".join(str(value).split())
        text = "".join(sign if sign.isprintable() else "?" for sign in text)
        texts.append(f"'{text[: length - 3]}...'" if len(text) > length else f"'{text}'")
    return ", ".join(texts) + (", ..." if len(values) > limit else "")


def first_reason(error: PeerMatchError) -> str:
    """Return the first thing that an error says, in one line."""
    message = error.items[0]["message"] if isinstance(error, InputError) else str(error)
    return shown([message], length=400)[1:-1]


def first_of(columns: Sequence[Column], words: Iterable[str]) -> list[Column]:
    """Return the columns whose names hold one of these words: in the order of the words, then of the table.

    Examples
    --------
    >>> table = [Column(name, np.array([], dtype=object)) for name in ("city", "dept", "my city")]
    >>> [column.name for column in first_of(table, ["dept", "city"])]
    ['dept', 'city', 'my city']
    """
    forms = (form for word in words for form in sorted(vocabulary(word)))
    found = (column for form in forms for column in columns if form in column.words)
    return list({id(column): column for column in found}.values())


def is_category(column: Column) -> bool:
    """Whether a column holds a few values that several people share."""
    most = min(200, max(2, len(column.cells) // 2))
    plain = all(isinstance(value, str) for value in column.values)
    few = plain and 2 <= len(column.distinct) <= most and column.share_known >= 0.4
    return few and not column.is_answer and not column.is_listed


def trial(encoder: Any, frame: pd.DataFrame) -> str:
    """Return why an encoder can't be fitted, or an empty text."""
    try:
        encoder.fit(frame)
    except PeerMatchError as error:
        return first_reason(error)
    return ""


def _is_number(value: Any) -> bool:
    if isinstance(value, int | float):
        return True
    try:
        float(str(value))
    except ValueError:
        return False
    return True
