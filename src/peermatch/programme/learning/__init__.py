"""Learning weights from how past pairs went."""

from peermatch.programme.learning.fit import fit_weights
from peermatch.programme.learning.fitted import FittedWeights

__all__ = ["FittedWeights", "fit_weights"]
