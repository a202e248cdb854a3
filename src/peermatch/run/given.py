"""What a run was given beside the people, as digests for its manifest: taken when it was read, since files change."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from peermatch.audit import Given, digest_of, table_digest
from peermatch.cohort import Cohort
from peermatch.cohort.aside import read_table
from peermatch.criteria import Criterion, Rule, columns_of, key_of
from peermatch.criteria.tables import framed
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
_DIRECTED = ("veto", "prefers")
"""Kinds whose tables say who of whom."""


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
    directed = matcher.sides is not None
    found = {
        "org": None if org is None else digest_of(without_columns(org, _unseen(matcher))),
        "history": _table(asked.history, "history", directed=directed),
        "locks": _table(asked.locks, "locks", directed=directed),
        # without ranks the order of rows is the order of preference
        "preferences": _table(asked.preferences, "preferences", directed=True, ordered=True),
        "set_aside": _set_aside(asked.set_aside),
        "first": digest_of(_in_any_order(asked.first)) if asked.first is not None else None,
        "previous": None if asked.previous is None else _of_snapshot(asked.previous),
        "fitted": None if asked.fitted is None else fitted_digest(asked.fitted),
    }
    given = {name: digest for name, digest in found.items() if digest is not None}
    private = [rule for rule in matcher.rules if rule.private]
    vetoes = digest_of([_part(rule, directed) for rule in private]) if private else None
    return Given(configuration_digest(matcher), given, vetoes)


def _unseen(matcher: PeerMatcher) -> list[str]:
    """Columns of the staff that are not fingerprinted: nothing that scores reads them, or they are private."""
    private = [rule for rule in matcher.rules if rule.private]
    return [*(matcher.audit_only or ()), *(column for rule in private for column in columns_of(rule))]


def configuration_digest(matcher: PeerMatcher) -> bytes:
    """Return the digest of a whole configuration; of private rules, only how many there are.

    Lists of pairs and tables count by what is in them, wherever they were read from; functions and transformers by
    their names and options; a solver's name is the same as the solver with its default options. Who decided on it
    changes nothing that is computed, and is left out: the result says it in words.

    Examples
    --------
    >>> import peermatch as pm
    >>> one, same, other = (pm.PeerMatcher("id", [pm.near("x", weight=w)], solver=s)
    ...                     for w, s in ((1, "blossom"), (1, pm.solvers.Blossom()), (2, "blossom")))
    >>> configuration_digest(one) == configuration_digest(same) != configuration_digest(other)
    True
    """
    given = {part.name: getattr(matcher, part.name) for part in fields(matcher) if part.name != "decided_by"}
    sided = matcher.sides is not None
    return digest_of(
        {name: _option(name, part, directed=sided) for name, part in given.items() if part is not None}
    )


def _option(name: str, value: Any, *, directed: bool) -> Any:
    if name in ("criteria", "rules"):
        return ["private" if getattr(part, "private", False) else _part(part, directed) for part in value]
    if name == "solver":
        solver: Solver = get_solver(value)
        return plain_solver(solver)
    return value


def _part(part: Criterion | Rule, directed: bool) -> dict[str, Any]:
    known = {one.name: getattr(part, one.name) for one in fields(part) if one.name != "decided_by"}
    directed = directed or part.kind in _DIRECTED
    known["options"] = {
        key: _configured(part.kind, key, value, directed) for key, value in part.options.items()
    }
    return known


def _configured(kind: str, key: str, value: Any, directed: bool) -> Any:
    if key in _TABLES:
        return _table(value, f"the {key}", directed=directed, ordered=kind == "prefers")
    if hasattr(value, "get_params"):
        return [type(value).__module__, type(value).__qualname__, value.get_params(deep=False)]
    if callable(value):
        return [getattr(value, "__module__", ""), getattr(value, "__qualname__", type(value).__qualname__)]
    return value


def _set_aside(given: Any) -> bytes | None:
    """Return the digest of who was set aside; nobody is the same as nothing."""
    nobody = given is None or (hasattr(given, "__len__") and not isinstance(given, str) and not len(given))
    if nobody or (isinstance(given, Mapping) and not any(len(ids) for ids in given.values())):
        return None
    return _table(_in_any_order(given), "set_aside", directed=True)


def _in_any_order(ids: Any) -> Any:
    """Return a list of ids, or lists of them by side, without their order."""
    if isinstance(ids, Mapping):
        return {key: _in_any_order(part) for key, part in ids.items()}
    plain = isinstance(ids, list | tuple) and not any(isinstance(id, Mapping | list) for id in ids)
    return frozenset(ids) if plain else ids


def _table(value: Any, what: str, *, directed: bool, ordered: bool = False) -> bytes | None:
    """Return the digest of something that came as a table, a path, a list of pairs, or plain values.

    Parameters
    ----------
    value
    what : str
        For errors.
    directed : bool
        Whether the first of a pair is another thing than the second.
    ordered : bool
        Whether the order of rows says something.
    """
    if value is None:
        return None
    table = framed(value)
    records = isinstance(table, list) and table and all(isinstance(row, Mapping) for row in table)
    if not (isinstance(table, str | os.PathLike) or hasattr(table, "columns") or records):
        return digest_of(table)
    frame = read_table(table, what=what)
    if not directed and {"a", "b"} <= set(frame.columns):
        turned = [key_of(a) > key_of(b) for a, b in zip(frame["a"], frame["b"], strict=True)]
        frame = frame.copy()
        frame.loc[turned, ["a", "b"]] = frame.loc[turned, ["b", "a"]].to_numpy()
    return table_digest(frame, ordered=ordered)


def _of_snapshot(previous: Snapshot) -> bytes:
    people = None if previous.people is None else sorted((hand, *key) for hand, key in previous.people)
    return digest_of([previous.pairs, people, previous.two_sided, previous.round])
