"""Graphs that are known to break naive matching algorithms, as lists of edges."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

Edge = tuple[int, int, int]


def random_graph(rng: np.random.Generator, largest: int) -> tuple[int, list[Edge]]:
    """A random graph with ties, zero and negative weights, loops, parallel edges and isolated vertices."""
    n = int(rng.integers(0, largest + 1))
    if n == 0:
        return 0, []
    m = int(rng.integers(0, n * n + 1))
    low, high = [(1, 1), (0, 2), (-2, 3), (1, 6), (-5, 20), (0, 1000)][int(rng.integers(0, 6))]
    u, v = rng.integers(0, n, m), rng.integers(0, n, m)
    w = rng.integers(low, high + 1, m)
    return n, list(zip(u.tolist(), v.tolist(), w.tolist(), strict=True))


def hard_graphs() -> Iterator[tuple[str, int, list[Edge]]]:
    """Named hard graphs of up to about 120 vertices."""
    yield "chain", 60, [(i, i + 1, 3 + i % 4) for i in range(59)]
    yield "rising chain", 41, [(i, i + 1, i + 1) for i in range(40)]
    triangles = [(3 * t + a, 3 * t + b, 10) for t in range(20) for a, b in ((0, 1), (1, 2), (0, 2))]
    links = [(3 * t + 2, 3 * t + 3, 9) for t in range(19)]
    yield "linked triangles", 60, triangles + links
    yield "odd clique, equal", 15, [(u, v, 7) for u in range(15) for v in range(u)]
    yield "odd clique, ties", 21, [(u, v, 50 + (u * v) % 3) for u in range(21) for v in range(u)]
    yield "even clique, equal", 16, [(u, v, 7) for u in range(16) for v in range(u)]
    yield "few and many", 33, [(u, 3 + v, 5 + (u + v) % 7) for u in range(3) for v in range(30)]
    grid = [(10 * r + c, 10 * r + c + 1, 2 + (r * c) % 5) for r in range(10) for c in range(9)]
    grid += [(10 * r + c, 10 * r + 10 + c, 2 + (r + c) % 4) for r in range(9) for c in range(10)]
    grid += [(10 * r + c, 10 * r + 11 + c, 3) for r in range(9) for c in range(9)]
    yield "grid with diagonals", 100, grid
    yield "grid with diagonals, equal", 100, [(u, v, 4) for u, v, _ in grid]
    yield "odd rings in a ring", 45, rings(9, 5)
    yield "hub", 40, [(u, v, (u + 1) * (v + 1)) for u in range(40) for v in range(u)]
    yield "nested blossoms", 23, nested(11)
    rng = np.random.default_rng(5)
    near = [(u, v, int(1000 / (1 + abs(rng.normal())))) for u in range(80) for v in range(max(0, u - 6), u)]
    yield "neighbours", 80, near


def rings(many: int, size: int) -> list[Edge]:
    """Odd rings, joined in a ring."""
    edges = []
    for ring in range(many):
        first = ring * size
        edges += [(first + i, first + (i + 1) % size, 20 - i) for i in range(size)]
        edges.append((first + 1, (first + size) % (many * size), 17))
    return edges


def nested(depth: int) -> list[Edge]:
    """A triangle inside a ring inside a ring ...: each level adds two vertices."""
    edges = [(0, 1, 40), (1, 2, 40), (0, 2, 40)]
    for level in range(1, depth):
        a, b = 2 * level + 1, 2 * level + 2
        edges += [(a - 2, a, 40 - level), (a, b, 40 - level), (b, b - 2, 40 - level), (0, a, 39 - level)]
    return [edge for edge in edges if max(edge[:2]) < 2 * depth + 1]
