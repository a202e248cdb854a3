"""Sizes of tiles, and when to change the way: they change the time that a search takes, never what it finds."""

from __future__ import annotations

__all__: list[str] = []

SPAN, LEAST_SPAN = 2048, 256
"""People on each side of a tile, at most, and at least where there are few."""

ROWS = 256
"""Rows of a tile scored at once: their numbers stay in the processor's own cache."""

MANY = 0.2
"""The share of pairs that matter from which on the whole tile is scored exactly."""

FEW = 0.05
"""The share of pairs that could contradict the duals up to which they are scored exactly without a look at bounds."""

SEEDS = 256
"""How many people everybody is held against first, so that the first tiles have something to exceed."""

MOST_WORTH = 1 << 34
