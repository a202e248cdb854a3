"""Pair scores from criteria: lazy blocks, single pairs, top candidates, and what each score is made of."""

from peermatch.scoring.contributions import PairDetails, pair_details, split_score
from peermatch.scoring.lazy import MUTUALS, LazyScores
from peermatch.scoring.revision import SCORING_REVISION
from peermatch.scoring.reweighted import reweighted
from peermatch.scoring.stated import STATED, StatedLists, StatedScores
from peermatch.scoring.tiles import run_tiles, thread_count

__all__ = [
    "MUTUALS",
    "SCORING_REVISION",
    "STATED",
    "LazyScores",
    "PairDetails",
    "StatedLists",
    "StatedScores",
    "pair_details",
    "reweighted",
    "run_tiles",
    "split_score",
    "thread_count",
]
