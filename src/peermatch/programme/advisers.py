"""Second-line advisers: for every pair, a more experienced colleague to ask when a question outgrows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from peermatch.audit import settings_of
from peermatch.checks import must_be
from peermatch.criteria import Criterion, Rule, as_day
from peermatch.errors import ConfigError, InputError, VerificationError
from peermatch.problem import FORBIDDEN, Control, IntArray, Matching, Problem, SparseScores, Status
from peermatch.programme.advised import Advised
from peermatch.programme.adviser_groups import groups_of
from peermatch.programme.adviser_task import CALLER, Task, task_of
from peermatch.report import CertificateView
from peermatch.run.advisers import ADVISER, Advisers
from peermatch.run.guarded import check_advisers
from peermatch.run.solving import solving_order
from peermatch.scoring.groups import GroupScores
from peermatch.solvers import get_solver
from peermatch.verify import Proof, check_valid, prove
from peermatch.version import __version__

__all__ = ["assign_advisers"]

_CELLS = 1 << 21
_MOST_LISTED = 1 << 24
"""Choices that are listed take 24 bytes each, and as much again while they are sorted."""


def assign_advisers(
    pairing: Any,
    seniors: Any,
    advisers: Advisers | None = None,
    *,
    experience: str | Mapping[str, str | None] | None = None,
    by: float = 3,
    ladder: Sequence[Any] | None = None,
    capacity: str | int = 1,
    manager: str | None = None,
    criteria: Sequence[Criterion] = (),
    rules: Sequence[Rule] = (),
    combine: str = "mean",
    not_among_pairs: bool = False,
    label: str | None = None,
    eligible: str | None = None,
    org: Any = None,
    as_of: Any = None,
    progress: Callable[[str, int, int], None] | None = None,
    cancel: Callable[[], bool] | None = None,
    time_limit: float | None = None,
) -> Advised:
    """Give every pair one adviser: as many pairs as possible, then the best total. Exact, with its proof.

    An adviser is never a member of the pair, stands in neither member's reporting line, is vetoed by neither, and has
    at least `by` more experience than the more experienced of the two. Nobody has more pairs than places.

    Parameters
    ----------
    pairing : Pairing, or circles as `form_circles` returns them
    seniors : Cohort, table, list of dict, or path
        Who may advise, with the same id column as the people. Members of pairs may be among them.
    advisers : Advisers, optional
        What is asked of advisers, such as ``matcher.advisers``; instead of the next arguments.
    experience, by, ladder, capacity, manager, criteria, rules, combine, not_among_pairs, label, eligible
        See `Advisers`.
    org : table or path, optional
        The whole staff, for reporting lines; managers in the tables of people and advisers are known without.
    as_of : date or str, optional
        Today, as far as dates are concerned; that of the pairing where not given.
    progress, cancel, time_limit : optional
        As in `PeerMatcher.match`; stopped early, the advisers found so far, with the true gap.

    Returns
    -------
    Advised
        `.pairs`, `.advisers`, `.unadvised` with reasons, `.rules`, `.certificate`.

    Raises
    ------
    ConfigError, InputError
        For a wrong argument, or a table that lacks what is asked for.

    Examples
    --------
    >>> import peermatch as pm
    >>> rows = [(1, "law", 2), (2, "law", 3), (3, "tax", 1), (4, "tax", 9)]
    >>> people = [{"id": id, "field": field, "years": years} for id, field, years in rows]
    >>> pairing = pm.PeerMatcher("id", [pm.same("field")]).match(people)
    >>> seniors = [{"id": 7, "field": "law", "years": 8}, {"id": 8, "field": "tax", "years": 20}]
    >>> pm.assign_advisers(pairing, seniors, experience="years", by=5).pairs[["a", "b", "adviser"]].values.tolist()
    [[1, 2, 7], [3, 4, 8]]
    """
    told = {
        "by": by,
        "ladder": ladder,
        "capacity": capacity,
        "manager": manager,
        "criteria": criteria,
        "rules": rules,
        "combine": combine,
        "not_among_pairs": not_among_pairs,
        "label": label,
        "eligible": eligible,
    }
    spec = _spec(advisers, experience, told)
    groups = groups_of(pairing, CALLER)
    check_advisers(groups.told, spec)
    if ADVISER in groups.names:
        raise ConfigError(
            f"A side of this pairing is called {ADVISER!r}, as second-line advisers are. Give it another name."
        )
    day = _day(groups.told.get("as_of") if as_of is None else as_of)
    control = Control(progress=progress, cancel=cancel, time_limit=time_limit)
    control.report("advisers")
    task = task_of(groups, seniors, spec, org, day)
    matching, view = _solve(task, control)
    options = {
        "id": groups.told["id"],
        # criteria and rules are told below, where functions of one's own have no need to be written to a file
        **replace(spec, criteria=(), rules=()).to_dict(),
        "criteria_from": task.source,
        "round": groups.round,
        "as_of": None if day is None else str(day),
    }
    ruled = [enforced.rule for enforced in task.enforcement.rules]
    # what stands for itself among the options is no rule that anyone wrote
    written = [rule for rule in ruled if rule.kind not in ("experience", "same_person", "not_among_pairs")]
    settings = settings_of(options, task.criteria, written, version=__version__)
    return Advised(task=task, spec=spec, matching=matching, certificate=view, settings=settings)


def _spec(
    advisers: Advisers | None, experience: str | Mapping[str, str | None] | None, told: Mapping[str, Any]
) -> Advisers:
    if advisers is None:
        if experience is None:
            raise ConfigError(
                f"{CALLER} needs experience=: the column that tells how far somebody is, or advisers=."
            )
        return Advisers(experience, **told)
    if not isinstance(advisers, Advisers):
        raise ConfigError(must_be(CALLER, "advisers", "an Advisers, such as matcher.advisers", advisers))
    plain = Advisers("x")
    given = [name for name, value in told.items() if value != getattr(plain, name)]
    if experience is not None or given:
        name = "experience" if experience is not None else given[0]
        raise ConfigError(f"{CALLER} takes either advisers=, or {name}= and the like; not both.")
    return advisers


def _day(as_of: Any) -> Any:
    if as_of is None:
        return None
    try:
        return as_day(as_of, "as_of")
    except InputError:
        raise ConfigError(must_be(CALLER, "as_of", "a day such as '2026-12-01'", as_of)) from None


def _solve(task: Task, control: Control) -> tuple[Matching, CertificateView]:
    """Solve, check the answer and its proof, and put it in terms of groups and advisers as they stand."""
    rows = solving_order(task.groups.ids, task.groups.round)
    columns = solving_order(task.advisers.ids, task.groups.round)
    scores = _listed(task.scores.take(rows, columns))
    problem = Problem(scores, "everyone_first", (None, task.places[columns]))
    control.report("solving")
    found = get_solver("transport").solve(problem, control=control)
    control.report("proving")
    proof = prove(problem, found)
    faults = [*check_valid(found, problem), *proof.faults]
    if faults:
        raise VerificationError(f"The assignment of advisers does not hold: {'; '.join(faults[:3])}.")
    pairs = found.pairs.copy()
    pairs[:, 0], pairs[:, 1] = rows[pairs[:, 0]], columns[pairs[:, 1]]
    whole = Problem(task.scores, "everyone_first", (None, task.places))
    matching = Matching.of(
        whole,
        pairs,
        status=found.status,
        solver=found.solver,
        certificate=found.certificate,
        gap=found.gap,
        pairs_gap=found.pairs_gap,
        stats=found.stats,
    )
    faults = check_valid(matching, whole)
    if faults:
        raise VerificationError(f"The assignment of advisers does not hold: {'; '.join(faults[:3])}.")
    view = CertificateView(
        kind="none" if found.certificate is None else found.certificate.kind,
        status=str(found.status),
        verified=proof.verified,
        gap=None if found.gap is None else found.gap / 2**30,
        pairs_gap=found.pairs_gap,
        pairs_covered=proof.pairs_covered,
        sentence=_sentence(found, proof),
        evidence=found.certificate,
        vertices=(rows, columns),
    )
    return matching, view


def _listed(scores: GroupScores) -> GroupScores | SparseScores:
    """Return all allowed choices as a list, where they fit: rules leave few, and none is then scored twice."""
    groups, people = scores.shape
    step = max(1, _CELLS // max(1, people))
    parts: list[tuple[IntArray, IntArray, IntArray]] = []
    allowed = 0
    for start in range(0, groups, step):
        some = np.arange(start, min(groups, start + step), dtype=np.int64)
        block = scores.block(some)
        u, v = np.nonzero(block != FORBIDDEN)
        allowed += len(u)
        if allowed > _MOST_LISTED:
            return scores
        parts.append((u + start, v, block[u, v]))
    u, v, score = (np.concatenate([part[k] for part in parts]) for k in range(3))
    return SparseScores(u, v, score, shape=scores.shape, two_sided=True)


def _sentence(found: Matching, proof: Proof) -> str:
    checked = "checked independently" if proof.verified else "not checked independently"
    if found.status == Status.OPTIMAL:
        over = f"Proved over all {proof.pairs_covered:,} allowed choices of an adviser for a pair"
        return f"{over}: nobody can give more pairs an adviser, nor as many with a better total ({checked})."
    if found.gap is None:
        return "Undecided: the search stopped before it was known whether better advisers exist."
    more = f"{found.gap / 2**30:.3f} more in total"
    if found.pairs_gap:
        more = f"{found.pairs_gap} more pairs with an adviser and {more}"
    return f"Not proved the best: another choice could have at most {more} ({checked})."
