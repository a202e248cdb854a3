"""Work to be done in several places, and what tests run on workers: functions of a module, which those can import."""

from __future__ import annotations

import gc
import os
import pickle
import threading

import numpy as np

import peermatch as pm
from peermatch.criteria.program import Programs
from peermatch.kernels.blossom_pricing import BlossomOrder
from peermatch.problem import Prices
from peermatch.scoring import run_tiles
from support import cohorts

PEOPLE = 600  # in tiles of 256 on each side


def compiled_criteria():
    return [part for part in cohorts.every_criterion([]) if part.kind not in ("custom", "ties")]


def lazy_scores(two_sided=False, people=PEOPLE):
    sides = cohorts.two_sides(people, 300) if two_sided else cohorts.one_pool(people)
    return cohorts.lazy(sides, compiled_criteria())[0]


def guides_of(scores):
    rng = np.random.default_rng(5)
    left = rng.integers(0, 1 << 20, scores.shape[0])
    return left, rng.integers(0, 1 << 20, scores.shape[1]) if scores.two_sided else left


def prices_of(scores):
    """Return duals that a few of the pairs contradict."""
    vertices = sum(scores.shape) if scores.two_sided else scores.shape[0]
    people, none = np.arange(vertices, dtype=np.int64), np.zeros(0, dtype=np.int64)
    blossoms = BlossomOrder(people, people, np.full(vertices, -1, dtype=np.int64), none, none, none, none)
    y = np.full(vertices, int(scores.top(1).scores.max() * 0.98), dtype=np.int64)
    return Prices(y, 0, blossoms, np.zeros(vertices, dtype=np.int64), 4 * y, 3)


def looks(scores):
    """Return all that looking through pairs tells, as bytes."""
    top = scores.top(7)
    best = scores.best_partners(5, guides_of(scores))
    priced = scores.price(prices_of(scores))
    assert len(priced.u)
    parts = [top.columns, top.scores, best.left, best.right, best.left_worth, best.right_worth]
    parts += [
        priced.u,
        priced.v,
        priced.unlisted,
        scores.block(np.arange(40)),
        scores.utilities(np.arange(40)),
    ]
    numbers = (best.allowed, best.complete, priced.worst, priced.complete)
    return [part.tobytes() for part in parts], numbers


def matched(people):
    criteria = [*compiled_criteria(), pm.same("country", weight=0.1, name="country")]
    matcher = pm.PeerMatcher("id", criteria, [pm.must_differ("team"), pm.not_in_line("manager", min_found=0)])
    pairing = matcher.match(cohorts.records(people, 2), round="2026-12")
    assert pairing.certificate.verified
    certificate = pairing.matching.certificate
    return pairing.to_json(), pairing.pairs.to_csv(), pickle.dumps(certificate, protocol=4)


# ---- what runs on workers -------------------------------------------------------------------------------


def count_programs(people):
    """Return how often this process holds the features of a pool of so many people."""
    gc.collect()
    held = [thing for thing in gc.get_objects() if isinstance(thing, Programs)]
    return sum(programs.exact.left_says.shape == (people,) for programs in held)


def tiles_stay_here():
    """Return whether tiles that a job starts run in its own thread."""
    return run_tiles(_here, [(), ()]) == [_here()] * 2


def _here():
    return os.getpid(), threading.get_ident()


def less(shared, tile):
    """Return a result that shows what came in."""
    return shared.total - tile


class Shared:
    """Something that is the same for all tiles, and counts how often it is pickled here."""

    def __init__(self, total):
        self.total = total
        self.sent = 0

    def __reduce__(self):
        self.sent += 1
        return Shared, (self.total,)
