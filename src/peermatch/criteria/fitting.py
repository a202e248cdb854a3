"""From a criterion and people to features: fit once, compile for any people who share the fitted state."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from peermatch.cohort.aside import is_missing, yes_or_no
from peermatch.criteria.criterion import Criterion
from peermatch.criteria.listed import measure_prefers, measure_ties
from peermatch.criteria.measures import (
    CustomMeasure,
    Measure,
    PrimitiveMeasure,
    check_one_by_one,
    on_vector_grid,
)
from peermatch.criteria.meetings import Meetings, measure_novelty
from peermatch.criteria.sides import Sides
from peermatch.criteria.unknown import fill_values
from peermatch.encoders.readers import (
    AvailabilityReader,
    BackgroundReader,
    ExperienceReader,
    GoalsReader,
    SkillsReader,
)

__all__ = [
    "CompiledCriterion",
    "FittedCriterion",
    "at_day",
    "compile_criterion",
    "fit_and_compile",
    "fit_criterion",
]

Bools = npt.NDArray[np.bool_]
Array = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class FittedCriterion:
    """A criterion with everything learned from people: vocabulary, codes, text vectors, what "not known" counts as.

    Attributes
    ----------
    criterion : Criterion
    encoder : reader of cells or None
        One of `peermatch.encoders.readers`.
    fills : (float, float)
        What "not known" counts as for the left and for the right person.
    """

    criterion: Criterion
    encoder: Any
    fills: tuple[float, float]


@dataclass(frozen=True, eq=False)
class CompiledCriterion:
    """A criterion ready to be asked about any two of the people it was compiled for.

    Attributes
    ----------
    criterion : Criterion
    measure : Measure
    fills : (float, float)
    left_on, right_on : bool arrays
        For whom it counts: the criterion applies to their side, and they did not switch it off.
    """

    criterion: Criterion
    measure: Measure
    fills: tuple[float, float]
    left_on: Bools
    right_on: Bools

    def take(self, left: npt.NDArray[np.int64], right: npt.NDArray[np.int64]) -> CompiledCriterion:
        """Return the same criterion for these rows and columns, in this order."""
        return CompiledCriterion(
            self.criterion,
            self.measure.take(left, right),
            self.fills,
            self.left_on[left],
            self.right_on[right],
        )


Fit = Callable[[Criterion, Sides, Any], Any]
Measured = tuple[Measure, bool, bool]


def fit_criterion(
    criterion: Criterion,
    sides: Sides,
    *,
    as_of: Any = None,
    unknown: str = "quartile",
    history: Any = None,
) -> FittedCriterion:
    """Learn what a criterion needs from the people of both sides together.

    Parameters
    ----------
    criterion : Criterion
    sides : Sides
        In the canonical order of ids.
    as_of : date or str, optional
        The day to which hire dates and time zones refer.
    unknown : {"quartile", "mean", "zero"}
    history : table, path, or None
        Earlier pairs, for ``novelty``.

    Raises
    ------
    InputError
        For columns that are not there or hold the wrong kind of value.
    """
    return fit_and_compile(criterion, sides, as_of=as_of, unknown=unknown, history=history)[0]


def fit_and_compile(
    criterion: Criterion,
    sides: Sides,
    *,
    as_of: Any = None,
    unknown: str = "quartile",
    history: Any = None,
) -> tuple[FittedCriterion, CompiledCriterion]:
    """Do both for the same people, whose cells are then read once for both."""
    encoder = _KINDS[criterion.kind][0](criterion, sides, as_of)
    if isinstance(encoder, Meetings):
        encoder = replace(encoder, history=history)
    compiled = compile_criterion(FittedCriterion(criterion, encoder, (0.0, 0.0)), sides)
    if criterion.kind == "custom":
        check_one_by_one(compiled.measure, sides.shape, criterion.name)
    fills = fill_values(
        compiled.measure,
        sides.shape,
        one_pool=not sides.two_sided,
        gates=(compiled.left_on, compiled.right_on),
        unknown=unknown,
    )
    return FittedCriterion(criterion, encoder, fills), replace(compiled, fills=fills)


def at_day(fitted: FittedCriterion, as_of: Any, history: Any = None) -> FittedCriterion:
    """Return a fitted criterion that counts hire dates and time zones from another day, and meetings anew.

    Differences of tenure do not depend on the day, so scores still compare; people hired since the fit can be read.

    Parameters
    ----------
    fitted : FittedCriterion
        It is not changed.
    as_of : date or str or None
        None: the day of the fit stays.
    history : table, path, or None
        Of this time: whom the fit knew to have met plays no part.
    """
    if isinstance(fitted.encoder, Meetings):
        return replace(fitted, encoder=Meetings(history, fitted.encoder.as_of if as_of is None else as_of))
    if as_of is None or not hasattr(fitted.encoder, "as_of"):
        return fitted
    encoder = copy(fitted.encoder)
    encoder.as_of = as_of
    return replace(fitted, encoder=encoder)


def compile_criterion(fitted: FittedCriterion, sides: Sides) -> CompiledCriterion:
    """Turn a fitted criterion and people into features and a primitive."""
    criterion = fitted.criterion
    measure, left_applies, right_applies = _KINDS[criterion.kind][1](criterion, fitted.encoder, sides)
    left_on, right_on = _gates(criterion, sides)
    return CompiledCriterion(
        criterion, measure, fitted.fills, left_on & left_applies, right_on & right_applies
    )


def _gates(criterion: Criterion, sides: Sides) -> tuple[Bools, Bools]:
    """Who wants the criterion.

    A side whose table lacks the column was not asked, and has no say (see Criterion.when).
    """
    rows, columns = sides.shape
    when = criterion.when
    if when is None:
        return np.ones(rows, dtype=bool), np.ones(columns, dtype=bool)
    asked = [side for side in ("left", "right") if sides.has(side, [when])]
    if not asked:
        sides.need("left", [when], criterion.caller)

    def answers(side: str) -> Bools:
        cohort = sides.left if side == "left" else sides.columns_side
        if side not in asked:
            return np.zeros(len(cohort), dtype=bool)
        return yes_or_no(cohort, when, needed_by=criterion.caller)

    return answers("left"), answers("right")


def _frames(criterion: Criterion, sides: Sides) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the judged columns of the people in the rows, and of those in the columns, under the same headers."""
    left = sides.frame_of("left", criterion.left, criterion.caller)
    right = sides.frame_of("right", criterion.right, criterion.caller, headers=criterion.left)
    return left, right


