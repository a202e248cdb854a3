"""The language that both sides speak: scores, problem, matching, certificate, status."""

from peermatch.problem.certificate import (
    BoundCertificate,
    Certificate,
    NoStableCertificate,
    OptimalityCertificate,
    StabilityCertificate,
)
from peermatch.problem.control import Control, Stopped
from peermatch.problem.graph_certificate import CertificateCheck, GraphCertificate
from peermatch.problem.matching import Matching, sorted_pairs
from peermatch.problem.problem import OBJECTIVES, ClonedScores, Problem, first_places
from peermatch.problem.scores import (
    FORBIDDEN,
    GRID,
    Candidates,
    DenseScores,
    IntArray,
    PairScores,
    SparseScores,
    top_of_blocks,
)
from peermatch.problem.solver import ONE_POOL, TWO_SIDES, Solver
from peermatch.problem.status import Status

__all__ = [
    "FORBIDDEN",
    "GRID",
    "OBJECTIVES",
    "ONE_POOL",
    "TWO_SIDES",
    "BoundCertificate",
    "Candidates",
    "Certificate",
    "CertificateCheck",
    "ClonedScores",
    "Control",
    "DenseScores",
    "GraphCertificate",
    "IntArray",
    "Matching",
    "NoStableCertificate",
    "OptimalityCertificate",
    "PairScores",
    "Problem",
    "Solver",
    "SparseScores",
    "StabilityCertificate",
    "Status",
    "Stopped",
    "first_places",
    "sorted_pairs",
    "top_of_blocks",
]
