"""Certificates and matchings as plain data."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from peermatch.problem import Certificate, CoverCertificate, LeximinStage, Matching

__all__ = ["plain_certificate", "plain_matching"]


def plain_certificate(evidence: Certificate | CoverCertificate | LeximinStage) -> dict[str, Any]:
    """Return a certificate as plain data, under the names of its fields.

    Examples
    --------
    >>> from peermatch.problem import StabilityCertificate
    >>> plain_certificate(StabilityCertificate(3))
    {'kind': 'stability', 'pairs_covered': 3}
    """
    kind = getattr(evidence, "kind", None)
    data: dict[str, Any] = {} if kind is None else {"kind": kind}
    for part in fields(evidence):
        value = getattr(evidence, part.name)
        if value is None:
            data[part.name] = None
        elif isinstance(value, tuple):
            data[part.name] = [plain_certificate(one) for one in value]
        elif is_dataclass(value):
            data[part.name] = plain_certificate(value)  # type: ignore[arg-type]  # certificates hold certificates
        else:
            data[part.name] = value.tolist() if isinstance(value, np.ndarray) else int(value)
    return data


def plain_matching(matching: Matching) -> dict[str, Any]:
    """Return a matching as plain data: its pairs, and what is claimed and shown of them."""
    certificate = matching.certificate
    return {
        "pairs": matching.pairs.tolist(),
        "status": str(matching.status),
        "gap": None if matching.gap is None else int(matching.gap),
        "pairs_gap": int(matching.pairs_gap),
        "worst_gap": int(matching.worst_gap),
        "certificate": None if certificate is None else plain_certificate(certificate),
    }