def _fit_encoder(encoder: Any, criterion: Criterion, sides: Sides) -> Any:
    frame = sides.stacked(criterion.left, criterion.right, criterion.caller)
    with sides.located(_headers(criterion)):
        return encoder.fit(frame)


def _headers(criterion: Criterion) -> dict[str, tuple[str, str]]:
    """Header in the encoded table -> the columns of the left and of the right side that stand under it."""
    if criterion.kind == "complement":
        offers, seeks = criterion.right[0], criterion.left[0]
        return {"offers": (offers, offers), "seeks": (seeks, seeks)}
    return dict(zip(criterion.left, zip(criterion.left, criterion.right, strict=True), strict=True))


def _features(
    criterion: Criterion,
    sides: Sides,
    encode: Callable[[pd.DataFrame], Array],
    primitive: str,
    params: Sequence[float],
) -> PrimitiveMeasure:
    """Build a measure whose features come column by column from one encoding.

    Undirected unless one pool judges by two different columns: then i's left column faces j's right one.
    """
    left, right = _frames(criterion, sides)
    with sides.located(_headers(criterion)):
        own = encode(left)
    other = own
    if sides.two_sided or criterion.left != criterion.right:
        with sides.located(_headers(criterion), first="right"):
            other = encode(right)
    crossed = not sides.two_sided and criterion.left != criterion.right
    return PrimitiveMeasure(
        primitive=primitive,
        params=np.array(params, dtype=np.float64),
        left_own=own,
        left_other=other if crossed else own,
        right_own=own if crossed else other,
        right_other=other,
        directed=crossed,
    )


