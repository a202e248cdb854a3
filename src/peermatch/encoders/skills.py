"""Skills: what people offer and what they seek, in one vocabulary."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from peermatch.encoders._base import CellEncoder
from peermatch.encoders._bits import unpack
from peermatch.encoders._skills import SkillsReader

__all__ = ["SkillsEncoder"]


class SkillsEncoder(CellEncoder, SkillsReader):
    """Turn offers and seeks into 0/1 columns over one shared vocabulary.

    Parameters
    ----------
    separator : str, default=None
        What stands between the skills of a cell; "" where cells are never cut; None detects it over both
        sides together, as `GoalsEncoder` does.
    vocabulary : list of str, default=None
        Known skills. They come first, in this order, and are kept whole; others are added as they are found.
    max_values : int, default=4096
        More skills than this are an error.
    n_offers : int, default=1
        How many of the columns hold offers: they come first, and all that follow hold seeks. Columns of one
        side are pooled.

    Attributes
    ----------
    separator_ : str
    vocabulary_ : list of str
        Skills in bit order, each in its most common spelling over both sides.
    n_features_in_, feature_names_in_
        As in scikit-learn.

    Notes
    -----
    A missing side is NaN in that half only. A skill not seen when fitted counts as nothing.

    Raises
    ------
    InputError
        With the code "wrong_kind", "too_many_values" or "columns" (fewer than two).

    Examples
    --------
    >>> skills = SkillsEncoder().fit([["Python; SQL", "Go"], ["go", None]])
    >>> skills.get_feature_names_out().tolist()
    ['offers_Go', 'offers_Python', 'offers_SQL', 'seeks_Go', 'seeks_Python', 'seeks_SQL']
    >>> skills.transform([["go", None]]).tolist()
    [[1.0, 0.0, 0.0, nan, nan, nan]]
    """

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return 0/1 columns of shape (n, 2 * n_skills), offers first; an unknown side is NaN."""
        offers, offers_known, seeks, seeks_known = self.bits(X)
        n_skills = len(self.vocabulary_)
        return np.hstack([unpack(offers, offers_known, n_skills), unpack(seeks, seeks_known, n_skills)])

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Return offers_<skill> for each skill, then seeks_<skill>.

        Parameters
        ----------
        input_features : ignored
        """
        self._check_fitted()
        return np.array(
            [f"{side}_{name}" for side in ("offers", "seeks") for name in self.vocabulary_], dtype=object
        )
