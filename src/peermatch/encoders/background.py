"""Backgrounds: categories as codes, with rare, missing and unseen ones told apart."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from peermatch.encoders._background import BackgroundReader
from peermatch.encoders._base import CellEncoder

__all__ = ["BackgroundEncoder"]


class BackgroundEncoder(CellEncoder, BackgroundReader):
    """Turn categories into codes, so that equal codes mean the same background.

    Parameters
    ----------
    min_count : int, default=1
        A category that fewer people have is rare.
    rare : {"own", "missing"}, default="own"
        What becomes of rare categories: one common code of their own, apart from missing; or missing.
    one_hot : bool, default=False
        Whether `transform` returns one 0/1 column for each category, as clustering needs, in place of codes.

    Attributes
    ----------
    categories_ : list of ndarray of object
        For each column its categories in the order of their codes (sorted by their folded text), without the
        rare ones.
    rare_categories_ : list of ndarray of object
        For each column the rare ones.
    n_features_in_, feature_names_in_
        As in scikit-learn.

    Notes
    -----
    Codes of a column with K categories: 0 to K - 1 are `categories_`, K is rare, NaN is missing. A category
    not seen when fitted is K + 1 in `transform`, where two people with K + 1 need not be the same. `codes`
    tells those apart. Values are compared without regard to case and blanks.

    Raises
    ------
    InputError
        With the code "wrong_kind" for lists and other values that are no category.

    Examples
    --------
    >>> background = BackgroundEncoder(min_count=2).fit([["Law"], ["law "], ["Arts"], [None]])
    >>> background.transform([["LAW"], ["Arts"], [None], ["Physics"]]).ravel().tolist()
    [0.0, 1.0, nan, 2.0]
    >>> background.codes([["Physics"], ["Law"], ["physics"]]).ravel().tolist()
    [2, 0, 2]
    """

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return codes as floats of shape (n, d), NaN for missing; or 0/1 columns with `one_hot`."""
        codes: NDArray[np.float64] = self.codes(X).astype(np.float64)
        codes[codes < 0] = np.nan
        unseen = np.array([len(names) + 1.0 for names in self.categories_])
        np.minimum(codes, unseen, out=codes)
        if not self.one_hot:
            return codes
        blocks = []
        for at, width in enumerate(self._widths()):
            ones = (codes[:, at, None] == np.arange(width)).astype(np.float64)
            ones[np.isnan(codes[:, at])] = np.nan
            blocks.append(ones)
        return np.hstack(blocks)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Return the columns' names; with `one_hot`, <column>_<category>.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Names of the columns, where `fit` saw none.
        """
        self._check_fitted()
        columns = self._names_in(input_features)
        if not self.one_hot:
            return columns
        names = []
        for column, categories, width in zip(columns, self.categories_, self._widths(), strict=True):
            shown = [*categories, "(rare)"][:width]
            names += [f"{column}_{category}" for category in shown]
        return np.array(names, dtype=object)