def _fit_experience(criterion: Criterion, sides: Sides, as_of: Any) -> Any:
    encoder = ExperienceReader(ladder=_optional_list(criterion.options["ladder"]), as_of=as_of)
    return _fit_encoder(encoder, criterion, sides)


def _optional_list(value: Any) -> list[Any] | None:
    return None if value is None else list(value)


def _measure_near(criterion: Criterion, encoder: Any, sides: Sides) -> Measured:
    options = criterion.options
    return (
        _features(criterion, sides, encoder.values, "near", [options["scale"], options["sweet_spot"]]),
        True,
        True,
    )


def _measure_above(criterion: Criterion, encoder: Any, sides: Sides) -> Measured:
    options = criterion.options
    measure = _features(criterion, sides, encoder.values, "above", [*options["by"], options["scale"]])
    return _each_by_themselves(measure, sides), True, True


def _each_by_themselves(measure: PrimitiveMeasure, sides: Sides) -> PrimitiveMeasure:
    """In one pool each judges by what they bring themselves; on two sides it is one fact about the pair."""
    if sides.two_sided:
        return measure
    own, other = measure.left_own, measure.right_other
    return replace(measure, left_own=own, left_other=other, right_own=own, right_other=other, directed=True)


def _fit_background(criterion: Criterion, sides: Sides, as_of: Any) -> Any:
    encoder = BackgroundReader()
    return _fit_encoder(encoder, criterion, sides)


def _measure_agreement(criterion: Criterion, encoder: Any, sides: Sides) -> Measured:
    wanted = 1.0 if criterion.kind == "same" else 0.0
    return _features(criterion, sides, encoder.codes, "agreement", [wanted]), True, True


def _fit_goals(criterion: Criterion, sides: Sides, as_of: Any) -> Any:
    options = criterion.options
    kind = "text" if options["text"] is not None else "auto"
    if options["separator"] is not None or options["vocabulary"] is not None or options["one_way"]:
        kind = "values"
    encoder = GoalsReader(
        kind=kind,
        separator=options["separator"],
        vocabulary=_optional_list(options["vocabulary"]),
        text=options["text"],
    )
    return _fit_encoder(encoder, criterion, sides)


def _measure_overlap(criterion: Criterion, encoder: Any, sides: Sides) -> Measured:
    if encoder.kind_ == "values":
        primitive = "covered" if criterion.options["one_way"] else "overlap"
        measure = _features(criterion, sides, lambda frame: encoder.bits(frame)[0], primitive, [0.0])
        return _each_by_themselves(measure, sides) if primitive == "covered" else measure, True, True
    measure = _features(
        criterion, sides, lambda frame: on_vector_grid(encoder.vectors(frame)[0]), "direction", [0.0]
    )
    return measure, True, True


def _skill_frame(criterion: Criterion, sides: Sides, side: str) -> pd.DataFrame:
    """Offers and seeks of one side; a column that its table lacks is missing for everyone."""
    cohort = sides.left if side == "left" else sides.columns_side
    columns = {}
    for header, name in (("offers", criterion.right[0]), ("seeks", criterion.left[0])):
        values = cohort.column(name, needed_by=criterion.caller) if cohort.has(name) else [None] * len(cohort)
        columns[header] = np.array(values, dtype=object)
    return pd.DataFrame(columns, dtype=object)


