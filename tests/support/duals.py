"""An independent little checker of matchings and their duals, and small oracles: plain Python, every pair."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

Edge = tuple[int, int, int]


def heaviest(edges: Iterable[Edge]) -> dict[tuple[int, int], int]:
    """Each pair once, low end first, with its greatest weight; without loops."""
    weights: dict[tuple[int, int], int] = {}
    for u, v, w in edges:
        if u != v:
            pair = (min(u, v), max(u, v))
            weights[pair] = max(w, weights.get(pair, w))
    return weights


def best_by_trying(n: int, edges: Iterable[Edge]) -> tuple[int, tuple[int, int]]:
    """The greatest total weight, and (most pairs, greatest total weight with so many), by trying everything."""
    weights = heaviest(edges)

    @cache
    def best(left: int) -> tuple[int, tuple[int, int]]:
        if left == 0:
            return 0, (0, 0)
        u = left.bit_length() - 1
        rest = left & ~(1 << u)
        total, lexical = best(rest)
        for v in range(u):
            if rest >> v & 1 and (v, u) in weights:
                w = weights[v, u]
                inner_total, inner = best(rest & ~(1 << v))
                total = max(total, w + inner_total)
                lexical = max(lexical, (inner[0] + 1, inner[1] + w))
        return total, lexical

    return best((1 << n) - 1)


def blossoms_around(certificate: Any, n: int) -> list[list[int]]:
    """The blossoms around each vertex, from the inside out."""
    around: list[list[int]] = [[] for _ in range(n)]
    for u in range(n if len(certificate.vertex_blossom) else 0):
        b = int(certificate.vertex_blossom[u])
        while b >= 0:
            around[u].append(b)
            b = int(certificate.blossom_parent[b])
    return around


def assert_proved(n: int, edges: Iterable[Edge], mate: Iterable[int], certificate: Any) -> None:
    """Check a matching of a graph and its `OptimalityCertificate`, condition by condition."""
    weights, mate = heaviest(edges), [int(v) for v in mate]
    y = [int(value) for value in certificate.vertex_duals]
    z = [int(value) for value in certificate.blossom_duals]
    around = blossoms_around(certificate, n)
    assert len(mate) == len(y) == n
    assert min(y + z, default=0) >= 0
    for u, v in enumerate(mate):
        assert v == -1 or (mate[v] == u and (min(u, v), max(u, v)) in weights)
        assert v >= 0 or y[u] == 0, "an unmatched vertex has no dual"

    def slack(u: int, v: int) -> int:
        common = sum(z[b] for b in set(around[u]) & set(around[v]))
        return y[u] + y[v] + common - certificate.scale * (weights[u, v] + certificate.bonus)

    for u, v in weights:
        assert slack(u, v) >= 0
        assert mate[u] != v or slack(u, v) == 0, "matched pairs are tight"
    for b in range(len(z)):
        inside = [u for u in range(n) if b in around[u]]
        matched = sum(mate[u] in inside for u in inside)
        assert len(inside) % 2 == 1
        assert matched == len(inside) - 1, "a blossom is full"


def weight_of(edges: Iterable[Edge], mate: Iterable[int]) -> int:
    """The total weight of a matching."""
    weights = heaviest(edges)
    return sum(weights[u, int(v)] for u, v in enumerate(mate) if v > u)
