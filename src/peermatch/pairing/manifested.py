"""A pairing that says what it was made from: the manifest, and the key of its fingerprints."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from typing import Any, Self

import pandas as pd

from peermatch.audit import (
    Given,
    digest_of,
    key_from_rows,
    key_from_secret,
    manifest_of,
    result_fingerprint,
    row_fingerprints,
    row_texts,
)
from peermatch.cohort import Cohort
from peermatch.criteria import FittedCriterion, Meetings, Sides, fitted_to_dict
from peermatch.errors import ConfigError
from peermatch.explain import LISTED, NOT_USED
from peermatch.pairing.facts import PairingFacts
from peermatch.report import certificate_data, pairs_data
from peermatch.scoring import SCORING_REVISION

__all__ = ["Manifested", "fitted_digest", "prints_of"]

Prints = tuple[bytes, list[list[str]], list[str]]


def fitted_digest(fitted: Iterable[FittedCriterion]) -> bytes:
    """Return the digest of what was learned from people, whatever the weights are."""
    parts = tuple(fitted)
    try:
        return digest_of(fitted_to_dict(parts))
    except ConfigError:  # a transformer of the user's own: by its name and options
        return digest_of([[part.criterion.name, _learned(part.encoder), part.fills] for part in parts])


def _learned(encoder: Any) -> Any:
    # earlier meetings are an input of the run, and not learned of people
    return ["meetings", encoder.as_of] if isinstance(encoder, Meetings) else encoder


def prints_of(
    everyone: tuple[Cohort, Cohort | None], uses: pd.DataFrame, sides: Sides, own_key: bytes | None = None
) -> Prints:
    """Return the key, the columns that were used of each side, and the fingerprint of every row.

    Parameters
    ----------
    everyone : (Cohort, Cohort or None)
    uses : pandas.DataFrame
        From `uses_frame`: the columns that decided about something or show in the result.
    sides : Sides
    own_key : bytes, optional
        Of a secret; otherwise the rows make the key.
    """
    used = uses[uses["used_for"] != NOT_USED]
    if own_key is None:
        # whoever knows all but a veto could otherwise find out whose it is: see `manifest_of`
        used = used[used["kind"] != "private"]
    columns, rows = [], []
    for cohort, side in zip(everyone, sides.names, strict=True):
        if cohort is None:
            continue
        theirs = used[[one in (None, side) for one in used["side"].tolist()]] if sides.two_sided else used
        named = {name for name in theirs["column"].tolist() if name != LISTED and cohort.has(name)}
        columns.append(sorted(named))
        rows.append(row_texts(cohort, columns[-1]))
    key = key_from_rows(rows) if own_key is None else own_key
    return key, columns, [one for texts in rows for one in row_fingerprints(texts, key)]


class Manifested(PairingFacts):
    """A pairing with its manifest."""

    @property
    def manifest(self) -> dict[str, Any]:
        """What the result was made from, as fingerprints, so that years later it can be told what is still the same.

        Plain data: the versions of packages, the scoring revision, the solver, the objective, what fixes chance, and
        fingerprints of every person's row, the configuration, the fitted state, everything else that was given, the
        certificate and the pairs. Those of people's data have a key, which is not in it (`row_key`). Private rules and
        columns that nothing else reads have a part in it only under a key of your own (`keyed`).

        Examples
        --------
        >>> import peermatch as pm
        >>> people = [{"id": "ada", "site": "Oslo"}, {"id": "bo", "site": "Rome"}, {"id": "cy", "site": "Oslo"}]
        >>> matcher = pm.PeerMatcher("id", [pm.same("site")])
        >>> manifest = matcher.match(people).manifest
        >>> manifest["rows"]["columns"], len(manifest["rows"]["fingerprints"])
        ([['id', 'site']], 3)
        >>> manifest == matcher.match(people[::-1]).manifest
        True
        """
        return copy.deepcopy(self._manifest)

    @property
    def row_key(self) -> bytes:
        """The key of the manifest's fingerprints: made of the rows, or of the secret that `keyed` was given.

        Keep it apart from the result. With it, and with nothing else, each row of a later table can be held against the
        result; as long as the table is unchanged, the key can be made of it anew.
        """
        return self._prints[0]

    def keyed(self, secret: str | bytes) -> Self:
        """Return the same result with fingerprints whose key is made of a secret of your own.

        Parameters
        ----------
        secret : str or bytes
            At least 16 bytes, such as ``secrets.token_hex(32)``. It stands in no result.

        Raises
        ------
        ConfigError
            If it is too short.

        Examples
        --------
        >>> import peermatch as pm
        >>> people = [{"id": "ada", "site": "Oslo"}, {"id": "bo", "site": "Rome"}]
        >>> pairing = pm.PeerMatcher("id", [pm.same("site")]).match(people).keyed("a secret of our own")
        >>> pairing.manifest["key"]["origin"]
        'given'
        """
        return replace(self, own_key=key_from_secret(secret))

    @cached_property
    def _manifest(self) -> dict[str, Any]:
        key, columns, fingerprints = self._prints
        return manifest_of(
            self.settings,
            key=key,
            own=self.own_key is not None,
            given=self.given or Given(digest_of(dict(self.settings))),
            fitted=fitted_digest(self.fitted),
            columns=columns,
            fingerprints=fingerprints,
            certificate=certificate_data(self._outcome, self.certificate),
            result=result_fingerprint(pairs_data(self._outcome, self._frames["pairs"])),
            round=self.round,
            scoring_revision=SCORING_REVISION,
        )

    @cached_property
    def _prints(self) -> Prints:
        return prints_of(self.everyone, self._uses, self.sides, self.own_key)
