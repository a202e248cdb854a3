"""Independent checkers: validity, optimality, stability.

They read the problem and the matching, and share no code with any solver. Each is tested against planted errors.
"""

from peermatch.verify.circles import check_circles, prove_circles
from peermatch.verify.dispatch import prove
from peermatch.verify.document import verify_document
from peermatch.verify.evidence import verify_result
from peermatch.verify.flow import check_none_or_at_least, prove_flow, prove_shortage
from peermatch.verify.leximin import prove_leximin
from peermatch.verify.listing import problem_of_preferences
from peermatch.verify.optimality import prove_bound, prove_optimal
from peermatch.verify.partition import is_stable_partition, prove_no_stable
from peermatch.verify.proof import Proof
from peermatch.verify.protected import prove_protected
from peermatch.verify.refusing import Refusals, refusals
from peermatch.verify.rings import check_rings, prove_rings
from peermatch.verify.rounds import RoundsProof, prove_rounds, rounds_bound
from peermatch.verify.stability import blocking_pairs, is_stable, prove_stable
from peermatch.verify.trios import check_trios, prove_trios
from peermatch.verify.validity import check_valid, is_valid
from peermatch.verify.verdict import EvidenceVerdict
from peermatch.verify.worst_first import prove_worst_first

__all__ = [
    "EvidenceVerdict",
    "Proof",
    "Refusals",
    "RoundsProof",
    "blocking_pairs",
    "check_circles",
    "check_none_or_at_least",
    "check_rings",
    "check_trios",
    "check_valid",
    "is_stable",
    "is_stable_partition",
    "is_valid",
    "problem_of_preferences",
    "prove",
    "prove_bound",
    "prove_circles",
    "prove_flow",
    "prove_leximin",
    "prove_no_stable",
    "prove_optimal",
    "prove_protected",
    "prove_rings",
    "prove_rounds",
    "prove_shortage",
    "prove_stable",
    "prove_trios",
    "prove_worst_first",
    "refusals",
    "rounds_bound",
    "verify_document",
    "verify_result",
]
