"""The manifest: what a result was made from, as fingerprints, so that years later it shows what is still the same.

Nothing in it can be read back. Clock, host and paths are not in it: they stand in a record of the run, kept apart.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from typing import Any

from peermatch.audit.fingerprints import certificate_fingerprint, key_id, keyed
from peermatch.version import __version__

__all__ = ["INPUTS", "MANIFEST_SCHEMA", "Given", "audit_manifest", "manifest_of", "versions_used"]

MANIFEST_SCHEMA = "peermatch/manifest/1"

INPUTS = ("org", "history", "locks", "preferences", "set_aside", "first", "previous", "fitted")
"""What a run may be given beside the people and the configuration."""

_PACKAGES = ("numba", "numpy", "pandas", "scikit-learn", "scipy")
_FROM_INPUT, _OWN = "input", "given"


@dataclass(frozen=True)
class Given:
    """Digests of what a run was given beside the people, taken when it was read: tables and files may change later.

    Attributes
    ----------
    configuration : bytes
        Of the matcher, lists of people in full, but for private rules.
    inputs : mapping of str to bytes
        Of each of `INPUTS` that was given.
    private : bytes, optional
        Of the private rules, where there are any.
    """

    configuration: bytes
    inputs: Mapping[str, bytes] = field(default_factory=dict)
    private: bytes | None = None


@cache
def _versions() -> tuple[tuple[str, str | None], ...]:
    found: list[tuple[str, str | None]] = [
        ("peermatch", __version__),
        ("python", f"{sys.version_info.major}.{sys.version_info.minor}"),
    ]
    for name in _PACKAGES:
        try:
            found.append((name, metadata.version(name)))
        except metadata.PackageNotFoundError:
            found.append((name, None))
    return tuple(found)


def versions_used() -> dict[str, str | None]:
    """Return the versions of everything that has a part in scores and solutions.

    They are the installed ones, whether or not this run had to import them: the same environment gives the same bytes.

    Examples
    --------
    >>> list(versions_used())
    ['peermatch', 'python', 'numba', 'numpy', 'pandas', 'scikit-learn', 'scipy']
    """
    return dict(_versions())


def manifest_of(
    settings: Mapping[str, Any],
    *,
    key: bytes,
    own: bool,
    given: Given,
    fitted: bytes,
    columns: Sequence[Sequence[str]],
    fingerprints: Sequence[str],
    certificate: Mapping[str, Any],
    result: str,
    round: str | None,
    scoring_revision: int,
) -> dict[str, Any]:
    """Return the manifest of a result.

    Parameters
    ----------
    settings : mapping
        What the matcher was told.
    key : bytes
        Of all keyed fingerprints.
    own : bool
        Whether it was made of a secret that somebody gave; otherwise the rows made it.
    given : Given
    fitted : bytes
        The digest of what was learned from people.
    columns : sequence of sequence of str
        For each side, the columns that were used.
    fingerprints : sequence of str
        Of each row of "people".
    certificate : mapping
        As it stands in the result.
    result : str
        The fingerprint of who has whom.
    round : str or None
        It salts the order in which ties are broken.
    scoring_revision : int
    """
    solver = settings.get("solver")
    inputs = {name: keyed(given.inputs[name], key, name) if name in given.inputs else None for name in INPUTS}
    # Who knows a table but for one veto could make the rows' key of every guess, and see which guess is right.
    vetoes = keyed(given.private, key, "private") if own and given.private is not None else None
    return {
        "schema": MANIFEST_SCHEMA,
        "versions": versions_used(),
        "scoring_revision": scoring_revision,
        "key": {"id": key_id(key), "origin": _OWN if own else _FROM_INPUT},
        "configuration": keyed(given.configuration, key, "configuration"),
        "fitted": keyed(fitted, key, "fitted"),
        "seed": {"ties": round, "random_state": 0},
        "solver": dict(solver) if isinstance(solver, Mapping) else {} if solver is None else {"name": solver},
        "objective": settings.get("objective"),
        "mutual": settings.get("mutual"),
        "certificate": {
            "kind": certificate.get("kind", certificate.get("evidence")),
            **{name: certificate[name] for name in ("status", "verified")},
            "fingerprint": certificate_fingerprint(certificate),
        },
        "rows": {"columns": [list(names) for names in columns], "fingerprints": list(fingerprints)},
        "inputs": {**inputs, "private": vetoes},
        "result": result,
    }


def audit_manifest(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an auditor has of a manifest.

    A key that the rows made can be made of a guess of the rows, so that whatever it keys would tell whether the guess
    is right. Such fingerprints are left out. A secret's can be tested by nobody who does not have it: they stay.

    Examples
    --------
    >>> manifest = {"key": {"id": "0", "origin": "input"}, "configuration": "1", "result": "2", "fitted": "3",
    ...             "inputs": {"org": None}, "rows": {"columns": [["id"]], "fingerprints": ["4"]}}
    >>> audit_manifest(manifest)
    {'result': '2', 'rows': {'columns': [['id']]}}
    """
    if manifest["key"]["origin"] == _OWN:
        return dict(manifest)
    left_out = ("key", "configuration", "fitted", "inputs")
    kept = {name: part for name, part in manifest.items() if name not in left_out}
    return {**kept, "rows": {"columns": manifest["rows"]["columns"]}}
