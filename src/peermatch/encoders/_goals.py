"""Goals as bits or as directions of meaning: what reads them, without scikit-learn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from peermatch.checks import check_choice, check_count
from peermatch.encoders._cells import CellReader, wrong_kind
from peermatch.encoders._many import ACCEPTED_VALUES, check_options, learn, pooled_bits, splitter_for
from peermatch.encoders._splitting import Splitter, sample
from peermatch.encoders._table import Column, fold, text_of
from peermatch.errors import UnsupportedError

__all__ = ["GoalsReader"]

_KINDS = ("auto", "values", "text")
# Free text, for kind="auto": the middle one of its distinct parts has more words than this, and most are
# written once.
_WORDS_OF_AN_OPTION = 4


class GoalsReader(CellReader):
    """Reads goals, for `GoalsEncoder`, whose options and results it has."""

    called: ClassVar[str] = "GoalsEncoder"

    def __init__(
        self,
        kind: str = "auto",
        separator: str | None = None,
        vocabulary: Sequence[str] | None = None,
        min_count: int = 1,
        max_values: int = 4096,
        text: Any = None,
        n_components: int = 64,
        random_state: Any = 0,
    ) -> None:
        self.kind = kind
        self.separator = separator
        self.vocabulary = vocabulary
        self.min_count = min_count
        self.max_values = max_values
        self.text = text
        self.n_components = n_components
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the vocabulary, or the text vectors.

        Parameters
        ----------
        X : table of shape (n, d)
        y : ignored

        Returns
        -------
        Self
            Itself.
        """
        caller = self.called
        check_choice(caller, "kind", self.kind, _KINDS)
        check_count(caller, "n_components", self.n_components, at_least=1)
        options = check_options(caller, self.separator, self.vocabulary, self.min_count, self.max_values)
        columns = self._read(X, reset=True)
        splitter = splitter_for(columns, self.separator, options)
        self.kind_ = self._kind_of(columns, splitter) if self.kind == "auto" else self.kind
        if self.kind_ == "text":
            from peermatch.encoders._text import fit_model  # scikit-learn's, which most programmes don't need

            texts, _ = _texts_of(columns)
            self.model_, self.n_dimensions_ = fit_model(
                self.text, self.n_components, self.random_state, texts
            )
            return self
        self._values = learn(
            caller, columns, splitter, options, min_count=self.min_count, max_values=self.max_values
        )
        self.separator_ = splitter.separator
        self.vocabulary_ = self._values.names
        return self

    def bits(self, X: Any) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
        """Return the values as bits.

        Returns
        -------
        words : ndarray of uint64, shape (n, W)
            Value b of `vocabulary_` is bit b % 64 of word b // 64; zero where unknown.
        known : ndarray of bool, shape (n,)

        Raises
        ------
        UnsupportedError
            For free text.
        """
        columns = self._read(X, reset=False)
        if self.kind_ != "values":
            raise UnsupportedError("bits() is for values, and these goals are free text; use vectors().")
        return pooled_bits(columns, self._values)

    def vectors(self, X: Any) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Return the directions of free text.

        Returns
        -------
        vectors : ndarray of float64, shape (n, n_dimensions)
            Rows of length one; zero where unknown.
        known : ndarray of bool, shape (n,)

        Raises
        ------
        UnsupportedError
            For values.
        """
        columns = self._read(X, reset=False)
        if self.kind_ != "text":
            raise UnsupportedError("vectors() is for free text, and these goals are values; use bits().")
        texts, codes = _texts_of(columns)
        vectors, known = np.zeros((1, self.n_dimensions_)), np.zeros(1, dtype=bool)
        if texts:
            from peermatch.encoders._text import unit_rows

            rows, has_direction = unit_rows(self.model_, texts)
            vectors, known = (
                np.vstack([rows, vectors]),
                np.append(has_direction, known),
            )  # the last row serves code -1
        return vectors[codes], known[codes]

    def _kind_of(self, columns: Sequence[Column], splitter: Splitter) -> str:
        if self.separator is not None or self.vocabulary is not None:
            return "values"
        people: dict[str, int] = defaultdict(int)
        for column in columns:
            if not all(isinstance(value, str) for value in column.values):
                return "values"
            counts = dict(zip(column.values, column.counts.tolist(), strict=True))
            for value in sample(column.values):
                for part in splitter.split(value):
                    people[fold(part)] += counts[value]
        if not people:
            return "values"
        n_words = np.median([len(part.split()) for part in people])
        once = np.mean([count == 1 for count in people.values()])
        return "text" if n_words > _WORDS_OF_AN_OPTION and once > 0.5 else "values"


def _texts_of(columns: Sequence[Column]) -> tuple[list[str], NDArray[np.int64]]:
    """Return the distinct texts, several columns joined, and each row's code, -1 for unknown."""
    written = [_written(column) for column in columns]
    if len(columns) == 1:
        return written[0], columns[0].codes
    rows = zip(*(column.codes.tolist() for column in columns), strict=True)
    joined = [
        "\n".join(texts[code] for texts, code in zip(written, row, strict=True) if code >= 0) for row in rows
    ]
    codes, texts = pd.factorize(np.array([text or None for text in joined], dtype=object))
    return list(texts), codes.astype(np.int64)


def _written(column: Column) -> list[str]:
    """The distinct values of a column as texts; a list is written line by line."""
    texts: list[str] = []
    bad: dict[int, str] = {}
    for at, value in enumerate(column.values):
        if isinstance(value, (dict, bytes)):
            bad[at] = f"{type(value).__name__}, which is no text"
        texts.append("\n".join(map(text_of, value)) if isinstance(value, tuple) else text_of(value))
    if bad:
        raise wrong_kind(column, bad, accepted=ACCEPTED_VALUES, remedy="Correct these cells.")
    return texts
