"""What comes of checking a saved result."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["EvidenceVerdict"]


@dataclass(frozen=True)
class EvidenceVerdict:
    """Whether a saved result, and the proof in it, hold.

    Attributes
    ----------
    holds : bool
        Whether nothing that was checked was found false.
    faults : tuple of str
        What was found false, in sentences; empty where it holds.
    pairs_covered : int
        How many allowed pairs of people the proof was checked on here; 0 where that was not possible.
    sentence : str
        The verdict in words.
    not_checked : tuple of str
        What the result says and could not be checked, in words.
    has_evidence : bool
        Whether the result holds the numbers that were scored.
    proved : bool
        Whether the certificate was proved again here.

    Examples
    --------
    >>> EvidenceVerdict(False, ("Pair 3 stands there twice.",), 0, "The result does not hold.", ()).faults[0]
    'Pair 3 stands there twice.'
    """

    holds: bool
    faults: tuple[str, ...]
    pairs_covered: int
    sentence: str
    not_checked: tuple[str, ...]
    has_evidence: bool = False
    proved: bool = False
