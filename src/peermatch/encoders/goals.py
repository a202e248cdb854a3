"""Goals: what people want, as a set of values or as free text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from peermatch.checks import check_choice, check_count
from peermatch.encoders._base import CellEncoder, wrong_kind
from peermatch.encoders._bits import unpack
from peermatch.encoders._many import ACCEPTED_VALUES, check_options, learn, pooled_bits, splitter_for
from peermatch.encoders._splitting import Splitter, sample
from peermatch.encoders._table import Column, fold, text_of
from peermatch.encoders._text import fit_model, unit_rows
from peermatch.errors import UnsupportedError

__all__ = ["GoalsEncoder"]

_KINDS = ("auto", "values", "text")
# Free text, for kind="auto": the middle one of its distinct parts has more words than this, and most are
# written once.
_WORDS_OF_AN_OPTION = 4


class GoalsEncoder(CellEncoder):
    """Turn goals into 0/1 columns, one for each value, or into directions of meaning of free text.

    Parameters
    ----------
    kind : {"auto", "values", "text"}, default="auto"
        "values": cells hold one or several values. "text": cells hold sentences. "auto" takes lists, numbers,
        and anything with a `separator` or a `vocabulary` for values; otherwise, texts are cut at the detected
        separator, and are free text when the median of the distinct parts has more than four words and most
        of them are written by one person only.
    separator : str, default=None
        What stands between the values of a cell; "" where cells are never cut. None detects ``;``, ``|``,
        line breaks or commas when fitted. It never cuts inside brackets or inside a value of the
        `vocabulary`.
    vocabulary : list of str, default=None
        Known values. They come first, in this order, and are kept whole; others are added as they are found.
    min_count : int, default=1
        A value outside the vocabulary that fewer people name is left out.
    max_values : int, default=4096
        More values than this are an error, since such a column is no list of options.
    text : transformer, default=None
        Stands in for the built-in TF-IDF and truncated SVD: `fit` and `transform` take a list of str and
        `transform` returns a row for each (a sentence embedder, say). It is cloned when fitted.
    n_components : int, default=64
        Dimensions of the built-in text vectors, at most.
    random_state : int, default=0
        Seed of the built-in text vectors.

    Attributes
    ----------
    kind_ : {"values", "text"}
    separator_ : str
        For values: what cells are cut at; "" for never.
    vocabulary_ : list of str
        For values: names in bit order, each in its most common spelling.
    n_features_in_, feature_names_in_
        As in scikit-learn.

    Notes
    -----
    Several columns ("goal 1", "goal 2") are pooled: a person's goals are those of all columns. Values are
    compared without regard to case and blanks. A missing cell is a row of NaN; a value or a word not seen
    when fitted counts as nothing, so that a text of none but such words is unknown. Text vectors have length
    one.

    Raises
    ------
    InputError
        With the code "wrong_kind", "too_many_values", "no_words" or "bad_vectors".

    Examples
    --------
    >>> goals = GoalsEncoder().fit([["Public speaking; Leading"], ["leading"], [None]])
    >>> goals.vocabulary_
    ['Leading', 'Public speaking']
    >>> goals.transform([["LEADING"], ["N/A"]]).tolist()
    [[1.0, 0.0], [nan, nan]]
    """

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
        GoalsEncoder
            Itself.
        """
        caller = type(self).__name__
        check_choice(caller, "kind", self.kind, _KINDS)
        check_count(caller, "n_components", self.n_components, at_least=1)
        options = check_options(caller, self.separator, self.vocabulary, self.min_count, self.max_values)
        columns = self._read(X, reset=True)
        splitter = splitter_for(columns, self.separator, options)
        self.kind_ = self._kind_of(columns, splitter) if self.kind == "auto" else self.kind
        if self.kind_ == "text":
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

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return 0/1 columns (n, n_values) or unit rows (n, n_dimensions); unknown rows are NaN."""
        self._check_fitted()
        if self.kind_ == "values":
            words, known = self.bits(X)
            return unpack(words, known, len(self.vocabulary_))
        vectors, known = self.vectors(X)
        vectors[~known] = np.nan
        return vectors

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
            rows, has_direction = unit_rows(self.model_, texts)
            vectors, known = (
                np.vstack([rows, vectors]),
                np.append(has_direction, known),
            )  # the last row serves code -1
        return vectors[codes], known[codes]

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Return the names of values, or text_0, text_1 and so on.

        Parameters
        ----------
        input_features : ignored
        """
        self._check_fitted()
        if self.kind_ == "values":
            return np.array(self.vocabulary_, dtype=object)
        return np.array([f"text_{at}" for at in range(self.n_dimensions_)], dtype=object)

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
