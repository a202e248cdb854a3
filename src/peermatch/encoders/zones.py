"""Time zones as people write them, and their offset from UTC on a given day."""

from __future__ import annotations

import datetime as dt
import math
import re
import zoneinfo
from decimal import Decimal
from functools import lru_cache
from typing import Any, NoReturn

import numpy as np

from peermatch.checks import nearest
from peermatch.encoders._table import text_of
from peermatch.errors import InputError, error_item

__all__ = ["ACCEPTED_ZONES", "offset_minutes", "parse_zone"]

ACCEPTED_ZONES = "a zone such as 'Europe/Berlin', 'UTC+5:30', or the hours from UTC as a number"

_OFFSET = re.compile(r"(?:utc|gmt)?\s*([+-])\s*(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)
_UTC = frozenset({"utc", "gmt", "z", "zulu"})
# A zone is taken for constant when its offset is the same in each month of these years.
_YEARS = range(2010, 2038)
_EAST, _WEST = 14 * 60, -12 * 60


def parse_zone(value: Any) -> int | zoneinfo.ZoneInfo:
    """Read a time zone.

    Parameters
    ----------
    value : str or number
        An IANA name (``"Europe/Berlin"``, in any letter case), ``"UTC"``, an offset (``"UTC+5:30"``,
        ``"GMT-3"``, ``"+0530"``), or hours from UTC as a number (``5.5``), east of Greenwich positive.

    Returns
    -------
    int or zoneinfo.ZoneInfo
        Minutes from UTC where that is all that was given, or the zone.

    Raises
    ------
    InputError
        With the code "wrong_kind". Offsets reach from -12 to +14 hours.

    Examples
    --------
    >>> parse_zone("UTC+5:30"), parse_zone("europe/berlin").key
    (330, 'Europe/Berlin')
    """
    if isinstance(value, (int, float, Decimal, np.number)) and not isinstance(value, bool):
        minutes = float(value) * 60.0
        if not math.isfinite(minutes) or minutes != round(minutes):
            _refuse(value, "not a whole number of minutes from UTC")
        return _bounded(round(minutes), value)
    if not isinstance(value, str):
        _refuse(value, f"{type(value).__name__}, which is no zone")
    text = text_of(value).replace("−", "-").replace("–", "-")
    if text.casefold() in _UTC:
        return 0
    found = _OFFSET.fullmatch(text)
    if found:
        if int(found[3] or 0) >= 60:
            _refuse(value, "an hour has 60 minutes")
        size = int(found[2]) * 60 + int(found[3] or 0)
        return _bounded(size if found[1] == "+" else -size, value)
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return parse_zone(float(text))
    name = _names().get(text.replace(" ", "_").casefold())
    if name is None:
        hint = nearest(text, _names().values())
        _refuse(value, "no zone that we know" + (f"; did you mean {hint!r}?" if hint else ""))
    return zoneinfo.ZoneInfo(name)


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """Folded name -> name of every zone."""
    return {name.casefold(): name for name in sorted(zoneinfo.available_timezones())}


def _bounded(minutes: int, value: Any) -> int:
    if not _WEST <= minutes <= _EAST:
        _refuse(value, "offsets reach from -12 to +14 hours")
    return minutes


def offset_minutes(zone: int | zoneinfo.ZoneInfo, as_of: dt.date | None) -> int | None:
    """Return the minutes that a zone's clocks are ahead of UTC at noon UTC on `as_of`.

    Returns
    -------
    int or None
        Without `as_of`, the offset where it has been the same since 2010 and stays so by today's law; None
        where it depends on the day.

    Examples
    --------
    >>> berlin = parse_zone("Europe/Berlin")
    >>> offset_minutes(berlin, dt.date(2026, 7, 1)), offset_minutes(berlin, None)
    (120, None)
    """
    if isinstance(zone, int):
        return zone
    if as_of is not None:
        return _offset_on(zone, as_of)
    return _constant_offset(zone)


def _offset_on(zone: zoneinfo.ZoneInfo, day: dt.date) -> int:
    moment = dt.datetime(day.year, day.month, day.day, 12, tzinfo=dt.UTC).astimezone(zone)
    offset = moment.utcoffset() or dt.timedelta(0)
    return round(offset.total_seconds() / 60)


@lru_cache(maxsize=1024)
def _constant_offset(zone: zoneinfo.ZoneInfo) -> int | None:
    offsets = {_offset_on(zone, dt.date(year, month, 1)) for year in _YEARS for month in range(1, 13)}
    return offsets.pop() if len(offsets) == 1 else None


def _refuse(value: Any, why: str) -> NoReturn:
    message = f"{value!r} can't be read as a time zone: {why}. Accepted: {ACCEPTED_ZONES}."
    raise InputError(error_item("wrong_kind", message, found=why, accepted=ACCEPTED_ZONES))
