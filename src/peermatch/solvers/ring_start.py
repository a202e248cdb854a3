"""Where the search for rings starts: the cycles of the best assignment, cut into rings where least is lost."""

from __future__ import annotations

import numpy as np

from peermatch.problem import FORBIDDEN, IntArray, Matching, RingProblem

__all__ = ["cut", "first_rings"]

_FORBIDDEN_ARROW = -(1 << 44)


def first_rings(problem: RingProblem, best: Matching) -> list[IntArray]:
    """Return rings made of an assignment: cycles that are rings already stay, long ones are cut, the rest is strung up.

    Parameters
    ----------
    problem : RingProblem
    best : Matching
        Of ``problem.assignment()``.
    """
    after = np.full(problem.n, -1, dtype=np.int64)
    after[best.pairs[:, 0]] = best.pairs[:, 1]
    rings: list[IntArray] = []
    loose: list[int] = []
    for line, closed in _lines(after):
        if closed and problem.smallest <= len(line) <= problem.largest:
            rings.append(np.array(line, dtype=np.int64))
        elif len(line) > problem.largest:
            parts, rest = cut(problem, line)
            rings += parts
            loose += rest
        else:
            loose += line
    parts, rest = cut(problem, loose)
    rings += parts
    if rest and rings:
        # too few for a ring of their own: they share with the smallest one
        least = min(range(len(rings)), key=lambda k: len(rings[k]))
        rings += cut(problem, [*rings.pop(least).tolist(), *rest])[0]
    return rings


def _lines(after: IntArray) -> list[tuple[list[int], bool]]:
    """Return everybody in lines along whom they advise, and whether a line comes back to where it starts."""
    advised = np.zeros(len(after), dtype=bool)
    advised[after[after >= 0]] = True
    seen = np.zeros(len(after), dtype=bool)
    found = []
    # a line that does not come back starts with whom nobody advises
    for start in [*np.flatnonzero(~advised).tolist(), *np.flatnonzero(advised).tolist()]:
        if seen[start]:
            continue
        line, at = [], start
        while at >= 0 and not seen[at]:
            seen[at] = True
            line.append(at)
            at = int(after[at])
        found.append((line, at == start))
    return found


def cut(problem: RingProblem, line: list[int]) -> tuple[list[IntArray], list[int]]:
    """Cut a line of people into rings where that is worth most, and return them and who is left over at its end.

    Every piece becomes a ring of its own: its last member advises its first one. By dynamic programming from the start
    of the line; at most as many are left over as no pieces can hold.
    """
    low, high, n = problem.smallest, problem.largest, len(line)
    people = np.array(line, dtype=np.int64)
    arrows = problem.worth[people[:-1], people[1:]] if n else np.zeros(0, dtype=np.int64)
    arrows = np.where(arrows == FORBIDDEN, _FORBIDDEN_ARROW, arrows)
    run = np.concatenate([[0], np.cumsum(arrows)])
    best: list[int | None] = [0, *([None] * n)]
    piece = [0] * (n + 1)
    for end in range(low, n + 1):
        for size in range(low, min(high, end) + 1):
            earlier = best[end - size]
            if earlier is None:
                continue
            back = int(problem.worth[people[end - 1], people[end - size]])
            back = _FORBIDDEN_ARROW if back == FORBIDDEN else back
            value = earlier + int(run[end - 1] - run[end - size]) + back
            known = best[end]
            if known is None or value > known:
                best[end], piece[end] = value, size
    end = max((k for k in range(n + 1) if best[k] is not None), default=0)
    rest, rings = line[end:], []
    while end:
        rings.append(people[end - piece[end] : end])
        end -= piece[end]
    return rings[::-1], rest
