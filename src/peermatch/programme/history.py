"""History: earlier rounds' pairs, as a plain table."""

from __future__ import annotations

from typing import Any

import pandas as pd

from peermatch.cohort.aside import read_table
from peermatch.pairing import Pairing, SavedResult

__all__ = ["extend_history"]


def extend_history(history: Any, pairing: Pairing | SavedResult) -> pd.DataFrame:
    """Return the history with a pairing's pairs added: one row a pair, with round, date, a, b and status.

    Parameters
    ----------
    history : table, path, or None
        Earlier pairs; None to begin one.
    pairing : Pairing or SavedResult
        Its ``round`` and ``as_of`` are written beside each pair.

    Returns
    -------
    pandas.DataFrame
        The columns round, date, a, b, status, then any others that `history` had.

    Examples
    --------
    >>> import peermatch as pm
    >>> people = [{"id": 1, "years": 2}, {"id": 2, "years": 3}]
    >>> pairing = pm.PeerMatcher("id", [pm.near("years")]).match(people, round="2026-12", as_of="2026-12-01")
    >>> pm.extend_history(None, pairing).values.tolist()
    [['2026-12', '2026-12-01', 1, 2, 'paired']]
    """
    if isinstance(pairing, SavedResult):
        return _extended(history, _of_saved(pairing))
    left, right = pairing.sides.left.ids, pairing.sides.columns_side.ids
    pairs = pairing.matching.pairs
    fresh = pd.DataFrame(
        {
            "round": [pairing.round] * len(pairs),
            "date": [pairing.settings.get("as_of")] * len(pairs),
            "a": [left[u] for u in pairs[:, 0]],
            "b": [right[v] for v in pairs[:, 1]],
            "status": ["paired"] * len(pairs),
        },
        dtype=object,
    )
    return _extended(history, fresh)


def _of_saved(saved: SavedResult) -> pd.DataFrame:
    pairs, count = saved.pairs, len(saved.pairs)
    first, second = saved.side_names
    data = {
        "round": [saved.round] * count,
        "date": [saved.settings.get("as_of")] * count,
        "a": pairs[first].tolist(),
        "b": pairs[second].tolist(),
        "status": ["paired"] * count,
    }
    return pd.DataFrame({name: pd.Series(cells, dtype=object) for name, cells in data.items()})


def _extended(history: Any, fresh: pd.DataFrame) -> pd.DataFrame:
    if history is None:
        return fresh
    earlier = read_table(history, what="history")
    return pd.concat([earlier, fresh], ignore_index=True) if len(earlier) else fresh
