"""What all encoders share with scikit-learn: its base classes, and its checks of tables and names."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import _check_feature_names_in, check_array, check_is_fitted, validate_data

from peermatch.encoders._cells import CellReader, checked_columns, refuse_doubles
from peermatch.encoders._table import Column, as_pandas

__all__ = ["CellEncoder"]


class CellEncoder(TransformerMixin, BaseEstimator, CellReader):
    """A transformer over positional columns of cells of any kind.

    It adds to scikit-learn's base classes what its own validation cannot do: every column is looked at alone,
    so that a table of texts, numbers, dates and gaps doesn't become one array first.
    """

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.called = cls.__name__

    def _read(self, X: Any, *, reset: bool) -> list[Column]:
        """Check the table and return its columns; remember names and number of columns when `reset`."""
        X = as_pandas(X)
        if isinstance(X, pd.DataFrame):
            if not X.shape[0] or not X.shape[1]:
                check_array(np.empty(X.shape))  # scikit-learn's own words for a table of nothing
            refuse_doubles(X)
        else:
            X = check_array(X, dtype=None, ensure_all_finite=False, input_name="X")
        if not reset:
            check_is_fitted(self)
        validate_data(self, X, reset=reset, skip_check_array=True)
        return checked_columns(X)

    def _names_in(self, input_features: Any) -> NDArray[np.object_]:
        """The names of the columns, as scikit-learn checks and makes them."""
        names: NDArray[np.object_] = _check_feature_names_in(self, input_features)
        return names

    def _check_fitted(self) -> None:
        check_is_fitted(self)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "n_features_in_")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        return tags
