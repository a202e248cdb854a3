"""Profiles: several encoders over the named columns of a table, as one matrix of named features."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone

from peermatch.checks import did_you_mean, must_be
from peermatch.encoders._base import CellEncoder
from peermatch.encoders._table import as_pandas
from peermatch.errors import ConfigError, InputError, error_item

__all__ = ["ProfileEncoder"]


class ProfileEncoder(CellEncoder):
    """Turn a table of people into one feature matrix, block by block.

    Parameters
    ----------
    blocks : list of (str, encoder, columns), or dict of str to (encoder, columns)
        The name of each block, the encoder (cloned when fitted), and its columns: a name, a position, or a
        list of these.
    impute : bool, default=False
        Whether to fill what is unknown with the column's mean, and to scale the blocks to the same total
        variance, so that the matrix can be clustered or mapped as it is. A block's columns keep their
        proportions: they are all divided by the square root of the block's summed variance, measured after
        filling. A block without variance stays as it is.

    Attributes
    ----------
    encoders_ : dict of str to encoder
        The fitted ones.
    blocks_ : dict of str to slice
        Where each block's features stand.
    means_, scales_ : ndarray of shape (n_features_out,)
        With `impute`: what fills a gap, and what a feature is divided by after its mean is taken off.
    n_features_in_, feature_names_in_
        As in scikit-learn.

    Notes
    -----
    For clustering, give `BackgroundEncoder` its `one_hot=True`: differences of codes mean nothing.

    Raises
    ------
    ConfigError
        Where `blocks` is not of that form.
    InputError
        With the code "unknown_column" for a column that the table doesn't have, and whatever the encoders
        raise.

    Examples
    --------
    >>> import pandas as pd
    >>> from peermatch.encoders import ExperienceEncoder, GoalsEncoder
    >>> people = pd.DataFrame({"years": ["5 years", "10+"], "goals": ["Lead; Teach", "Teach"]})
    >>> profile = ProfileEncoder([("years", ExperienceEncoder(), "years"), ("goals", GoalsEncoder(), ["goals"])])
    >>> profile.fit_transform(people).tolist()
    [[5.0, 1.0, 1.0], [10.0, 0.0, 1.0]]
    >>> profile.get_feature_names_out().tolist()
    ['years__years', 'goals__Lead', 'goals__Teach']
    """

    def __init__(self, blocks: Any, impute: bool = False) -> None:
        self.blocks = blocks
        self.impute = impute

    def fit(self, X: Any, y: Any = None) -> Self:
        """Fit every encoder to its columns.

        Parameters
        ----------
        X : table of shape (n, d)
            pandas, polars, pyarrow, or an array, whose columns have positions only.
        y : ignored

        Returns
        -------
        ProfileEncoder
            Itself.
        """
        blocks = self._listed()
        X = as_pandas(X)
        self._read(X, reset=True)
        frame = _frame(X)
        self.encoders_: dict[str, Any] = {}
        self.blocks_: dict[str, slice] = {}
        self._columns: dict[str, list[int]] = {}
        parts: list[NDArray[np.float64]] = []
        at = 0
        for name, encoder, columns in blocks:
            places = [_place(frame, column, name) for column in columns]
            self._columns[name] = places
            fitted = clone(encoder).fit(frame.iloc[:, places])
            self.encoders_[name] = fitted
            parts.append(_features(fitted, frame.iloc[:, places]))
            self.blocks_[name] = slice(at, at + parts[-1].shape[1])
            at += parts[-1].shape[1]
        if self.impute:
            self._learn_scales(np.hstack(parts))
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return the features, of shape (n, n_features_out); NaN for unknown, none of it with `impute`."""
        X = as_pandas(X)
        self._read(X, reset=False)
        frame = _frame(X)
        parts = [
            _features(encoder, frame.iloc[:, self._columns[name]]) for name, encoder in self.encoders_.items()
        ]
        matrix: NDArray[np.float64] = np.hstack(parts)
        if self.impute:
            matrix = np.where(np.isnan(matrix), self.means_, matrix)
            matrix = (matrix - self.means_) / self.scales_
        return matrix

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Return <block>__<feature> for every feature.

        Parameters
        ----------
        input_features : ignored
        """
        self._check_fitted()
        names = [
            f"{name}__{feature}"
            for name, encoder in self.encoders_.items()
            for feature in encoder.get_feature_names_out()
        ]
        return np.array(names, dtype=object)

    def _listed(self) -> list[tuple[str, Any, list[Hashable]]]:
        """The blocks as (name, encoder, list of columns)."""
        form = "a list of (name, encoder, columns), or a dict of name to (encoder, columns)"
        given = self.blocks
        if isinstance(given, Mapping):
            given = [
                (name, *block) if isinstance(block, Sequence) else block for name, block in given.items()
            ]
        good = isinstance(given, Sequence) and len(given) > 0 and all(_is_block(block) for block in given)
        if not good or len({block[0] for block in given}) < len(given):
            raise ConfigError(must_be(type(self).__name__, "blocks", form + ", each name once", self.blocks))
        return [
            (name, encoder, [columns] if isinstance(columns, (str, int)) else list(columns))
            for name, encoder, columns in given
        ]

    def _learn_scales(self, matrix: NDArray[np.float64]) -> None:
        known = ~np.isnan(matrix)
        filled = np.where(known, matrix, 0.0)
        counts = known.sum(axis=0)
        self.means_ = filled.sum(axis=0) / np.maximum(counts, 1)
        away = np.where(known, matrix - self.means_, 0.0)
        variances = np.square(away).sum(axis=0) / len(matrix)
        self.scales_ = np.ones(matrix.shape[1])
        for place in self.blocks_.values():
            total = float(variances[place].sum())
            if total > 0.0:
                self.scales_[place] = np.sqrt(total)


def _is_block(block: Any) -> bool:
    """Whether it is (name, encoder, columns)."""
    if not isinstance(block, Sequence) or isinstance(block, str) or len(block) != 3:
        return False
    name, encoder, columns = block
    listed = isinstance(columns, (str, int)) or (isinstance(columns, Sequence) and len(columns) > 0)
    return isinstance(name, str) and hasattr(encoder, "fit") and hasattr(encoder, "transform") and listed


def _frame(X: Any) -> pd.DataFrame:
    """The table itself, or an array's columns under their positions."""
    if isinstance(X, pd.DataFrame):
        return X
    array = np.asarray(X)
    return pd.DataFrame(array if array.dtype.kind in "biufM" else array.astype(object))


def _place(frame: pd.DataFrame, column: Hashable, block: str) -> int:
    """Where a column stands, by name first and by position second."""
    at = np.flatnonzero(np.array([name == column for name in frame.columns], dtype=bool))
    if len(at):
        return int(at[0])
    if isinstance(column, int) and 0 <= column < frame.shape[1]:
        return column
    known = [str(name) for name in frame.columns]
    message = (
        f"The table has no column {column!r}, which the block {block!r} needs.{did_you_mean(column, known)}"
    )
    raise InputError(error_item("unknown_column", message, column=str(column), found=column, accepted=known))


def _features(encoder: Any, part: pd.DataFrame) -> NDArray[np.float64]:
    """A block's features as an array, whatever scikit-learn's output is set to."""
    return np.asarray(encoder.transform(part), dtype=np.float64)
