"""Cases, and the plans that list them: what is measured, on which instances, with whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from benchmarks.instances import FAMILIES
from benchmarks.programme_tasks import CIRCLES, ROUNDS
from benchmarks.transport_tasks import SIDES, SIDES_CANDIDATES, SIDES_SCARCE

__all__ = ["PLANS", "Case"]

SEED = 1
OURS, LEMON = "peermatch", "lemon"
PROOF = "peermatch proof"
ROOMMATES = "peermatch roommates"
COMPLETE, REGULAR, SYMMETRIC = "complete lists", "two sides, lists of 32", "16 candidates, symmetric"
SCORES = "all pairs, six criteria"
SLOW = ("networkx", "rustworkx", "networkit")


@dataclass(frozen=True)
class Case:
    """One instance and those who are measured on it, side by side.

    Attributes
    ----------
    group, name : str
        The table it belongs to, and its row.
    size : int
        Edges aimed at for families, people for everything else.
    contenders : tuple of str
    objective : {"best_total", "everyone_first", "stable"}
    made_of : mapping
        How the file of edges is made; empty where nobody reads one.
    caps : mapping
        Seconds after which a contender's repeat is stopped, where it is not the usual cap.
    rounds : int
        How often contenders take turns.
    """

    group: str
    name: str
    size: int
    contenders: tuple[str, ...]
    objective: str = "best_total"
    made_of: Mapping[str, Any] = field(default_factory=dict)
    caps: Mapping[str, float] = field(default_factory=dict)
    rounds: int = 1
    least: int = 3
    seconds: float = 1.0
    most: int = 25


def _candidates(sizes: Mapping[int, Iterable[str]], rounds: int, **caps: float) -> list[Case]:
    return [
        Case(
            "candidates",
            "nearest",
            size,
            (OURS, LEMON, *others),
            made_of={"family": "candidates"},
            caps=caps if size >= 10_000 else {},
            rounds=rounds,
        )
        for size, others in sizes.items()
    ]


def _candidates_first(sizes: Iterable[int], rounds: int) -> list[Case]:
    """The same graphs, everyone paired first."""
    return [
        Case(
            "candidates",
            "nearest",
            size,
            (OURS, LEMON, "lemon perfect"),
            objective="everyone_first",
            made_of={"family": "candidates"},
            rounds=rounds,
        )
        for size in sizes
    ]


def _candidates_of_pools(sizes: Iterable[int], rounds: int) -> list[Case]:
    """Everybody's 16 best by six criteria, found by the library itself."""
    return [
        Case(
            "candidates",
            "six criteria",
            size,
            (OURS, LEMON, "networkit"),
            made_of={"pool": "smooth", "candidates": True},
            rounds=rounds,
        )
        for size in sizes
    ]


def _all_pairs(
    sizes: Mapping[int, Iterable[str]],
    rounds: int,
    *,
    pool: str = "smooth",
    group: str = "all pairs",
    objective: str = "everyone_first",
    cap: float = 300.0,
    seconds: float = 3.0,
) -> list[Case]:
    found = []
    for size, others in sizes.items():
        others = tuple(others)
        made_of = {"pool": pool} if others else {}
        named = pool if size % 2 == 0 else f"{pool}, odd"
        found.append(
            Case(
                group,
                named,
                size,
                (PROOF, *others),
                objective=objective,
                made_of=made_of,
                caps={PROOF: cap},
                rounds=rounds if size <= 5000 else 1,
                seconds=seconds,
            )
        )
    return found


def _families(
    sizes: Iterable[int],
    rounds: int,
    names: Iterable[str] = tuple(FAMILIES),
    *,
    others_at: int = 0,
    others_cap: float = 10.0,
    objective: str = "best_total",
) -> list[Case]:
    return [
        Case(
            "families",
            name,
            size,
            (OURS, LEMON, *(SLOW if size == others_at and name in _FIRST else ())),
            objective=objective,
            made_of={"family": name},
            caps=dict.fromkeys(SLOW, others_cap),
            rounds=rounds,
        )
        for name in names
        for size in sizes
    ]


def _assignment(sizes: Iterable[int], rounds: int) -> list[Case]:
    contenders = ("peermatch hungarian", "peermatch blossom", "scipy", "lapx")
    return [Case("assignment", "people scores", size, contenders, rounds=rounds) for size in sizes]


def _scan(size: int) -> list[Case]:
    return [Case("scan", "smooth", size, ("peermatch top", "peermatch block"), rounds=1, most=7)]


def _command(repeats: int) -> list[Case]:
    return [Case("command", "whole command", 1000, ("command", "imports"), least=repeats)]


def _stable(
    sizes: Mapping[int, Iterable[str]], two_sides: int, candidates: int, pools: Iterable[int]
) -> list[Case]:
    """Stable matchings: complete lists beside other libraries, two sides, symmetric candidates, all pairs."""
    alone = {"rounds": 1, "objective": "stable"}
    return [
        *(
            Case(
                "stable",
                COMPLETE,
                size,
                (ROOMMATES, "ranks", *others),
                caps=dict.fromkeys(others, 120.0),
                **alone,
            )
            for size, others in sizes.items()
        ),
        Case("stable", REGULAR, two_sides, ("peermatch deferred",), **alone),
        Case("stable", SYMMETRIC, candidates, ("peermatch symmetric",), **alone),
        *(
            Case("stable", SCORES, size, ("peermatch scores",), caps={"peermatch scores": 1800.0}, **alone)
            for size in pools
        ),
    ]


