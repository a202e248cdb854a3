"""Offers and seeks as bits of one vocabulary: what reads them, without scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from peermatch.checks import check_count
from peermatch.encoders._cells import CellReader
from peermatch.encoders._many import check_options, learn, pooled_bits, splitter_for
from peermatch.encoders._table import Column
from peermatch.errors import InputError, error_item

__all__ = ["SkillsReader"]


class SkillsReader(CellReader):
    """Reads offers and seeks, for `SkillsEncoder`, whose options and results it has."""

    called: ClassVar[str] = "SkillsEncoder"

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
        Self
            Itself.
        """
        caller = self.called
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
