"""Experience: years, hire dates and grades, as one number each."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import OneToOneFeatureMixin

from peermatch.encoders._base import CellEncoder
from peermatch.encoders._experience import ExperienceReader

__all__ = ["ExperienceEncoder"]


class ExperienceEncoder(OneToOneFeatureMixin, CellEncoder, ExperienceReader):
    """Turn years, hire dates and grades into numbers: one float column each, NaN for unknown.

    Parameters
    ----------
    kind : {"auto", "years", "date", "grade"}, default="auto"
        What the columns hold. "years": numbers, and years as people write them (see `parse_years`); a number
        means itself, whatever it counts. "date": hire dates, which become years of tenure at `as_of`.
        "grade": positions in `ladder`. "auto" decides for every column when fitted: with a ladder "grade"; a
        column of dates (by type, or nothing but full ISO dates) "date"; otherwise "years".
    ladder : sequence, default=None
        All grades, lowest first; the lowest is 1. Compared without regard to case and blanks.
    as_of : str, date, datetime or Timestamp, default=None
        The day at which tenure is counted. Required for dates: today's clock is never used.
    invalid : {"error", "unknown"}, default="error"
        What happens to a cell that can't be read, or to a hire date after `as_of`.

    Attributes
    ----------
    kinds_ : list of str
        What each column was taken for.
    n_features_in_, feature_names_in_
        As in scikit-learn.

    Raises
    ------
    InputError
        With the code "wrong_kind": cells that can't be read (how many, and the first three).
    ConfigError
        With the code "as_of_required" where there are dates but no `as_of`.

    Examples
    --------
    >>> ExperienceEncoder().fit_transform([["Less than 1 year"], ["35-44 years old"], ["N/A"]]).ravel().tolist()
    [0.5, 39.5, nan]
    >>> ExperienceEncoder(as_of="2026-12-01").fit_transform([["2020-12-01"]]).round(1).item()
    6.0
    >>> ExperienceEncoder(ladder=["Junior", "Senior", "Lead"]).fit_transform([["lead"]]).item()
    3.0
    """

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return numbers of shape (n, d), NaN for unknown."""
        return self.values(X)