_FIRST = ("grid", "grid_ties", "delaunay", "random_sparse", "bipartite_ties", "triangles_heavy")


def full() -> list[Case]:
    """Everything but the largest pools: about half an hour."""
    engines = (OURS, LEMON, "networkit")
    return [
        *_command(7),
        Case("scan", "smooth", 50_000, ("peermatch top",), rounds=1, most=5),
        *_candidates(
            {
                1000: SLOW,
                2000: SLOW,
                5000: ("rustworkx", "networkit"),
                10_000: ("rustworkx", "networkit"),
                50_000: ("rustworkx", "networkit"),
                100_000: ("networkit",),
                200_000: ("networkit",),
            },
            1,
            rustworkx=60.0,
        ),
        *_candidates_first((10_000, 50_000), 1),
        *_candidates_of_pools((10_000, 50_000), 1),
        *_all_pairs(
            {
                500: (OURS, LEMON, *SLOW),
                1000: (*engines, "rustworkx"),
                2000: (*engines, "rustworkx"),
                5000: engines,
                10_000: (),
                20_000: (),
            },
            2,
        ),
        *_all_pairs({2000: engines}, 2, objective="best_total"),
        *(
            case
            for pool in ("smooth", "categorical", "hub-like", "all-equal")
            for sizes in ({2001: engines} if pool == "smooth" else {2000: engines, 20_000: ()},)
            for case in _all_pairs(sizes, 1, pool=pool, group="pools")
        ),
        *_all_pairs({19_999: ()}, 1, group="pools"),
        *_families((10_000, 50_000, 200_000), 1, others_at=10_000, others_cap=5.0),
        *_families((10_000, 200_000), 1, _FIRST, objective="everyone_first"),
        *_assignment((500, 1000, 2000, 3000), 1),
    ]


def quick() -> list[Case]:
    """A few minutes: does everything run, and roughly how fast?"""
    short = {"seconds": 0.3}
    return [
        *_command(3),
        *_scan(5000),
        *_candidates({1000: ("rustworkx", "networkit"), 10_000: ("networkit",)}, 1),
        *_candidates_first((10_000,), 1),
        *_candidates_of_pools((2000,), 1),
        *_all_pairs({500: (OURS, LEMON, "networkit"), 1000: (OURS, LEMON), 2000: (LEMON,)}, 1, seconds=1),
        *(
            case
            for pool in ("categorical", "hub-like", "all-equal")
            for case in _all_pairs({1000: (LEMON,)}, 1, pool=pool, group="pools", seconds=1)
        ),
        *_all_pairs({1001: (LEMON,)}, 1, group="pools", seconds=1),
        *(replace(case, **short) for case in _families((10_000,), 1)),
        *(replace(case, **short) for case in _families((10_000,), 1, _FIRST, objective="everyone_first")),
        *_assignment((500,), 1),
        *_stable({100: ("matching", "algmatch"), 1000: ()}, 5000, 20_000, (500,)),
        *_programme({1000: (ROUNDS, CIRCLES, SIDES)}),
    ]


def large() -> list[Case]:
    """The proof for 100,000 people, and how time and memory grow on the way there."""
    alone: dict[int, tuple[str, ...]] = {10_000: (), 20_000: (), 50_000: (), 100_000: ()}
    most: dict[int, tuple[str, ...]] = {100_000: ()}
    return [
        *_all_pairs(alone, 1, group="large", cap=1800.0, seconds=0.0),
        *(
            case
            for pool in ("categorical", "hub-like", "all-equal")
            for case in _all_pairs(most, 1, pool=pool, group="large", cap=1800.0, seconds=0.0)
        ),
        *_all_pairs({99_999: ()}, 1, group="large", cap=1800.0, seconds=0.0),
    ]


def stable() -> list[Case]:
    """Stable matchings: about a quarter of an hour."""
    others = ("matching", "algmatch")
    sizes = {100: others, 200: others, 500: others, 1000: others, 2000: (), 5000: (), 10_000: ()}
    return _stable(sizes, 100_000, 1_000_000, (2000, 10_000, 20_000))


def programme() -> list[Case]:
    """Rounds, circles and two sides with places, peermatch alone: about a quarter of an hour."""
    sides = (SIDES, SIDES_SCARCE, SIDES_CANDIDATES)
    return _programme({10_000: (ROUNDS,), 5000: (CIRCLES,), 20_000: (SIDES,), 100_000: sides})


def _programme(sizes: Mapping[int, Iterable[str]]) -> list[Case]:
    contenders = dict.fromkeys((SIDES, SIDES_SCARCE, SIDES_CANDIDATES), "peermatch transport")
    contenders |= {ROUNDS: "peermatch rounds", CIRCLES: "peermatch circles"}
    return [
        Case(
            "programme",
            name,
            size,
            (contenders[name],),
            objective="everyone_first",
            caps={contenders[name]: 600.0},
        )
        for size, names in sizes.items()
        for name in names
    ]


PLANS = {"full": full, "quick": quick, "large": large, "stable": stable, "programme": programme}
