"""The pairing: what a user gets back."""

from peermatch.pairing.evidence import Seating
from peermatch.pairing.pairing import CertificateView, Pairing

__all__ = ["CertificateView", "Pairing", "Seating"]
