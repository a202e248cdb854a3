"""What a run was given beside the people, as digests for its manifest: taken when it was read, since files change."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from peermatch.audit import Given, digest_of, table_digest
from peermatch.cohort import Cohort
from peermatch.cohort.aside import read_table
from peermatch.criteria import Criterion, Rule, columns_of
from peermatch.pairing import fitted_digest
from peermatch.problem import Solver
from peermatch.run.guarded import without_columns
from peermatch.run.request import Request
from peermatch.run.snapshot import Snapshot
from peermatch.solvers import get_solver, plain_solver

if TYPE_CHECKING:
    from peermatch.matcher import PeerMatcher

__all__ = ["configuration_digest", "given_of"]

_TABLES = ("table", "pairs")
# Who decided, and from what weights were learned: it changes no score, and still is part of what was configured.


def given_of(matcher: PeerMatcher, request: Request, org: Cohort | None) -> Given:
    """Return the digests of what a run was given.

    Parameters
    ----------
    matcher : PeerMatcher
    request : Request
    org : Cohort or None
        The whole staff, as it was read.
    """
    asked = request.asked or request
    found = {
        "org": None if org is None else digest_of(without_columns(org, _unseen(matcher))),
        "history": _digest(asked.history, "history"),
        "locks": _digest(asked.locks, "locks"),
        # without ranks the order of rows is the order of preference
        "preferences": _digest(asked.preferences, "preferences", ordered=True),
        "set_aside": _digest(asked.set_aside, "set_aside"),
        "first": _digest(asked.first, "first"),
        "previous": None if asked.previous is None else _of_snapshot(asked.previous),
        "fitted": None if asked.fitted is None else fitted_digest(asked.fitted),
    }
    given = {name: digest for name, digest in found.items() if digest is not None}
    private = [rule for rule in matcher.rules if rule.private]
    vetoes = digest_of([_part(rule) for rule in private]) if private else None
    return Given(configuration_digest(matcher), given, vetoes)


def _unseen(matcher: PeerMatcher) -> list[str]:
    """Columns of the staff that are not fingerprinted: nothing that scores reads them, or they are private."""
    private = [rule for rule in matcher.rules if rule.private]
    return [*(matcher.audit_only or ()), *(column for rule in private for column in columns_of(rule))]


def configuration_digest(matcher: PeerMatcher) -> bytes:
    """Return the digest of a whole configuration; of private rules, only how many there are.

    Lists of pairs and tables count by what is in them, wherever they were read from; functions and transformers by
    their names and options; a solver's name is the same as the solver with its default options.

    Examples
    --------
    >>> import peermatch as pm
    >>> one, same, other = (pm.PeerMatcher("id", [pm.near("x", weight=w)], solver=s)
    ...                     for w, s in ((1, "blossom"), (1, pm.solvers.Blossom()), (2, "blossom")))
    >>> configuration_digest(one) == configuration_digest(same) != configuration_digest(other)
    True
    """
    parts = {part.name: _option(part.name, getattr(matcher, part.name)) for part in fields(matcher)}
    return digest_of({name: part for name, part in parts.items() if part is not None})


def _option(name: str, value: Any) -> Any:
    if name in ("criteria", "rules"):
        return ["private" if getattr(part, "private", False) else _part(part) for part in value]
    if name == "solver":
        solver: Solver = get_solver(value)
        return plain_solver(solver)
    return value


def _part(part: Criterion | Rule) -> dict[str, Any]:
    known = {one.name: getattr(part, one.name) for one in fields(part)}
    known["options"] = {key: _configured(key, value) for key, value in part.options.items()}
    return known


def _configured(key: str, value: Any) -> Any:
    if key in _TABLES:
        return _digest(value, f"the {key}")
    if hasattr(value, "get_params"):
        return [type(value).__module__, type(value).__qualname__, value.get_params(deep=False)]
    if callable(value):
        return [getattr(value, "__module__", ""), getattr(value, "__qualname__", type(value).__qualname__)]
    return value


def _digest(value: Any, what: str, *, ordered: bool = False) -> bytes | None:
    """Return the digest of something that came as a table, a path, or plain values."""
    if value is None:
        return None
    records = isinstance(value, list) and value and all(isinstance(row, Mapping) for row in value)
    if isinstance(value, str | os.PathLike) or hasattr(value, "columns") or records:
        return table_digest(read_table(value, what=what), ordered=ordered)
    return digest_of(value)


def _of_snapshot(previous: Snapshot) -> bytes:
    people = None if previous.people is None else sorted((hand, *key) for hand, key in previous.people)
    return digest_of([previous.pairs, people, previous.two_sided, previous.round])
