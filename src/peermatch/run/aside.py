"""People who are set aside this time: they came in, and do not take part."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from peermatch.checks import did_you_mean, must_be, nearest
from peermatch.cohort import Cohort
from peermatch.criteria import key_of
from peermatch.criteria.sides import plain_text
from peermatch.errors import ConfigError, InputError, error_item

__all__ = ["SET_ASIDE", "brought_back", "without"]

SET_ASIDE = "not taking part: set aside this time"
_NEAREST_AMONG = 20_000


def without(everyone: tuple[Cohort, Cohort | None], set_aside: Any) -> tuple[Cohort, Cohort | None]:
    """Return all who came in, with these people set aside, on either side.

    Raises
    ------
    ConfigError
        If `set_aside` is no list of ids.
    InputError
        If nobody has one of the ids.
    """
    if isinstance(set_aside, str | bytes | dict) or not isinstance(set_aside, Iterable):
        raise ConfigError(must_be("match()", "set_aside", "a list of ids", set_aside))
    ids = list(set_aside)
    cohorts = [cohort for cohort in everyone if cohort is not None]
    known = {key_of(id) for cohort in cohorts for id in cohort.ids}
    items = [_nobody(cohorts, id) for id in ids if key_of(id) not in known]
    if items:
        raise InputError(items)
    aside = {key_of(id) for id in ids}
    left, right = everyone
    return _marked(left, aside), None if right is None else _marked(right, aside)


def brought_back(cohort: Cohort) -> tuple[Cohort, list[Any]]:
    """Return a cohort in which nobody is set aside any more, and who was."""
    aside = cohort.reasons_out == SET_ASIDE
    if not aside.any():
        return cohort, []
    reasons = cohort.reasons_out.copy()
    reasons[aside] = None
    back = replace(cohort, taking_part=cohort.taking_part | aside, reasons_out=reasons)
    return back, cohort.ids[aside].tolist()


def _marked(cohort: Cohort, aside: set[tuple[str, Any]]) -> Cohort:
    marked = np.array([key_of(id) in aside for id in cohort.ids], dtype=np.bool_)
    if not marked.any():
        return cohort
    reasons = cohort.reasons_out.copy()
    reasons[marked & cohort.taking_part] = SET_ASIDE
    return replace(cohort, taking_part=cohort.taking_part & ~marked, reasons_out=reasons)


def _nobody(cohorts: list[Cohort], id: Any) -> dict[str, Any]:
    known = [one for cohort in cohorts for one in cohort.ids.tolist()]
    twin = next((one for one in known if plain_text(one) == plain_text(id)), None)
    if twin is not None:
        hint = f" Did you mean {twin!r}? (Ids are {type(twin).__name__}, this is {type(id).__name__}.)"
        code = "id_type"
    else:
        near = nearest(id, known[:_NEAREST_AMONG])
        hint = did_you_mean(id, [near]) if near is not None else f" Ids look like {known[0]!r}."
        code = "unknown_id"
    message = f"Nobody has the id {id!r}, which is to be set aside.{hint}"
    return error_item(code, message, id=str(id), found=str(id), accepted=twin)
