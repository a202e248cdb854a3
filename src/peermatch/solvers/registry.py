"""The registry of solvers: ours, those of other packages, and those of the running process, by name.

Another package offers a solver through an entry point::

    [project.entry-points."peermatch.solvers"]
    simplex = "their_package:Simplex"
"""

from __future__ import annotations

import dataclasses
import inspect
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any, TypeVar

from peermatch.checks import did_you_mean
from peermatch.errors import ConfigError, error_item
from peermatch.problem import ONE_POOL, TWO_SIDES, Solver

__all__ = ["get_solver", "plain_solver", "register_solver", "solver_names"]

_GROUP = "peermatch.solvers"

_BUILT_IN = {
    "blossom": "peermatch.solvers.blossom:Blossom",
    "deferred": "peermatch.solvers.deferred:Deferred",
    "exhaustive": "peermatch.solvers.exhaustive:Exhaustive",
    "greedy": "peermatch.solvers.greedy:Greedy",
    "hungarian": "peermatch.solvers.hungarian:Hungarian",
    "roommates": "peermatch.solvers.roommates:Roommates",
    "transport": "peermatch.solvers.transport:Transport",
}

_registered: dict[str, type[Any]] = {}

AnySolver = TypeVar("AnySolver", bound=type[Any])


def solver_names() -> list[str]:
    """Return the names of all known solvers, sorted; nothing is imported for it.

    Examples
    --------
    >>> {"blossom", "roommates"} <= set(solver_names())
    True
    """
    return sorted({*_BUILT_IN, *_registered, *_entry_points()})


def get_solver(solver: str | Solver, **options: Any) -> Solver:
    """Return a solver, ready to solve.

    Parameters
    ----------
    solver : str or solver
        A name in the registry, or a solver object, which comes back as it is once it has been checked.
    **options
        The solver's own options, for a name.

    Raises
    ------
    ConfigError
        For an unknown name or option (with the nearest known one), an option's bad value, an object or entry
        point that is not a solver (with what it lacks), or options together with an object.

    Examples
    --------
    >>> get_solver("exhaustive").name
    'exhaustive'
    """
    if isinstance(solver, str):
        return _made(solver, _class_of(solver), options)
    if isinstance(solver, type):
        raise ConfigError(
            error_item(
                "bad_solver",
                f"The solver parameter of get_solver() must be a name or a solver object. "
                f"Got the class {solver.__name__} instead; write {solver.__name__}().",
                found=solver.__name__,
            )
        )
    _check(solver, type(solver).__name__)
    if options:
        raise ConfigError(
            error_item(
                "solver_options",
                f"Options come with a solver's name; the {solver.name!r} object has its own already. "
                f"Got {', '.join(sorted(options))}.",
                found=sorted(options),
            )
        )
    return solver


def plain_solver(solver: Solver) -> str | dict[str, Any]:
    """Return a solver as plain data: its name, and where options differ from their defaults a table of both.

    Parameters
    ----------
    solver : solver

    Examples
    --------
    >>> plain_solver(get_solver("blossom")), plain_solver(get_solver("blossom", k=8))
    ('blossom', {'name': 'blossom', 'k': 8})
    """
    if not dataclasses.is_dataclass(solver):
        return solver.name
    options = {
        part.name: getattr(solver, part.name)
        for part in dataclasses.fields(solver)
        if part.init and getattr(solver, part.name) != part.default
    }
    return {"name": solver.name, **options} if options else solver.name


