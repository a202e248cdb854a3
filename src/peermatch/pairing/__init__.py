"""The pairing: what a user gets back."""

from peermatch.pairing.manifested import fitted_digest
from peermatch.pairing.pairing import CertificateView, Pairing

__all__ = ["CertificateView", "Pairing", "fitted_digest"]
