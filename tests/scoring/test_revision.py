"""The scoring revision: whoever changes a score raises it, and says here what scores are now."""

from __future__ import annotations

import hashlib

import numpy as np

import peermatch as pm
from peermatch.scoring import MUTUALS, SCORING_REVISION
from support import cohorts

DIGESTS = {1: "f45d240b76285827c9b17b9f3d25ce8e"}
"""Revision -> the digest of all scores of the same synthetic people. Add a line; never change one."""


def test_scores_belong_to_the_revision():
    told = hashlib.blake2b(digest_size=16)
    people = cohorts.records(24, 5)
    for mutual in sorted(MUTUALS):
        for unknown in ("quartile", "mean", "zero"):
            criteria = [
                part for part in cohorts.every_criterion([("p001", "p004")]) if not uses_vectors(part)
            ]
            made = pm.PeerMatcher("id", criteria, mutual=mutual, unknown=unknown)
            scores = made.match(people, as_of="2026-12-01").scores
            block = scores.block(np.arange(24, dtype=np.int64))
            told.update(block.astype("<i8").tobytes())
    assert DIGESTS[SCORING_REVISION] == told.hexdigest(), (
        "Scores are not what they were: raise peermatch/scoring/revision.py, and add the new digest here."
    )


def uses_vectors(criterion):
    """Free text goes through scikit-learn, whose last digits change between its versions."""
    return "text" in criterion.left or criterion.options.get("text") is not None
