"""Goals: what people want, as a set of values or as free text."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from peermatch.encoders._base import CellEncoder
from peermatch.encoders._bits import unpack
from peermatch.encoders._goals import GoalsReader

__all__ = ["GoalsEncoder"]


class GoalsEncoder(CellEncoder, GoalsReader):
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

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return 0/1 columns (n, n_values) or unit rows (n, n_dimensions); unknown rows are NaN."""
        self._check_fitted()
        if self.kind_ == "values":
            words, known = self.bits(X)
            return unpack(words, known, len(self.vocabulary_))
        vectors, known = self.vectors(X)
        vectors[~known] = np.nan
        return vectors

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
