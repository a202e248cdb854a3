"""What became of those who were left over, for people to read."""

from __future__ import annotations

from dataclasses import dataclass

from peermatch.cohort.display import card, paragraph

__all__ = ["OddView"]


@dataclass(frozen=True, eq=False, repr=False)
class OddView:
    """What became of those who were left over when everybody else was in a pair.

    Totals count everybody by their fit, the mean of their scores with whom they meet: half of the sum of all fits. A
    pair counts with its score, a trio with half of the sum of its three scores.

    Attributes
    ----------
    kind : {"trio", "reserve"}
    left : int
        How many would have sat out.
    seated : int
        How many of them have someone to meet now.
    total : float
        Of all groups.
    sitting_out : float
        The best total where those left over sit out.
    bound : float or None
        Proved: no other answer that seats as many is worth more; None where nothing is proved.
    verified : bool
        Whether the bound was checked by code that shares nothing with the solver.
    called : tuple of id
        Who was called from the reserve.
    sentence : str
        The same in words.
    """

    kind: str
    left: int
    seated: int
    total: float
    sitting_out: float
    bound: float | None
    verified: bool
    called: tuple[str | int, ...]
    sentence: str

    @property
    def loss(self) -> float:
        """How much less the groups are worth in total than pairs with those left over sitting out; below 0: more."""
        return self.sitting_out - self.total

    @property
    def gap(self) -> float | None:
        """How much more another answer that seats as many could be worth in total, at most."""
        return None if self.bound is None else self.bound - self.total

    def __repr__(self) -> str:
        gap = "gap not known" if self.gap is None else f"gap {self.gap:g}"
        return f"OddView({self.kind}, {self.seated} of {self.left} seated, loss {self.loss:.3f}, {gap})"

    def __str__(self) -> str:
        return self.sentence

    def _repr_html_(self) -> str:
        return card("Left over", paragraph(self.sentence))
