"""What is known about a result, for people to read."""

from __future__ import annotations

from dataclasses import dataclass

from peermatch.cohort.display import card, paragraph, table
from peermatch.explain.wording import counted
from peermatch.problem import Certificate, IntArray

__all__ = ["CertificateView"]


@dataclass(frozen=True, eq=False, repr=False)
class CertificateView:
    """What is known about a pairing, and the evidence for it.

    Attributes
    ----------
    kind : str
        Of the evidence: "optimality", "bound", "protected", "worst_first", "flow" (minima, or several places on both
        sides), "stability", "no_stable", or "none".
    status : str
        See `peermatch.problem.Status`.
    verified : bool
        Whether the evidence was checked by code that shares nothing with the solver.
    gap : float or None
        How much more another answer could be worth in total, at most, in points of score; None where nothing is proved.
    pairs_gap : int
        How many more pairs another answer could have, at most.
    pairs_covered : int
        How many allowed pairs the check looked at.
    sentence : str
        The same in words.
    evidence : Certificate or None
        Dual variables, or a stable partition.
    vertices : (int64 array, int64 array), optional
        Who stands behind each entry of the evidence: positions among those who take part, of its left side and of its
        right one (in one pool: of everyone in it, and nobody).
    worst_gap : float, optional
        Objective "worst_first": how much better the worst pair of another answer with as many pairs could be, at most.

    Examples
    --------
    >>> CertificateView("none", "gap", False, 1.5, 0, 0, "Not proved the best.", None)
    CertificateView(gap, not verified, gap 1.5, 0 pairs covered)
    """

    kind: str
    status: str
    verified: bool
    gap: float | None
    pairs_gap: int
    pairs_covered: int
    sentence: str
    evidence: Certificate | None
    vertices: tuple[IntArray, IntArray] | None = None
    worst_gap: float | None = None

    def _facts(self) -> list[str]:
        facts = [self.status, "verified" if self.verified else "not verified"]
        facts.append("gap not known" if self.gap is None else f"gap {self.gap:g}")
        if self.pairs_gap:
            facts.append(f"up to {counted(self.pairs_gap, 'more pair')}")
        if self.worst_gap:
            facts.append(f"worst pair up to {self.worst_gap:g} better")
        return [*facts, f"{counted(self.pairs_covered, 'pair')} covered"]

    def __repr__(self) -> str:
        return f"CertificateView({', '.join(self._facts())})"

    def __str__(self) -> str:
        return self.sentence

    def _repr_html_(self) -> str:
        rows = [
            ["status", self.status.replace("_", " ")],
            ["checked independently", "yes" if self.verified else "no"],
            ["evidence", self.kind.replace("_", " ")],
            ["pairs looked at", f"{self.pairs_covered:,}"],
            ["gap in total score, at most", "not known" if self.gap is None else f"{self.gap:.3f}"],
            ["more pairs, at most", f"{self.pairs_gap:,}"],
        ]
        facts = table("What is known", ["fact", "value"], rows)
        return card(f"Certificate: {self._verdict}", paragraph(self.sentence), facts)

    @property
    def _verdict(self) -> str:
        """What it comes to, in a few words."""
        told = {
            "optimal": "the best there is",
            "stable": "stable",
            "no_stable": "no stable set of pairs exists",
            "undecided": "not decided",
            "infeasible": "the demands cannot all be met",
        }.get(self.status, "valid, and not proved the best")
        if self.status == "gap" and self.gap is not None:
            told = "valid, and this far from the best at most"
        return f"{told}, {'checked independently' if self.verified else 'not checked independently'}"
