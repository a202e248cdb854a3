"""The table of repairs as a result shows it: what was mended in columns whose values nobody may read is hidden."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from peermatch.criteria import HIDDEN, folded
from peermatch.explain import Outcome

__all__ = ["repairs_frame"]

_SHOWN = ("column", "row", "id", "found", "became", "reason", "code", "sure", "count")
_OF_HEADERS = frozenset(
    {"header_space", "blank_header", "repeated_header", "merged_header", "hidden_column", "empty_column",
     "two_header_rows", "encoding", "separator", "sheet", "blank_row", "hidden_rows", "no_consent"}
)  # fmt: skip
"""Codes of repairs that tell of headers, of the file, or of how many: nobody's cell stands in them."""


def repairs_frame(outcome: Outcome, quoted: Collection[str]) -> pd.DataFrame:
    """Return what was mended on the way in: [side,] column, row, id, found, became, reason, code, sure, count.

    Parameters
    ----------
    outcome : Outcome
    quoted : collection of str
        The columns, folded, of which a result may quote cells; see `peermatch.explain.fit_to_quote`. Of any other
        column there is that something was mended, and neither what nor whose.
    """
    frames = []
    for hand in outcome.hands:
        cohort = outcome.everyone[hand]
        assert cohort is not None  # hands are sides that are there
        # the file's name and the sheet's stay with the cohort: a result is the same whatever the file was called
        frame = _masked(cohort.repairs[list(_SHOWN)], quoted)
        if outcome.two_sided:
            frame.insert(0, "side", pd.Series([outcome.side_name(hand)] * len(frame), dtype=object))
        frames.append(frame)
    return pd.concat(frames, ignore_index=True) if outcome.two_sided else frames[0]


def _masked(repairs: pd.DataFrame, quoted: Collection[str]) -> pd.DataFrame:
    """Hide cells that are not to be read, and put those rows last: their place would tell whose they were."""
    hidden = pd.Series(
        [
            code not in _OF_HEADERS and (column is None or folded(column) not in quoted)
            for column, code in zip(repairs["column"], repairs["code"], strict=True)
        ],
        index=repairs.index,
        dtype=bool,
    )
    if not hidden.any():
        return repairs.copy()
    rest = repairs[hidden].copy()
    for name in ("found", "became"):
        rest[name] = pd.Series([HIDDEN] * len(rest), index=rest.index, dtype=object)
    for name in ("row", "id"):
        rest[name] = pd.Series([None] * len(rest), index=rest.index, dtype=object)
    rest["reason"] = "mended or remarked on; what it was does not stand in results"
    order = sorted(
        range(len(rest)),
        key=lambda at: tuple(str(rest[name].iloc[at] or "") for name in ("column", "code", "sure", "count")),
    )
    return pd.concat([repairs[~hidden], rest.iloc[order]], ignore_index=True)
