"""Deferred acceptance on preference lists of two sides."""

from __future__ import annotations

from typing import Any

import numpy as np

from peermatch.checks import check_choice
from peermatch.errors import ConfigError
from peermatch.problem import (
    IntArray,
    Matching,
    Stability,
    StabilityCertificate,
    Status,
    read_capacities,
    sorted_pairs,
)
from peermatch.solvers.list_input import SideLists, read_lists, size_of
from peermatch.solvers.two_sided_lists import Held, Met, accept, meet, owners

__all__ = ["deferred_acceptance", "promise_of", "stability_of"]

_SIDES = ("left", "right")


def deferred_acceptance(
    left: Any, right: Any, *, capacities: Any = None, proposers: str = "left"
) -> Matching:
    """Pair two sides so that no two people would both rather have each other (Gale and Shapley 1962).

    Parameters
    ----------
    left, right : list of lists, or 2-D integer array
        ``left[i]`` holds the positions of those on the right whom person i would rather have than a free place, best
        first, each at most once; ``right[j]`` positions on the left. Lists may be short or empty; in an array, -1
        at the end of a row fills it up. Equals stand together in an inner list: the order in which they are written
        there breaks the tie (of a set: ascending). Who is listed by one side only is dropped.
    capacities : mapping, tuple, list or array, optional
        How many partners people may have; None: one each. A mapping with the keys "left" and "right", or a tuple
        (left, right): each None, a whole number for everybody, or one whole number from 0 a person. A list or array
        alone is the right side's. Someone without a place is passed over.
    proposers : {"left", "right"}
        Whose best stable matching is found.

    Returns
    -------
    Matching
        With the status ``stable`` and a `StabilityCertificate`; there are no scores, so the weight is 0. ``.cost`` is
        the sum over all pairs of both ranks, counted from 1 (one-sided mentions and everyone who is strictly preferred
        come before); ``.stability.regret`` the worst of these. ``.stability.promise`` says in a sentence what is known
        about the pairs. ``.stability.dropped`` holds one-sided mentions as (who, whom), those of the left first: the
        first ``stability.searched["dropped_left"]`` rows name a person of the left and whom on the right they list,
        the others a person of the right and whom on the left.

    Raises
    ------
    InputError
        If a list names an unknown position, someone twice, or something that is not a position; for capacities that
        do not fit.
    ConfigError
        For unknown `proposers`.

    Notes
    -----
    Time and memory are linear in the total length of the lists.

    References
    ----------
    D. Gale and L. S. Shapley (1962), College admissions and the stability of marriage, Amer. Math. Monthly 69.
    A. E. Roth and M. A. O. Sotomayor (1990), Two-Sided Matching, chapter 5 (capacities on one side) and 6.

    Examples
    --------
    >>> matching = deferred_acceptance([[0, 1], [1, 0]], [[1, 0], [0, 1]])
    >>> matching.pairs.tolist(), matching.cost
    ([[0, 0], [1, 1]], 6)
    >>> deferred_acceptance([[0, 1], [1, 0]], [[1, 0], [0, 1]], proposers="right").pairs.tolist()
    [[0, 1], [1, 0]]
    >>> deferred_acceptance([[0], [0], [0]], [[2, 0, 1]], capacities={"right": 2}).pairs.tolist()
    [[0, 0], [2, 0]]
    """
    try:
        check_choice("deferred_acceptance()", "proposers", proposers, _SIDES)
    except ValueError as error:
        raise ConfigError(str(error)) from error
    sizes = (size_of(left, "left"), size_of(right, "right"))
    places = read_capacities(capacities, sizes)
    lists = (read_lists(left, "left", sizes[1]), read_lists(right, "right", sizes[0]))
    first = _SIDES.index(proposers)
    met = meet(lists[first], lists[1 - first])
    held = accept(met, places[first], places[1 - first])
    pairs = held.pairs(met.receivers)
    pairs = sorted_pairs(pairs if first == 0 else pairs[:, ::-1], two_sided=True)
    tied = any(bool(side.tie.any()) for side in lists)
    return Matching(
        pairs=pairs,
        n_left=sizes[0],
        n_right=sizes[1],
        two_sided=True,
        weight=0,
        status=Status.STABLE,
        solver="deferred",
        certificate=StabilityCertificate(met.n_pairs),
        stats={"ties": tied, "proposals": held.proposals},
        stability=stability_of(met, held, first, promise_of(proposers, places, tied)),
    )


def promise_of(proposers: str, capacity: tuple[IntArray | None, IntArray | None], tied: bool) -> str:
    """Say what is known about a matching found by deferred acceptance, and no more.

    Examples
    --------
    >>> promise_of("left", (None, None), False)[:53]
    'Stable, and the best stable matching for the left sid'
    """
    several = [places is not None and bool((places > 1).any()) for places in capacity]
    best = (
        f"the best stable matching for the {proposers} side: nobody there has anyone better in any other stable "
        "matching"
    )
    if all(several):
        known = "Stable: no two people would both rather have each other than one of those they have"
        return f"{known}, under the order given to ties." if tied else f"{known}."
    if tied:
        known = "Weakly stable: no two people would both gain by leaving for each other"
        return f"{known}. Under the order given to ties, {best}."
    return f"Stable, and {best}."


def stability_of(met: Met, held: Held, first: int, promise: str) -> Stability:
    """Work out ranks and what was dropped."""
    at_receiver = np.flatnonzero(held.entry)
    proposer_entry = np.flatnonzero(_held_at_proposers(met, held))
    ranks = np.concatenate([_ranks(met.proposers, proposer_entry), _ranks(met.receivers, at_receiver)])
    gone = [_mentions(met.proposers, met.mirror < 0), _mentions(met.receivers, ~met.named)]
    if first == 1:
        gone.reverse()
    return Stability(
        cost=int(ranks.sum()),
        regret=int(ranks.max(initial=0)),
        promise=promise,
        searched={"dropped_left": len(gone[0]), "dropped_right": len(gone[1])},
        dropped=np.concatenate(gone),
    )


def _held_at_proposers(met: Met, held: Held) -> Any:
    """Return which entries of the proposers are held by those whom they name."""
    listed = met.mirror >= 0
    place = np.where(listed, met.receivers.start[met.proposers.partner] + met.mirror, 0)
    return listed & held.entry[place] if len(held.entry) else np.zeros(len(listed), dtype=np.bool_)


def _ranks(lists: SideLists, entry: IntArray) -> IntArray:
    from peermatch.kernels.deferred import ranks_of_entries

    if not len(lists.tie):
        return entry - lists.start[owners(lists, entry)] + 1
    rank = np.empty(len(lists.partner), dtype=np.int32)
    ranks_of_entries(lists.start, lists.tie, rank)
    return rank[entry].astype(np.int64)


def _mentions(lists: SideLists, gone: Any) -> IntArray:
    entry = np.flatnonzero(gone)
    return np.stack([owners(lists, entry), lists.partner[entry].astype(np.int64)], axis=1)
