"""Check whatever a matching claims."""

from __future__ import annotations

from peermatch.problem import (
    BoundCertificate,
    FlowCertificate,
    LeximinCertificate,
    Matching,
    NoStableCertificate,
    OptimalityCertificate,
    Problem,
    ProtectedCertificate,
    ShortageCertificate,
    StabilityCertificate,
    WorstFirstCertificate,
)
from peermatch.verify.flow import prove_flow, prove_shortage
from peermatch.verify.leximin import prove_leximin
from peermatch.verify.optimality import prove_bound, prove_optimal
from peermatch.verify.partition import prove_no_stable
from peermatch.verify.proof import Proof
from peermatch.verify.protected import prove_protected
from peermatch.verify.stability import prove_stable
from peermatch.verify.validity import check_valid
from peermatch.verify.worst_first import prove_worst_first

__all__ = ["prove"]


def prove(problem: Problem, matching: Matching) -> Proof:
    """Check a matching against its certificate, of whichever kind that is.

    Returns
    -------
    Proof
        Without a certificate nothing is verified, and the only faults are those of `check_valid`.

    Examples
    --------
    >>> from peermatch.problem import DenseScores, Status
    >>> problem = Problem(DenseScores([[0, 5], [5, 0]]))
    >>> matching = Matching.of(
    ...     problem, [[0, 1]], status=Status.STABLE, solver="by hand", certificate=StabilityCertificate(1)
    ... )
    >>> prove(problem, matching).verified
    True
    """
    certificate = matching.certificate
    if isinstance(certificate, OptimalityCertificate):
        return prove_optimal(problem, matching)
    if isinstance(certificate, BoundCertificate):
        return prove_bound(problem, matching)
    if isinstance(certificate, ProtectedCertificate):
        return prove_protected(problem, matching)
    if isinstance(certificate, WorstFirstCertificate):
        return prove_worst_first(problem, matching)
    if isinstance(certificate, LeximinCertificate):
        return prove_leximin(problem, matching)
    if isinstance(certificate, StabilityCertificate):
        return prove_stable(problem, matching)
    if isinstance(certificate, NoStableCertificate):
        return prove_no_stable(problem, matching)
    if isinstance(certificate, FlowCertificate):
        return prove_flow(problem, matching)
    if isinstance(certificate, ShortageCertificate):
        return prove_shortage(problem, matching)
    return Proof(False, tuple(check_valid(matching, problem)))