def _fit_skills(criterion: Criterion, sides: Sides, as_of: Any) -> Any:
    left_seeks = sides.has("left", criterion.left) and sides.has("right", criterion.right)
    right_seeks = sides.has("right", criterion.left) and sides.has("left", criterion.right)
    if not (left_seeks or right_seeks):
        sides.need("left", criterion.left, criterion.caller)
        sides.need("right", criterion.right, criterion.caller)
    frames = [_skill_frame(criterion, sides, "left")]
    if sides.two_sided:
        frames.append(_skill_frame(criterion, sides, "right"))
    options = criterion.options
    encoder = SkillsReader(separator=options["separator"], vocabulary=_optional_list(options["vocabulary"]))
    with sides.located(_headers(criterion)):
        return encoder.fit(pd.concat(frames, ignore_index=True))


def _measure_complement(criterion: Criterion, encoder: Any, sides: Sides) -> Measured:
    left_offers, left_seeks = _skill_words(criterion, encoder, sides, "left")
    right_offers, right_seeks = (
        _skill_words(criterion, encoder, sides, "right") if sides.two_sided else (left_offers, left_seeks)
    )
    measure = PrimitiveMeasure(
        "covered", np.zeros(1), left_seeks, left_offers, right_seeks, right_offers, directed=True
    )
    left_applies = sides.has("left", criterion.left) and sides.has("right", criterion.right)
    right_applies = sides.has("right", criterion.left) and sides.has("left", criterion.right)
    return measure, left_applies, right_applies


def _skill_words(criterion: Criterion, encoder: Any, sides: Sides, side: str) -> tuple[Array, Array]:
    with sides.located(_headers(criterion), first=side):
        offers, _, seeks, _ = encoder.bits(_skill_frame(criterion, sides, side))
    return offers, seeks & ~offers if criterion.options["new_only"] else seeks


def _fit_availability(criterion: Criterion, sides: Sides, as_of: Any) -> Any:
    return _fit_encoder(AvailabilityReader(as_of=as_of), criterion, sides)


def _measure_available(criterion: Criterion, encoder: Any, sides: Sides) -> Measured:
    slots = criterion.options["wanted"] * 60.0 / encoder.slot_minutes
    return _features(criterion, sides, lambda frame: encoder.bits(frame)[0], "shared", [slots]), True, True


def _fit_nothing(criterion: Criterion, sides: Sides, as_of: Any) -> Any:
    return None


def _fit_meetings(criterion: Criterion, sides: Sides, as_of: Any) -> Any:
    return Meetings(as_of=as_of)


def _measure_custom(criterion: Criterion, encoder: Any, sides: Sides) -> Measured:
    left, right = _frames(criterion, sides)

    def arrays(frame: pd.DataFrame) -> Mapping[str, Array]:
        return MappingProxyType({str(name): _numbers_or_objects(frame[name]) for name in frame.columns})

    own = arrays(left)
    other = arrays(right) if sides.two_sided else own
    return (
        CustomMeasure(
            criterion.name, criterion.options["function"], own, other, directed=not sides.two_sided
        ),
        True,
        True,
    )


def _numbers_or_objects(column: pd.Series[Any]) -> Array:
    missing = [is_missing(value) for value in column]
    try:
        numbers = [np.nan if gone else float(value) for value, gone in zip(column, missing, strict=True)]
    except (TypeError, ValueError, OverflowError):
        return np.array(column, dtype=object)
    return np.array(numbers, dtype=np.float64)


_KINDS: Mapping[str, tuple[Fit, Callable[[Criterion, Any, Sides], Measured]]] = MappingProxyType(
    {
        "near": (_fit_experience, _measure_near),
        "above": (_fit_experience, _measure_above),
        "same": (_fit_background, _measure_agreement),
        "different": (_fit_background, _measure_agreement),
        "overlap": (_fit_goals, _measure_overlap),
        "complement": (_fit_skills, _measure_complement),
        "available": (_fit_availability, _measure_available),
        "prefers": (_fit_nothing, measure_prefers),
        "novelty": (_fit_meetings, measure_novelty),
        "ties": (_fit_nothing, measure_ties),
        "custom": (_fit_nothing, _measure_custom),
    }
)
"""Kind -> (learn from people, turn people into a measure)."""
