"""Weekly hours as people write them: "Mon-Thu 9-17; Fri 9-13", "22:00-06:00", "Wed 14:00-16:00"."""

from __future__ import annotations

import re
from typing import Any, NoReturn

from peermatch.errors import InputError, error_item

__all__ = ["ACCEPTED_HOURS", "DAYS", "MINUTES_PER_WEEK", "parse_hours"]

ACCEPTED_HOURS = "hours such as '09:00-17:00' (Monday to Friday), 'Mon-Thu 9-17; Fri 9-13' or '22:00-06:00'"
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MINUTES_PER_WEEK = 7 * 24 * 60

_DAY_MINUTES = 24 * 60
_LONGEST = 500

_DAY = (
    r"(mon(?:days?)?|tue(?:s(?:days?)?)?|wed(?:nesdays?)?|thu(?:r(?:s(?:days?)?)?)?|fri(?:days?)?|sat(?:urdays?)?"
    r"|sun(?:days?)?)\b\.?"
)
_TO = r"\s*(?:-|to|until|till|through)\s*"
_TIME = r"(\d{4}|\d{1,2}(?:[:.h]\d{2}|h)?|noon|midnight)\s*(am|pm|a\.m\.|p\.m\.)?(?:\s*h\b)?(?:\s*o'clock)?"
_TOKENS = re.compile(
    rf"(?P<range>{_TIME}{_TO}{_TIME})"
    rf"|(?P<days>{_DAY}{_TO}{_DAY})"
    rf"|(?P<day>{_DAY})"
    r"|(?P<set>weekdays|workdays|working days|weekends?|daily|every ?day|all week)\b"
    r"|(?P<always>24/7|any ?time|all day)(?!\w)"
    r"|(?P<joint>[,;/&|:]|\band\b|\bfrom\b|\bon\b)"
)
_SETS = {
    "weekdays": range(5),
    "workdays": range(5),
    "working days": range(5),
    "weekend": (5, 6),
    "weekends": (5, 6),
}


def parse_hours(value: Any) -> list[tuple[int, int]]:
    """Read the hours of a week.

    Parameters
    ----------
    value : str
        Days, then times, as often as needed: ``"Mon-Thu 9-17; Fri 9-13"``, ``"Mon, Wed 9:30-11, 14-16"``,
        ``"weekdays 9am-5pm"``, ``"24/7"``. Without days it means Monday to Friday. Times that end before they
        begin run over midnight into the next day: ``"22:00-06:00"``. A bare ``"9-5"`` is refused, since it
        may be a day or a night.

    Returns
    -------
    list of (int, int)
        Begin and end in minutes from Monday 00:00 on the writer's clock. An end may lie beyond the week: it
        wraps round.

    Raises
    ------
    InputError
        With the code "wrong_kind".

    Examples
    --------
    >>> parse_hours("Tue 9-10:30; Sun 23:00-01:00")
    [(1980, 2070), (10020, 10140)]
    """
    if not isinstance(value, str):
        _refuse(value, f"{type(value).__name__}, which is no text")
    text = re.sub(r"[‐‑‒–—―−]", "-", " ".join(value.replace("\n", " ; ").split())).casefold()
    if len(text) > _LONGEST:
        _refuse(value, "too long a text")
    spans: list[tuple[int, int]] = []
    days: list[int] = []
    closed = True  # whether the days named so far have had their times, so that a day starts a new list
    at = 0
    while at < len(text):
        found = _TOKENS.match(text, at)
        if found is None:
            if not text[at].isspace():
                _refuse(value, f"{text[at : at + 12]!r} is neither a day nor a time")
            at += 1
            continue
        at = found.end()
        if found["joint"]:
            continue
        if found["range"] or found["always"]:
            begin, end = (0, _DAY_MINUTES) if found["always"] else _span(found, value)
            default = range(7) if found["always"] == "24/7" else range(5)
            spans += [(day * _DAY_MINUTES + begin, day * _DAY_MINUTES + end) for day in days or default]
            closed = True
        else:
            days = _days(found) if closed else days + _days(found)
            closed = False
    if not closed or not spans:
        _refuse(value, "no times" if not spans else "the last days have no times")
    return sorted(set(spans))


def _days(found: re.Match[str]) -> list[int]:
    """The days that a token names; a range may run over the week's end."""
    if found["set"]:
        return list(_SETS.get(found["set"], range(7)))
    names = re.findall(_DAY, found[0])
    first, last = _day(names[0]), _day(names[-1])
    return [day % 7 for day in range(first, last + 1 if last >= first else last + 8)]


def _day(name: str) -> int:
    return DAYS.index(name[:3].capitalize())


def _span(found: re.Match[str], value: Any) -> tuple[int, int]:
    """Begin and end of a range of times in minutes of the day; the end may lie in the next day."""
    (begin_text, begin_half), (end_text, end_half) = re.findall(_TIME, found["range"])[:2]
    begin, end = _minutes(begin_text, begin_half, value), _minutes(end_text, end_half, value)
    if end_half and not begin_half and begin <= 12 * 60:
        # "1-5pm" begins in the afternoon as well, and "9-5pm" in the morning.
        afternoon = _minutes(begin_text, end_half, value)
        begin = afternoon if afternoon < end else begin
    if end == begin and end_text not in ("midnight",):
        _refuse(value, "it ends when it begins; a whole day is 00:00-24:00")
    if end > begin:
        return begin, end
    bare = not (begin_half or end_half) and begin_text.isdigit() and end_text.isdigit()
    if (
        bare
        and max(len(begin_text), len(end_text)) <= 2
        and begin <= 12 * 60
        and not begin_text.startswith("0")
    ):
        _refuse(value, f"{found['range']!r} may be a day or a night; write 09:00-17:00 or 9am-5pm")
    return begin, end + _DAY_MINUTES


def _minutes(text: str, half: str, value: Any) -> int:
    """Minutes of the day of one time; `half` is am, pm or nothing."""
    if text in ("noon", "midnight"):
        return 12 * 60 if text == "noon" else 0
    parts = [part for part in re.split(r"[:.h]", text) if part]
    if len(parts) == 1 and len(text) == 4:
        parts = [text[:2], text[2:]]
    hour, minute = int(parts[0]), int(parts[1]) if len(parts) > 1 else 0
    if half:
        if not 1 <= hour <= 12:
            _refuse(value, f"there is no {hour} {half}")
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    if minute > 59 or hour * 60 + minute > _DAY_MINUTES:
        _refuse(value, f"a day has no {text}")
    return hour * 60 + minute


def _refuse(value: Any, why: str) -> NoReturn:
    message = f"{value!r} can't be read as hours: {why}. Accepted: {ACCEPTED_HOURS}."
    raise InputError(error_item("wrong_kind", message, found=why, accepted=ACCEPTED_HOURS))
