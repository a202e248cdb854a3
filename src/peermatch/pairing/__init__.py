"""The pairing: what a user gets back."""

from peermatch.pairing.evidence import Seating
from peermatch.pairing.manifested import fitted_digest, prints_of
from peermatch.pairing.pairing import CertificateView, Pairing
from peermatch.pairing.saved import SavedResult

__all__ = ["CertificateView", "Pairing", "SavedResult", "Seating", "fitted_digest", "prints_of"]
