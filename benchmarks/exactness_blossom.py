"""Is the blossom kernel exact? Many random graphs against brute force and networkx, every certificate checked.

Run ``python benchmarks/exactness_blossom.py [small graphs] [larger graphs] [seed]``. Prints one line; exits with 1 on
any mismatch. Half of the larger graphs are matched for the greatest weight, half for the most pairs first.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import networkx as nx
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from peermatch.solvers.graph import GraphMatching, max_weight_matching
from support.duals import Edge, assert_proved, best_by_trying, heaviest
from support.graphs import hard_graphs, random_graph


def matched(n: int, edges: list[Edge], *, everyone_first: bool) -> GraphMatching:
    """Match a graph and check the certificate."""
    table = np.array(edges, dtype=np.int64).reshape(-1, 3)
    matching = max_weight_matching(table[:, 0], table[:, 1], table[:, 2], n, everyone_first=everyone_first)
    assert_proved(n, edges, matching.mate, matching.certificate)
    return matching


def check_small(n: int, edges: list[Edge]) -> None:
    """Compare with brute force, under both objectives."""
    total, (most, total_of_most) = best_by_trying(n, edges)
    assert matched(n, edges, everyone_first=False).weight == total
    full = matched(n, edges, everyone_first=True)
    assert (len(full.pairs), full.weight) == (most, total_of_most)


def check_larger(n: int, edges: list[Edge], *, everyone_first: bool) -> None:
    """Compare with networkx."""
    graph = nx.Graph()
    graph.add_weighted_edges_from((u, v, w) for (u, v), w in heaviest(edges).items())
    pairs = nx.max_weight_matching(graph, maxcardinality=everyone_first)
    ours = matched(n, edges, everyone_first=everyone_first)
    assert ours.weight == sum(graph.edges[pair]["weight"] for pair in pairs)
    assert not everyone_first or len(ours.pairs) == len(pairs)


def main(small: int, larger: int, seed: int) -> int:
    """Run everything and print the summary."""
    rng, started, mismatches = np.random.default_rng(seed), time.perf_counter(), 0
    tasks = [(check_small, random_graph(rng, 9), {}) for _ in range(small)]
    tasks += [
        (check_larger, random_graph(rng, 40), {"everyone_first": turn % 2 == 1}) for turn in range(larger)
    ]
    hard = [
        (check_larger, (n, edges), {"everyone_first": first})
        for _, n, edges in hard_graphs()
        for first in (False, True)
    ]
    for check, graph, options in tasks + hard:
        try:
            check(*graph, **options)
        except AssertionError as error:
            mismatches += 1
            print(f"MISMATCH in {check.__name__}{options}: {graph} {error}", file=sys.stderr)
    print(
        f"blossom: {small} graphs of up to 9 vertices equal brute force, {larger} of up to 40 and {len(hard)} hard "
        f"ones equal networkx, every certificate checked: {mismatches} mismatches, "
        f"{time.perf_counter() - started:.0f} s"
    )
    return 1 if mismatches else 0


if __name__ == "__main__":
    if not __debug__:
        sys.exit("Run without -O: the checks are assertions.")
    given = [int(argument) for argument in sys.argv[1:]]
    sys.exit(main(*(given + [12_000, 1_200, 1][len(given) :])))
