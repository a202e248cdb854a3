"""Skills: what people offer and what they seek, in one vocabulary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from peermatch.checks import check_count
from peermatch.encoders._base import CellEncoder
from peermatch.encoders._bits import unpack
from peermatch.encoders._many import check_options, learn, pooled_bits, splitter_for
from peermatch.encoders._table import Column
from peermatch.errors import InputError, error_item

__all__ = ["SkillsEncoder"]


class SkillsEncoder(CellEncoder):
    """Turn offers and seeks into 0/1 columns over one shared vocabulary.

    Parameters
    ----------
    separator : str, default=None
        What stands between the skills of a cell; "" where cells are never cut; None detects it over both
        sides together, as `GoalsEncoder` does.
    vocabulary : list of str, default=None
        Known skills. They come first, in this order, and are kept whole; others are added as they are found.
    max_values : int, default=4096
        More skills than this are an error.
    n_offers : int, default=1
        How many of the columns hold offers: they come first, and all that follow hold seeks. Columns of one
        side are pooled.

    Attributes
    ----------
    separator_ : str
    vocabulary_ : list of str
        Skills in bit order, each in its most common spelling over both sides.
    n_features_in_, feature_names_in_
        As in scikit-learn.

    Notes
    -----
    A missing side is NaN in that half only. A skill not seen when fitted counts as nothing.

    Raises
    ------
    InputError
        With the code "wrong_kind", "too_many_values" or "columns" (fewer than two).

    Examples
    --------
    >>> skills = SkillsEncoder().fit([["Python; SQL", "Go"], ["go", None]])
    >>> skills.get_feature_names_out().tolist()
    ['offers_Go', 'offers_Python', 'offers_SQL', 'seeks_Go', 'seeks_Python', 'seeks_SQL']
    >>> skills.transform([["go", None]]).tolist()
    [[1.0, 0.0, 0.0, nan, nan, nan]]
    """

    def __init__(
        self,
        separator: str | None = None,
        vocabulary: Sequence[str] | None = None,
        max_values: int = 4096,
        n_offers: int = 1,
    ) -> None:
        self.separator = separator
        self.vocabulary = vocabulary
        self.max_values = max_values
        self.n_offers = n_offers

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the shared vocabulary.

        Parameters
        ----------
        X : table of shape (n, 2), or more columns with `n_offers`
        y : ignored

        Returns
        -------
        SkillsEncoder
            Itself.
        """
        caller = type(self).__name__
        options = check_options(caller, self.separator, self.vocabulary, 1, self.max_values)
        check_count(caller, "n_offers", self.n_offers, at_least=1)
        columns = self._read(X, reset=True)
        if len(columns) <= self.n_offers:
            message = (
                f"{caller} needs {self.n_offers + 1} columns, offers and then seeks. "
                f"Got {len(columns)} feature(s), n_features = {len(columns)}."
            )
            raise InputError(error_item("columns", message, found=len(columns), accepted=self.n_offers + 1))
        splitter = splitter_for(columns, self.separator, options)
        self._values = learn(caller, columns, splitter, options, min_count=1, max_values=self.max_values)
        self.separator_ = splitter.separator
        self.vocabulary_ = self._values.names
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return 0/1 columns of shape (n, 2 * n_skills), offers first; an unknown side is NaN."""
        offers, offers_known, seeks, seeks_known = self.bits(X)
        n_skills = len(self.vocabulary_)
        return np.hstack([unpack(offers, offers_known, n_skills), unpack(seeks, seeks_known, n_skills)])

    def bits(
        self, X: Any
    ) -> tuple[NDArray[np.uint64], NDArray[np.bool_], NDArray[np.uint64], NDArray[np.bool_]]:
        """Return both sides as bits.

        Returns
        -------
        offers, offers_known, seeks, seeks_known
            Words of shape (n, W), where skill b of `vocabulary_` is bit b % 64 of word b // 64 (zero where
            unknown), and which rows are known, of shape (n,).
        """
        columns: list[Column] = self._read(X, reset=False)
        offers, offers_known = pooled_bits(columns[: self.n_offers], self._values)
        seeks, seeks_known = pooled_bits(columns[self.n_offers :], self._values)
        return offers, offers_known, seeks, seeks_known

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Return offers_<skill> for each skill, then seeks_<skill>.

        Parameters
        ----------
        input_features : ignored
        """
        self._check_fitted()
        return np.array(
            [f"{side}_{name}" for side in ("offers", "seeks") for name in self.vocabulary_], dtype=object
        )
