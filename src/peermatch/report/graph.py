"""A result as a networkx graph."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import pandas as pd

from peermatch.explain import Outcome
from peermatch.problem import GRID

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["to_graph"]


def to_graph(outcome: Outcome, people: pd.DataFrame) -> nx.Graph:
    """Return people as nodes and pairs as edges.

    Parameters
    ----------
    outcome : Outcome
    people : pandas.DataFrame
        The table of people.

    Returns
    -------
    networkx.Graph
        Nodes are ids; on two sides (side, id). Everyone is there, with status, reason, label, used and capacity (and
        on two sides ``bipartite``, 0 for the left one). Edges have pair_id, score, coverage and ``contributions`` (a
        dictionary by criterion).
    """
    import networkx as nx

    graph = nx.Graph(round=outcome.round)
    names = list(outcome.sides.names)
    for row in people.to_dict("records"):
        facts = {
            str(key): row[key] for key in ("status", "reason", "label", "used", "capacity") if key in row
        }
        if outcome.two_sided:
            graph.add_node((row["side"], row["id"]), **facts, bipartite=names.index(row["side"]))
        else:
            graph.add_node(row["id"], **facts)
    details = outcome.details
    criteria = [compiled.criterion.name for compiled in outcome.scores.criteria]
    for index, (u, v) in enumerate(outcome.pairs.tolist()):
        contributions = (details.contributions[:, index] / GRID).tolist()
        graph.add_edge(
            _node(outcome, 0, u),
            _node(outcome, 1, v),
            pair_id=outcome.pair_ids[index],
            **({"group_id": outcome.group_ids[index]} if outcome.trios_asked_for else {}),
            score=int(details.scores[index]) / GRID,
            coverage=float(details.coverage[index]),
            contributions=dict(zip(criteria, contributions, strict=True)),
        )
    return graph


def _node(outcome: Outcome, hand: int, position: int) -> Hashable:
    id: Any = outcome.cohort(hand).ids[position]
    return (outcome.side_name(hand), id) if outcome.two_sided else id
