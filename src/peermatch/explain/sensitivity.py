"""Sensitivity: which pairs survive when each weight moves a little."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from peermatch.checks import check_number, must_be
from peermatch.cohort.display import ROWS, card, first_rows, one_line, paragraph, table
from peermatch.errors import ConfigError, InfeasibleError
from peermatch.explain.outcome import Outcome
from peermatch.explain.resolving import Compared, Resolve, check_resolvable, solve_again
from peermatch.explain.wording import counted, listing, percent, text_table, wrapped
from peermatch.problem import GRID, Control
from peermatch.scoring import reweighted

__all__ = ["Sensitivity", "sensitivity"]

MOST_CHANGES = 10


@dataclass(frozen=True, eq=False, repr=False)
class Sensitivity:
    """Which pairs survive when each weight moves. `Pairing.sensitivity` makes it.

    A pair survives a move if it is in the best pairing under the moved weights; of several that are equally good, in
    the one that keeps most pairs. So nothing counts as changed because a tie was broken another way (ties are
    searched for the objectives "everyone_first" and "best_total", without a minimum of places, where nobody goes
    first).

    Attributes
    ----------
    pairs : table
        One row a pair: pair_id, a and b (or the names of the sides), score, survived (the share of the moves that it
        survives), and a yes or no for each move, such as "goals +20%".
    moves : table
        One row a move: criterion, change (0.2 is 20 per cent more), weight (the moved one), status, still_optimal
        (whether the present pairs would still be among the best), pairs_kept, pairs_changed, pairs_best (how many
        pairs the best pairing has), total_now (of the present pairs under the moved weights), total_best, regret (what
        the present pairs are short of the best) and regret_share (of the best). Where the worst pair comes first:
        worst_now and worst_best.
        A status other than "optimal" says that the answer is not proved, or "infeasible": with the moved weights
        demands and the floor cannot both be met.
    complete : bool
        Whether all moves were made; False where it was stopped early.
    text : str
        The same in a few lines.
    """

    pairs: Any
    moves: Any
    complete: bool
    text: str

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Sensitivity({one_line(self.text)})"

    def _repr_html_(self) -> str:
        words = " ".join(self.text.partition("\n\n")[0].split())
        shown, more = first_rows(self.moves, 3 * ROWS)
        rows = [
            [
                str(move["criterion"]),
                _percent_change(move["change"]),
                f"{move['pairs_kept']:,}",
                f"{move['pairs_changed']:,}",
                f"{move['regret']:.3f}",
                f"{move['regret_share']:.1%}",
                str(move["status"]),
            ]
            for move in shown.to_dict("records")
        ]
        header = ["criterion", "weight", "pairs kept", "changed", "regret", "of the best", "status"]
        caption = "Each weight moved: what the present pairs are short of the best"
        moves = table(caption, header, rows, numbers=[1, 2, 3, 4, 5], more=more, noun="move")
        return card("Sensitivity", paragraph(words), moves)


@dataclass(frozen=True, eq=False)
class _Move:
    """One move and what came of it; nothing where demands and the floor contradict each other."""

    criterion: str
    change: float
    weight: float
    compared: Compared | None

    @property
    def name(self) -> str:
        return f"{self.criterion} {_percent_change(self.change)}"


def _percent_change(change: float) -> str:
    return f"{100 * change:+.6g}%"


def sensitivity(
    outcome: Outcome,
    resolve: Resolve | None,
    by: Sequence[float] | float,
    price: float,
    control: Control,
    in_kind: Callable[[pd.DataFrame], Any],
) -> Sensitivity:
    """Solve again with each weight moved up and down by each share.

    Parameters
    ----------
    outcome : Outcome
    resolve : Resolve or None
    by : float or sequence of float
        Shares above 0 and below 1.
    price : float
        See `peermatch.explain.resolving.solve_again`.
    control : Control
        Stopped early, the tables have the moves that were made until then.
    in_kind : callable
        Turns a table into the users' kind.
    """
    solver = check_resolvable(outcome, resolve, "sensitivity()")
    changes, price = _changes(by), _price(price)
    criteria = [part.criterion for part in outcome.scores.criteria]
    planned = [(criterion, change) for criterion in criteria for change in changes]
    moves: list[_Move] = []
    inside = Control(cancel=control.cancel, time_limit=control.time_limit, started=control.started)
    for number, (criterion, change) in enumerate(planned):
        control.report("moving weights", number, len(planned))
        if control.stopping:
            break
        weight = criterion.weight * (1 + change)
        scores = reweighted(outcome.scores, {criterion.name: weight})
        try:
            compared = solve_again(outcome, solver, scores, inside, price=price)
        except InfeasibleError:
            compared = None
        if control.stopping and compared is not None and not compared.proved:
            break
        moves.append(_Move(criterion.name, change, weight, compared))
    complete = len(moves) == len(planned)
    if complete:
        control.report("moving weights", len(planned), len(planned))
    table = _moves_frame(outcome, moves, solver.objective)
    return Sensitivity(
        pairs=in_kind(_pairs_frame(outcome, moves)),
        moves=in_kind(table),
        complete=complete,
        text=_text(outcome, moves, changes, complete, price),
    )


def _changes(by: Any) -> list[float]:
    """Return the changes of a weight, from the greatest loss to the greatest gain."""
    given = [by] if isinstance(by, Real) else by
    constraint = f"one to {MOST_CHANGES} numbers above 0 and below 1, such as (0.1, 0.2, 0.5)"
    listed = not isinstance(given, str | bytes) and isinstance(given, Sequence | np.ndarray)
    if not listed or not 1 <= len(given) <= MOST_CHANGES:
        raise ConfigError(must_be("sensitivity()", "by", constraint, by))
    for share in given:
        if isinstance(share, bool) or not isinstance(share, Real) or not 0 < float(share) < 1:
            raise ConfigError(must_be("sensitivity()", "by", constraint, by))
    shares = sorted({float(share) for share in given})
    return [*(-share for share in reversed(shares)), *shares]


def _price(price: Any) -> float:
    try:
        return check_number("sensitivity()", "price", price, at_least=0, at_most=1)
    except ValueError as error:
        raise ConfigError(str(error)) from None


def _moves_frame(outcome: Outcome, moves: Sequence[_Move], objective: str) -> pd.DataFrame:
    worst = ["worst_now", "worst_best"] if objective in ("worst_first", "leximin") else []
    numbers = ["total_now", "total_best", "regret", "regret_share", *worst]
    counts = ["pairs_kept", "pairs_changed", "pairs_best"]
    rows: list[list[Any]] = []
    for move in moves:
        head, found, count = [move.criterion, move.change, move.weight], move.compared, len(outcome.pairs)
        if found is None:
            rows.append([*head, "infeasible", False, 0, count, 0, *[np.nan] * len(numbers)])
            continue
        kept, status = int(found.kept.sum()), "optimal" if found.proved else "gap"
        totals = [total / GRID for total in (found.total_now, found.total_best)]
        totals += [_regret(found) / GRID, _regret(found) / max(1, found.total_best)]
        totals += [found.worst_now / GRID, found.worst_best / GRID] if worst else []
        told = [status, found.still_optimal, kept, count - kept, len(found.pairs)]
        rows.append([*head, *told, *totals])
    names = ["criterion", "change", "weight", "status", "still_optimal", *counts, *numbers]
    types = {**dict.fromkeys(counts, "int64"), **dict.fromkeys(["change", "weight", *numbers], "float64")}
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    return pd.DataFrame(
        {
            name: pd.Series(list(cells), dtype=types.get(name, "object"))
            for name, cells in zip(names, columns, strict=True)
        }
    )


def _regret(found: Compared) -> int:
    return found.total_best - found.total_now


def _pairs_frame(outcome: Outcome, moves: Sequence[_Move]) -> pd.DataFrame:
    u, v = outcome.pairs[:, 0], outcome.pairs[:, 1]
    survived = _survived(outcome, moves)
    data: dict[str, Any] = {"pair_id": pd.Series(outcome.pair_ids, dtype=object)}
    for hand, positions in ((0, u), (1, v)):
        data[outcome.side_name(hand)] = pd.Series(outcome.cohort(hand).ids[positions].tolist(), dtype=object)
        if outcome.cohort(hand).label is not None:
            labels = outcome.cohort(hand).labels[positions].tolist()
            data[f"label_{outcome.side_name(hand)}"] = pd.Series(labels, dtype=object)
    data["score"] = outcome.details.scores / GRID
    data["survived"] = survived.mean(axis=0) if len(moves) else np.full(len(u), np.nan)
    data.update({move.name: survived[k] for k, move in enumerate(moves)})
    return pd.DataFrame(data)


def _survived(outcome: Outcome, moves: Sequence[_Move]) -> npt.NDArray[np.bool_]:
    """Return which pairs survive which move, shape (moves, pairs)."""
    nothing = np.zeros(len(outcome.pairs), dtype=bool)
    rows = [nothing if move.compared is None else move.compared.kept for move in moves]
    return np.array(rows, dtype=bool).reshape(len(moves), len(outcome.pairs))


def _text(
    outcome: Outcome, moves: Sequence[_Move], changes: Sequence[float], complete: bool, price: float
) -> str:
    survived = _survived(outcome, moves)
    count = len(outcome.pairs)
    if not moves or not count:
        return (
            "Nothing was moved: there are no pairs."
            if not count
            else "It was stopped before a move was made."
        )
    firm = int(survived.all(axis=0).sum())
    made = (
        f"all {len(moves)} moves of a weight"
        if complete
        else f"the {counted(len(moves), 'move')} made before it was stopped"
    )
    share = percent(firm / count)
    lines = [
        wrapped(sentence)
        for sentence in (_loss(moves), f"{firm:,} of {counted(count, 'pair')} ({share}) survive {made}.")
    ]
    fewest = min(range(len(moves)), key=lambda k: (int(survived[k].sum()), k))
    lost = count - int(survived[fewest].sum())
    if lost:
        lines.append(wrapped(f"Most pairs change with {moves[fewest].name}: {lost:,}."))
        if not price:
            lines.append(
                wrapped(
                    "With price=0.01, only pairs whose breaking gains more than 0.01 points count as changed."
                )
            )
    unproved = [move.name for move in moves if move.compared is not None and not move.compared.proved]
    if unproved:
        lines.append(wrapped(f"Not proved: {listing(unproved)}."))
    impossible = [move.name for move in moves if move.compared is None]
    if impossible:
        lines.append(wrapped(f"Demands and the floor cannot both be met: {listing(impossible)}."))
    return "\n".join([*lines, "", "Pairs that change:", _grid(outcome, moves, changes, survived)])


def _loss(moves: Sequence[_Move]) -> str:
    """Return what the present pairs are short of the best, the most first: it is what weights that are off cost."""
    known = [move for move in moves if move.compared is not None]
    if not known:
        return "No move leaves anything to compare with."
    every = (
        "every one of these moves"
        if len(known) == len(moves)
        else "every one of these moves that is possible"
    )
    dearest = max(known, key=_share_lost)
    if _share_lost(dearest) > 0:
        return (
            f"The present pairs are at most {100 * _share_lost(dearest):.2g}% short of the best total under {every} "
            f"({dearest.name})."
        )
    return f"The present pairs keep the best total under {every}."


def _share_lost(move: _Move) -> float:
    found = move.compared
    return 0.0 if found is None else _regret(found) / max(1, found.total_best)


def _grid(
    outcome: Outcome, moves: Sequence[_Move], changes: Sequence[float], survived: npt.NDArray[np.bool_]
) -> str:
    """Return the number of changed pairs, a row for each criterion and a column for each change."""
    changed = {
        (move.criterion, move.change): f"{int((~survived[k]).sum()):,}" for k, move in enumerate(moves)
    }
    names = [part.criterion.name for part in outcome.scores.criteria]
    rows = [[name, *(changed.get((name, change), "") for change in changes)] for name in names]
    return text_table(["criterion", *map(_percent_change, changes)], rows)
