"""Check a saved result on what it says alone, without the numbers that were scored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from peermatch.problem import BoundCertificate, Certificate, OptimalityCertificate
from peermatch.verify.document_checks import document_faults
from peermatch.verify.document_reading import ReadDocument, read_document
from peermatch.verify.evidence_certificate import read_certificate
from peermatch.verify.forest import BlossomForest
from peermatch.verify.verdict import EvidenceVerdict

__all__ = ["certificate_of", "document_verdict", "verify_document"]

_WITHOUT = (
    "that the scores are those of these people",
    "that no rule forbids a pair",
    "that the proof holds for pairs that were not made",
)


def verify_document(document: Mapping[str, Any]) -> EvidenceVerdict:
    """Check what a saved result says against itself, without looking at evidence.

    Everybody stands there once a side; pairs, partners, groups, sums and ids agree; the certificate's kind, status,
    numbers, people and words go together; and where the certificate has dual variables for one place each, the pairs
    that were made reach exactly the bound that these prove. That the bound holds for all other pairs takes the scores:
    see `verify_result`.

    Parameters
    ----------
    document : mapping
        What ``Pairing.to_dict()`` returns, read from result.json.

    Returns
    -------
    EvidenceVerdict

    Raises
    ------
    InputError
        ``bad_result``, if it is not a result at all, with the place of what is wrong.

    Examples
    --------
    >>> import peermatch as pm
    >>> people = [{"id": "ann", "team": "red"}, {"id": "bo", "team": "blue"}]
    >>> result = pm.PeerMatcher("id", [pm.different("team")]).match(people).to_dict()
    >>> verify_document(result).holds
    True
    >>> result["pairs"][0]["score"] = 0.5
    >>> verify_document(result).faults[0]
    "Pair 1 ('ann' and 'bo') scores 0.5, which its contributions do not add up to."
    """
    read = read_document(document)
    return document_verdict(read, document_faults(read))


def document_verdict(read: ReadDocument, faults: list[str]) -> EvidenceVerdict:
    """Return the verdict on a result without evidence; `faults` are those within it."""
    certificate = certificate_of(read)
    faults = [*faults, *_made_pairs_faults(read, certificate)]
    said = "The result carries no evidence" if read.evidence is None else "The evidence was left aside"
    if faults:
        sentence = f"{said}, and contradicts itself: {faults[0]}"
    else:
        sentence = f"{said}, so the proof cannot be checked. What the result says agrees with itself."
    return EvidenceVerdict(not faults, tuple(faults), 0, sentence, _WITHOUT, read.evidence is not None)


def certificate_of(read: ReadDocument) -> Certificate | None:
    """Return the certificate that the result shows."""
    evidence = read.claim.evidence
    return None if evidence is None else read_certificate(evidence, "certificate.evidence")


def _made_pairs_faults(read: ReadDocument, certificate: Certificate | None) -> list[str]:
    """Hold the pairs that were made against the duals: together they reach the bound."""
    vertices = read.claim.vertices
    if vertices is None or not isinstance(certificate, OptimalityCertificate | BoundCertificate):
        return []
    if len(certificate.vertex_duals) != len(vertices):
        return [
            f"The certificate has {len(certificate.vertex_duals)} duals and names {len(vertices)} people or places."
        ]
    forest, faults = BlossomForest.of(certificate, len(vertices))
    plain = (
        isinstance(certificate, OptimalityCertificate)
        and not read.two_sided
        and read.odd is None
        and read.update is None
        and read.claim.status == "optimal"
    )
    if faults or forest is None or not plain:
        return [f"The certificate is none: {fault}" for fault in faults]
    if len(set(vertices)) < len(vertices):
        return ["The certificate names somebody twice."]
    free = set(vertices)
    made = [pair for pair in read.pairs if pair.a in free and pair.b in free]
    value = certificate.scale * (sum(pair.score for pair in made) + certificate.bonus * len(made))
    bound = sum(certificate.vertex_duals.tolist()) + forest.bound
    if value != bound:
        return [
            f"The pairs are worth {value} and the duals {bound}, in units of 1/{certificate.scale} of 2**-30, bonus "
            "included."
        ]
    return []
