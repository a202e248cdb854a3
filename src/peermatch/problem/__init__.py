"""The language that both sides speak: scores, problem, matching, certificate, status."""

from peermatch.problem.capacities import read_capacities
from peermatch.problem.certificate import (
    BoundCertificate,
    Certificate,
    CoverCertificate,
    NoStableCertificate,
    OptimalityCertificate,
    ProtectedCertificate,
    StabilityCertificate,
    WorstFirstCertificate,
)
from peermatch.problem.circles import (
    CIRCLE_RULES,
    LARGEST_CIRCLE,
    SMALLEST_CIRCLE,
    CircleBound,
    CircleMatching,
    CircleProblem,
    CircleRule,
)
from peermatch.problem.control import Control, Stopped
from peermatch.problem.floored import FlooredScores, scores_above
from peermatch.problem.flow import FlowProblem
from peermatch.problem.flow_certificate import FlowCertificate, ShortageCertificate
from peermatch.problem.graph_certificate import CertificateCheck, GraphCertificate
from peermatch.problem.grouped import GroupedScores
from peermatch.problem.kept import KeptScores
from peermatch.problem.leximin_certificate import LeximinCertificate, LeximinStage
from peermatch.problem.listed import ListedScores, ListedUtilities, utility_of_entries
from peermatch.problem.matching import Matching, sorted_pairs
from peermatch.problem.problem import OBJECTIVES, ClonedScores, Problem, first_places
from peermatch.problem.rings import HIGHEST_WORTH, RingMatching, RingProblem
from peermatch.problem.scores import (
    FORBIDDEN,
    GRID,
    Candidates,
    DenseScores,
    Entries,
    IntArray,
    PairScores,
    SparseScores,
    top_of_blocks,
)
from peermatch.problem.searching import (
    NO_WORTH,
    BestPartners,
    Earlier,
    Priced,
    Prices,
    SearchableScores,
    TrailingScores,
)
from peermatch.problem.solver import ONE_POOL, TWO_SIDES, Solver
from peermatch.problem.stability import BlockingPairs, Stability
from peermatch.problem.status import Status
from peermatch.problem.trios import TrioMatching, TrioProblem, trio_value

__all__ = [
    "CIRCLE_RULES",
    "FORBIDDEN",
    "GRID",
    "HIGHEST_WORTH",
    "LARGEST_CIRCLE",
    "NO_WORTH",
    "OBJECTIVES",
    "ONE_POOL",
    "SMALLEST_CIRCLE",
    "TWO_SIDES",
    "BestPartners",
    "BlockingPairs",
    "BoundCertificate",
    "Candidates",
    "Certificate",
    "CertificateCheck",
    "CircleBound",
    "CircleMatching",
    "CircleProblem",
    "CircleRule",
    "ClonedScores",
    "Control",
    "CoverCertificate",
    "DenseScores",
    "Earlier",
    "Entries",
    "FlooredScores",
    "FlowCertificate",
    "FlowProblem",
    "GraphCertificate",
    "GroupedScores",
    "IntArray",
    "KeptScores",
    "LeximinCertificate",
    "LeximinStage",
    "ListedScores",
    "ListedUtilities",
    "Matching",
    "NoStableCertificate",
    "OptimalityCertificate",
    "PairScores",
    "Priced",
    "Prices",
    "Problem",
    "ProtectedCertificate",
    "RingMatching",
    "RingProblem",
    "SearchableScores",
    "ShortageCertificate",
    "Solver",
    "SparseScores",
    "Stability",
    "StabilityCertificate",
    "Status",
    "Stopped",
    "TrailingScores",
    "TrioMatching",
    "TrioProblem",
    "WorstFirstCertificate",
    "first_places",
    "read_capacities",
    "scores_above",
    "sorted_pairs",
    "top_of_blocks",
    "trio_value",
    "utility_of_entries",
]
