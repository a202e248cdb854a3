"""Free text as unit vectors: TF-IDF in fewer dimensions, or whatever transformer stands in for it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import clone
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from peermatch.errors import InputError, error_item

__all__ = ["TextVectors", "fit_model", "unit_rows"]

# The model is learned from at most this many distinct texts, evenly spaced in their sorted order.
_FIT_TEXTS = 100_000
_MOST_TERMS = 50_000
# Words of one letter are words ("R"), and "C++" and "C#" are not "C".
_WORD = r"(?u)\w[\w+#]*"
# Directions that explain less than this share of the strongest one are rounding noise.
_NOISE = 1e-8


class TextVectors:
    """TF-IDF over single words and pairs of words, reduced by a truncated SVD (latent semantic analysis).

    Everything runs in one thread and on sorted distinct texts, so that neither the order of the rows nor the
    number of threads changes a bit of the result.

    Parameters
    ----------
    n_components : int
        Dimensions, at most.
    random_state : int
        Seed of the randomised SVD.

    References
    ----------
    Deerwester, S., Dumais, S., Furnas, G., Landauer, T. and Harshman, R. (1990). Indexing by latent semantic
    analysis. Journal of the American Society for Information Science 41, 391-407.
    """

    def __init__(self, n_components: int, random_state: Any) -> None:
        self.n_components = n_components
        self.random_state = random_state

    def fit(self, texts: list[str]) -> TextVectors:
        """Learn from distinct texts."""
        # imported here: they cost a third of a second, and most programmes have no free text
        from sklearn.decomposition import TruncatedSVD
        from sklearn.feature_extraction.text import TfidfVectorizer

        self.words_ = TfidfVectorizer(
            token_pattern=_WORD,
            ngram_range=(1, 2),
            sublinear_tf=True,
            strip_accents="unicode",
            max_features=_MOST_TERMS,
        )
        with threadpool_limits(1):
            try:
                weights = self.words_.fit_transform(texts)
            except ValueError as error:
                message = "The texts hold no words at all, so that nothing can be learned from them."
                raise InputError(error_item("no_words", message)) from error
            rank = min(self.n_components, *weights.shape)
            svd = TruncatedSVD(rank, algorithm="randomized", n_iter=7, random_state=self.random_state)
            with np.errstate(
                divide="ignore", invalid="ignore"
            ):  # its explained variance of one single text is 0/0
                svd.fit(weights)
        kept = svd.singular_values_ > _NOISE * svd.singular_values_[0]
        axes = svd.components_[kept]
        # A direction has no sign of its own: its largest entry is made positive (the first, among equals).
        largest = np.argmax(np.abs(axes), axis=1)
        self.axes_ = axes * np.sign(axes[np.arange(len(axes)), largest])[:, None]
        return self

    def transform(self, texts: list[str]) -> NDArray[np.float64]:
        """Return vectors of shape (n, d); a text of unknown words is the zero vector."""
        with threadpool_limits(1):
            return np.asarray(self.words_.transform(texts) @ self.axes_.T)


def fit_model(text: Any, n_components: int, random_state: Any, texts: list[str]) -> tuple[Any, int]:
    """Fit our own model, or a clone of the transformer `text`, to distinct texts.

    Returns
    -------
    model, n_dimensions
    """
    ordered = sorted(texts)
    if len(ordered) > _FIT_TEXTS:
        ordered = [ordered[at] for at in np.linspace(0, len(ordered) - 1, _FIT_TEXTS).astype(int).tolist()]
    if text is None:
        model = TextVectors(n_components, random_state).fit(ordered)
        return model, len(model.axes_)
    model = clone(text, safe=False)
    with threadpool_limits(1):
        model.fit(ordered)
    return model, unit_rows(model, ordered[:1])[0].shape[1]


def unit_rows(model: Any, texts: list[str]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return rows of length one, shape (n, d), and which are known: a zero vector points nowhere.

    Raises
    ------
    InputError
        With the code "bad_vectors", where a given transformer returns no finite table with a row for each
        text.
    """
    with threadpool_limits(1):
        vectors = model.transform(texts)
    if sparse.issparse(vectors):
        vectors = vectors.toarray()
    vectors = np.array(vectors, dtype=np.float64)
    if vectors.ndim != 2 or len(vectors) != len(texts) or not np.isfinite(vectors).all():
        message = (
            f"The text transformer {type(model).__name__} must return a finite array with one row for each text. "
            f"For {len(texts)} texts it returned an array of shape {vectors.shape}."
        )
        raise InputError(error_item("bad_vectors", message, found=str(vectors.shape)))
    lengths = np.sqrt(np.square(vectors).sum(axis=1))
    known = lengths > 0.0
    vectors[known] /= lengths[known, None]
    return vectors, known
