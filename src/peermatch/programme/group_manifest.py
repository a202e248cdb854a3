"""The manifest of circles and rings: what pairs have, with the groups in the place of the pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from peermatch.audit import Given, digest_of, manifest_of, plain_fingerprint
from peermatch.explain import Outcome, uses_frame
from peermatch.pairing import fitted_digest, prints_of
from peermatch.run.way import Prepared
from peermatch.scoring import SCORING_REVISION

__all__ = ["group_manifest"]


def group_manifest(
    ready: Prepared,
    met: Outcome,
    settings: Mapping[str, Any],
    round: str | None,
    members: Sequence[Mapping[str, Any]],
    certificate: Mapping[str, Any],
) -> tuple[bytes, dict[str, Any]]:
    """Return the key of the fingerprints, which is not in the result, and the manifest.

    Parameters
    ----------
    ready : Prepared
    met : Outcome
        Whose pairs are those who meet.
    settings : mapping
    round : str or None
    members, certificate
        As they stand in the result.
    """
    people = ready.everyone[0]
    told = {"id": people.id, "label": people.label, "eligible": people.eligible, **settings}
    uses = uses_frame(met, told, frozenset())
    # rules for whole circles are no rules for pairs: their columns are used all the same
    more = [
        {"column": rule[1], "used_for": "circles", "kind": "setting"}
        for rule in settings.get("circle_rules", ())
    ]
    uses = pd.concat([uses, pd.DataFrame(more, columns=uses.columns)]) if more else uses
    key, columns, fingerprints = prints_of(ready.everyone, uses, ready.sides)
    manifest = manifest_of(
        {**settings, "objective": None, "solver": None},
        key=key,
        own=False,
        given=ready.given or Given(digest_of(dict(settings))),
        fitted=fitted_digest(ready.fitted),
        columns=columns,
        fingerprints=fingerprints,
        certificate=certificate,
        result=plain_fingerprint([dict(row) for row in members], "members"),
        round=round,
        scoring_revision=SCORING_REVISION,
    )
    return key, manifest
