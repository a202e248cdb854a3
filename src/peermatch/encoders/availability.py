"""Availability: time zones and working hours, or weekly slots, as the slots of one week in UTC."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from peermatch.encoders._availability import AvailabilityReader
from peermatch.encoders._base import CellEncoder
from peermatch.encoders._bits import unpack
from peermatch.encoders.hours import DAYS, MINUTES_PER_WEEK

__all__ = ["AvailabilityEncoder"]


class AvailabilityEncoder(CellEncoder, AvailabilityReader):
    """Turn working hours into the slots of one week in UTC: 0/1 columns, or bits.

    Parameters
    ----------
    slot_minutes : int, default=60
        Length of a slot; it must divide a day. A slot counts where it lies wholly within the hours, so that
        no time is promised that isn't there: with half-hour zones, 30 keeps more.
    as_of : str, date, datetime or Timestamp, default=None
        The day on which a zone's offset from UTC is taken. Required where a zone's offset changes within the
        year or has changed since 2010: today's clock is never used.
    invalid : {"error", "unknown"}, default="error"
        What happens to a cell that can't be read.

    Attributes
    ----------
    layout_ : {"zoned", "slots", "numbers"}
        "zoned": two columns, zone and hours (see `parse_zone`, `parse_hours`). "slots": one column of hours
        in UTC. "numbers": a table of nothing but numbers, of any width: each is an hour of the week in UTC (0
        is Monday 00:00, 168 comes round to it) and stands for the slot it falls in.
    n_features_in_, feature_names_in_
        As in scikit-learn.

    Raises
    ------
    InputError
        With the code "wrong_kind", or "columns" where they are not one or two.
    ConfigError
        With the code "as_of_required".

    Examples
    --------
    >>> hours = AvailabilityEncoder()
    >>> week = hours.fit_transform([["UTC+2", "09:00-17:00"], ["Asia/Kolkata", "Mon 9-11"], [None, "9-11"]])
    >>> hours.get_feature_names_out()[week[1] == 1].tolist()
    ['Mon_04']
    >>> int(week[0].sum()), float(week[2, 0])
    (40, nan)
    """

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return 0/1 columns of shape (n, n_slots), NaN in the rows of people whose week is unknown."""
        words, known = self.bits(X)
        return unpack(words, known, self._slots())

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Return Mon_00 to Sun_23, or Mon_00:00 and so on for slots other than hours.

        Parameters
        ----------
        input_features : ignored
        """
        self._check_fitted()
        names = []
        for start in range(0, MINUTES_PER_WEEK, self.slot_minutes):
            hour, minute = divmod(start % 1440, 60)
            names.append(
                f"{DAYS[start // 1440]}_{hour:02d}" + ("" if self.slot_minutes == 60 else f":{minute:02d}")
            )
        return np.array(names, dtype=object)