def register_solver(cls: AnySolver) -> AnySolver:
    """Add a solver class to the registry of this process; usable as a decorator.

    Parameters
    ----------
    cls : type
        Follows the `peermatch.problem.Solver` protocol; its class attribute `name` becomes its name here.

    Returns
    -------
    type
        The same class.

    Raises
    ------
    ConfigError
        If it lacks something, or if another solver has its name.

    Examples
    --------
    >>> try:
    ...     register_solver(int)
    ... except ConfigError as error:
    ...     error.items[0]["code"]
    'bad_solver'
    """
    _check(cls, getattr(cls, "__name__", repr(cls)))
    known = _registered.get(cls.name)
    if (known is not None and known is not cls) or cls.name in _BUILT_IN or cls.name in _entry_points():
        message = f"The name {cls.name!r} is taken by another solver. Give {cls.__name__} another name."
        raise ConfigError(error_item("solver_name_taken", message, found=cls.name))
    _registered[cls.name] = cls
    return cls


def _entry_points() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=_GROUP)}


def _class_of(name: str) -> type[Any]:
    if name in _registered:
        return _registered[name]
    if name in _BUILT_IN:
        module, _, attribute = _BUILT_IN[name].partition(":")
        found = getattr(import_module(module), attribute)
        assert isinstance(found, type)
        return found
    points = _entry_points()
    if name not in points:
        known = solver_names()
        message = f"There is no solver {name!r}.{did_you_mean(name, known)}"
        raise ConfigError(error_item("unknown_solver", message, found=name, accepted=known))
    try:
        loaded = points[name].load()
    except (ImportError, AttributeError) as error:
        message = f"The solver {name!r} of the entry point {points[name].value!r} cannot be loaded: {error}."
        raise ConfigError(error_item("bad_solver", message, found=points[name].value)) from error
    if not isinstance(loaded, type):
        message = f"The entry point {points[name].value!r} of the solver {name!r} must lead to a class."
        raise ConfigError(error_item("bad_solver", message, found=repr(loaded)))
    _check(loaded, points[name].value)
    return loaded


def _check(candidate: Any, called: str) -> None:
    """Raise ConfigError unless the class or object has what a solver needs."""
    lacks = []
    name = getattr(candidate, "name", None)
    if not isinstance(name, str) or not name:
        lacks.append("it has no 'name' that is a text")
    accepts = getattr(candidate, "accepts", None)
    if not isinstance(accepts, (set, frozenset)) or not accepts or not accepts <= {ONE_POOL, TWO_SIDES}:
        lacks.append(f"it has no 'accepts' that is a set of {ONE_POOL!r} and {TWO_SIDES!r}")
    solve = getattr(candidate, "solve", None)
    if not callable(solve):
        lacks.append("it has no method 'solve'")
    elif "control" not in _parameters(solve):
        lacks.append("its 'solve' has no keyword 'control'")
    if lacks:
        message = f"{called} is not a solver: {'; '.join(lacks)}."
        raise ConfigError(
            error_item("bad_solver", message, found=called, accepted=["name", "accepts", "solve"])
        )


def _parameters(function: Any) -> list[str]:
    """Names of a callable's parameters; a catch-all for keywords counts as having `control`."""
    found = inspect.signature(function).parameters.values()
    names = [parameter.name for parameter in found]
    catches_all = any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in found)
    return [*names, "control"] if catches_all else names


def _made(name: str, cls: type[Any], options: dict[str, Any]) -> Solver:
    """Make a solver from its options; an option that does not exist is named together with the nearest one."""
    if dataclasses.is_dataclass(cls):
        known = [option.name for option in dataclasses.fields(cls) if option.init]
    else:
        known = _parameters(cls)
    try:
        made = cls(**options)
    except TypeError as error:
        unknown = [option for option in options if option not in known]
        if not unknown:
            raise ConfigError(error_item("solver_options", f"The solver {name!r}: {error}.")) from error
        hint = did_you_mean(unknown[0], known) if known else " It has none."
        message = f"The solver {name!r} has no option {unknown[0]!r}.{hint}"
        raise ConfigError(
            error_item("unknown_option", message, column=unknown[0], found=unknown[0], accepted=known)
        ) from error
    except ValueError as error:
        raise ConfigError(error_item("solver_options", str(error))) from error
    assert isinstance(made, Solver)
    return made
