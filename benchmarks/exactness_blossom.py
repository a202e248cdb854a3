"""Is the matching engine exact? Many random graphs against brute force and networkx, every certificate checked.

Run ``python benchmarks/exactness_blossom.py [small graphs] [larger graphs] [seed]``. Prints one line; exits with 1 on
any mismatch. Small graphs are matched under both objectives; half of the larger ones for the greatest weight, half for
the most pairs first. Weights are alike, small, up to 10**12, powers of two or fractions in turn. Then come all hard
families of `instances.py`, where that file is beside this one, at about 3,000 edges each; their certificates prove
them.

Each certificate is checked twice, by ``certificate.verify`` and by the tests' own checker in plain Python.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from peermatch.solvers.graph import GraphMatching, max_weight_matching
from support.duals import Edge, assert_proved, best_by_trying, heaviest
from support.graphs import hard_graphs, random_graph

FAMILY_EDGES = 3_000
INSTANCES = Path(__file__).resolve().parent / "instances.py"


def matched(n: int, edges: list[Edge], *, everyone_first: bool, scale: float = 1) -> GraphMatching:
    """Match a graph, its weights divided by a power of two, and check the certificate."""
    table = np.array(edges, dtype=np.int64).reshape(-1, 3)
    weight = table[:, 2] if scale == 1 else table[:, 2] / scale
    u, v = table[:, 0], table[:, 1]
    matching = max_weight_matching(u, v, weight, n, everyone_first=everyone_first)
    check = matching.certificate.verify(u, v, weight)
    assert check, check.faults
    if scale == 1:
        assert_proved(n, edges, matching.mate, matching.certificate)
    return matching


def check_small(n: int, edges: list[Edge]) -> None:
    """Compare with brute force, under both objectives."""
    total, (most, total_of_most) = best_by_trying(n, edges)
    assert matched(n, edges, everyone_first=False).weight == total
    full = matched(n, edges, everyone_first=True)
    assert (len(full.pairs), full.weight) == (most, total_of_most)
    assert matched(n, edges, everyone_first=False, scale=8).weight == total / 8


def check_larger(n: int, edges: list[Edge], *, everyone_first: bool) -> None:
    """Compare with networkx."""
    graph = nx.Graph()
    graph.add_weighted_edges_from((u, v, w) for (u, v), w in heaviest(edges).items())
    pairs = nx.max_weight_matching(graph, maxcardinality=everyone_first)
    ours = matched(n, edges, everyone_first=everyone_first)
    assert ours.weight == sum(graph.edges[pair]["weight"] for pair in pairs)
    assert not everyone_first or len(ours.pairs) == len(pairs)


def check_family(graph: tuple[Any, Any, Any], *, everyone_first: bool) -> None:
    """Let the certificate prove a matching of a hard family."""
    check = max_weight_matching(*graph, everyone_first=everyone_first).certificate.verify(*graph)
    assert check, check.faults


def with_other_weights(rng: np.random.Generator, edges: list[Edge], turn: int) -> list[Edge]:
    """Give every fifth graph weights up to 10**12, and every fifth powers of two."""
    if turn % 5 == 0:
        return [(u, v, int(rng.integers(1, 10**12 + 1))) for u, v, _ in edges]
    if turn % 5 == 1:
        return [(u, v, 1 << int(rng.integers(0, 41))) for u, v, _ in edges]
    return edges


def families(seed: int) -> Iterator[tuple[str, tuple[Any, Any, Any]]]:
    """Yield all hard families at one size, and the large ones among the tests' hard graphs."""
    if INSTANCES.exists():
        from benchmarks.instances import FAMILIES

        for name, family in FAMILIES.items():
            yield name, family(FAMILY_EDGES, seed)


def tasks(small: int, larger: int, seed: int) -> Iterator[tuple[Callable[..., None], Any, dict[str, bool]]]:
    """Yield what is to be checked: the function, the graph and the options."""
    rng = np.random.default_rng(seed)
    for turn in range(small):
        n, edges = random_graph(rng, 9)
        yield check_small, (n, with_other_weights(rng, edges, turn)), {}
    for turn in range(larger):
        n, edges = random_graph(rng, 40)
        edges = with_other_weights(rng, edges, turn // 2)
        yield check_larger, (n, edges), {"everyone_first": turn % 2 == 1}
    for first in (False, True):
        for _, n, edges in hard_graphs():
            yield check_larger, (n, edges), {"everyone_first": first}
        for _, graph in families(seed):
            yield check_family, (graph,), {"everyone_first": first}


def main(small: int, larger: int, seed: int) -> int:
    """Run everything and print the summary."""
    started, mismatches, hard = time.perf_counter(), 0, -small - larger
    for check, graph, options in tasks(small, larger, seed):
        hard += 1
        try:
            check(*graph, **options)
        except AssertionError as error:
            mismatches += 1
            print(f"MISMATCH in {check.__name__}{options}: {graph} {error}", file=sys.stderr)
    print(
        f"blossom: {small} graphs of up to 9 vertices equal brute force, {larger} of up to 40 and the small ones of "
        f"{hard} hard cases equal networkx, every certificate checked: {mismatches} mismatches, "
        f"{time.perf_counter() - started:.0f} s"
    )
    return 1 if mismatches else 0


if __name__ == "__main__":
    if not __debug__:
        sys.exit("Run without -O: the checks are assertions.")
    given = [int(argument) for argument in sys.argv[1:]]
    sys.exit(main(*(given + [50_000, 2_000, 1][len(given) :])))
