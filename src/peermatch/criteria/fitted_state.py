"""What criteria learned from people, as plain data and back: without pickle, and without running anything.

Idea
    A reader of cells is its options and what it learned: texts, numbers, lists, tables of them, arrays. Each of these
    has one plain form. A list, a mapping or an object stands as a mapping with one key that starts with a tilde.
Invariant
    Only readers of `peermatch.encoders` are made anew, none of them by calling it, and scikit-learn's word model of
    free text, by its vocabulary and weights. What comes back encodes every person as before, to the last bit.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from peermatch.criteria.criterion import Criterion
from peermatch.criteria.fitting import FittedCriterion
from peermatch.criteria.meetings import Meetings
from peermatch.encoders._many import Vocabulary
from peermatch.encoders._splitting import Splitter
from peermatch.encoders.readers import (
    AvailabilityReader,
    BackgroundReader,
    ExperienceReader,
    GoalsReader,
    SkillsReader,
)
from peermatch.errors import ConfigError, InputError, error_item

__all__ = ["FITTED_SCHEMA", "fitted_from_dict", "fitted_to_dict"]

FITTED_SCHEMA = "peermatch/fitted/1"

_READERS = (AvailabilityReader, BackgroundReader, ExperienceReader, GoalsReader, SkillsReader)
_DTYPES = (
    "bool",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float32",
    "float64",
)
_MOST_NUMBERS = 50_000_000
_WORDS_OPTIONS = ("token_pattern", "ngram_range", "sublinear_tf", "strip_accents", "max_features")


def fitted_to_dict(fitted: Iterable[FittedCriterion]) -> dict[str, Any]:
    """Return what criteria learned, ready for JSON: ``{"schema": "peermatch/fitted/1", "criteria": [...]}``.

    It holds words that people wrote (vocabularies), so it is as confidential as the table of people.

    Parameters
    ----------
    fitted : iterable of FittedCriterion

    Raises
    ------
    ConfigError
        If a criterion learned with a transformer of the user's own, which cannot be written down.

    Examples
    --------
    >>> import peermatch as pm
    >>> people = [{"id": 1, "team": "red"}, {"id": 2, "team": "blue"}]
    >>> fitted = pm.PeerMatcher("id", [pm.same("team")]).match(people).fitted
    >>> fitted_to_dict(fitted)["criteria"][0]["fills"]
    [0.0, 0.0]
    """
    return {
        "schema": FITTED_SCHEMA,
        "criteria": [
            {
                "name": part.criterion.name,
                "kind": part.criterion.kind,
                "fills": [_plain(float(fill), part.criterion.name) for fill in part.fills],
                "learned": _plain(part.encoder, part.criterion.name),
            }
            for part in fitted
        ],
    }


def _plain(value: Any, name: str) -> Any:
    if value is None or (isinstance(value, bool | int | str) and type(value) in (bool, int, str)):
        return value
    if type(value) is float:
        return value if math.isfinite(value) else {"~float": repr(value)}
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return {"~date": value.isoformat()}
    if type(value) is list:
        return [_plain(one, name) for one in value]
    if type(value) is tuple:
        return {"~tuple": [_plain(one, name) for one in value]}
    if isinstance(value, set | frozenset):
        return {"~set": sorted((_plain(one, name) for one in value), key=repr)}
    if isinstance(value, Mapping):
        return {"~mapping": [[_plain(key, name), _plain(one, name)] for key, one in value.items()]}
    if isinstance(value, np.generic):
        return _plain(value.item(), name)
    if isinstance(value, np.ndarray):
        return _plain_array(value, name)
    return _plain_object(value, name)


def _plain_array(array: np.ndarray[Any, Any], name: str) -> dict[str, Any]:
    if array.dtype == object or array.dtype.kind == "U":
        return {"~texts": [_plain(one, name) for one in array.ravel().tolist()], "shape": list(array.shape)}
    if array.dtype.name not in _DTYPES:
        raise _cannot(name, f"an array of {array.dtype}")
    flat = array.ravel().tolist()
    if array.dtype.kind == "f":
        flat = [_plain(one, name) for one in flat]
    return {"~array": array.dtype.name, "shape": list(array.shape), "values": flat}


def _plain_object(value: Any, name: str) -> dict[str, Any]:
    if isinstance(value, Meetings):
        return {"~meetings": _plain(_day(value.as_of), name)}  # who met when is an input, and was not learned
    kind = type(value)
    if _kinds(kind.__name__).get(kind.__name__) is not kind:
        raise _cannot(name, f"a {kind.__name__}")
    state = {key: one for key, one in _state_of(value).items() if not callable(one)}
    return {
        "~reader": kind.__name__,
        "state": [
            [key, _plain_words(one, name) if key == "words_" else _plain(one, name)]
            for key, one in state.items()
        ],
    }


def _plain_words(model: Any, name: str) -> dict[str, Any]:
    """Return the word model that `TextVectors` makes, by its vocabulary and weights."""
    options = {key: _plain(getattr(model, key), name) for key in _WORDS_OPTIONS}
    words = sorted(model.vocabulary_, key=model.vocabulary_.__getitem__)
    return {"~words": words, "options": options, "weights": _plain(np.asarray(model.idf_), name)}


def _state_of(value: Any) -> dict[str, Any]:
    slots = [name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ())]
    found = {
        name: getattr(value, name) for name in slots if hasattr(value, name) and not name.startswith("__")
    }
    return {**found, **getattr(value, "__dict__", {})}


def _day(value: Any) -> Any:
    return value.date() if isinstance(value, dt.datetime) else value


def _cannot(name: str, what: str) -> ConfigError:
    return ConfigError(
        f"What the criterion {name!r} learned cannot be written down: {what} is among it, which is not peermatch's "
        "own. Leave the evidence out, or take a criterion without a transformer of your own."
    )


# ---- and back -------------------------------------------------------------------------------------------


def fitted_from_dict(data: Any, criteria: Sequence[Criterion]) -> tuple[FittedCriterion, ...]:
    """Return what `fitted_to_dict` wrote, for criteria of the same names and kinds.

    Parameters
    ----------
    data : mapping
    criteria : sequence of Criterion
        All of them must be in it; more may be.

    Raises
    ------
    InputError
        Code ``"bad_fitted"``, with the place, if it is no such data.
    ConfigError
        If a criterion is not in it.
    """
    if not isinstance(data, Mapping) or data.get("schema") != FITTED_SCHEMA:
        raise _bad("fitted", f"{FITTED_SCHEMA!r} as its schema")
    parts: dict[tuple[Any, Any], Mapping[str, Any]] = {}
    for place, part in enumerate(_list(data.get("criteria"), "fitted.criteria")):
        where = f"fitted.criteria[{place}]"
        if not isinstance(part, Mapping):
            raise _bad(where, "an object")
        fills = _list(part.get("fills"), f"{where}.fills")
        if len(fills) != 2 or not all(_is_share(fill) for fill in fills):
            raise _bad(f"{where}.fills", "two numbers from 0 to 1")
        parts[str(part.get("name")), str(part.get("kind"))] = part
    found = []
    for criterion in criteria:
        kept = parts.get((criterion.name, criterion.kind))
        if kept is None:
            raise ConfigError(
                f"The result does not say what a criterion {criterion.name!r} of the kind {criterion.kind!r} learned."
            )
        where = f"fitted.criteria of {criterion.name!r}"
        encoder = _made(kept.get("learned"), where)
        found.append(FittedCriterion(criterion, encoder, (float(kept["fills"][0]), float(kept["fills"][1]))))
    return tuple(found)


def _is_share(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise _bad(where, "a list")
    return value


def _made(value: Any, where: str) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list):
        return [_made(one, where) for one in value]
    if not isinstance(value, Mapping):
        raise _bad(where, "plain data")
    key = next(iter(value), None)
    make = _MAKERS.get(key) if isinstance(key, str) else None
    if make is None:
        raise _bad(where, "one of " + ", ".join(_MAKERS))
    try:
        return make(value, where)
    except (
        TypeError,
        ValueError,
        KeyError,
        AttributeError,
        OverflowError,
        MemoryError,
        ImportError,
    ) as error:
        raise _bad(f"{where}: {key}", "what fitted_to_dict writes") from error


def _float(value: Mapping[str, Any], where: str) -> float:
    if value["~float"] not in ("nan", "inf", "-inf"):
        raise ValueError
    return float(value["~float"])


def _mapping(value: Mapping[str, Any], where: str) -> dict[Any, Any]:
    return {_made(key, where): _made(one, where) for key, one in _list(value["~mapping"], where)}


def _shape(value: Mapping[str, Any], held: int) -> tuple[int, ...]:
    shape = tuple(int(size) for size in value["shape"])
    if math.prod(shape) != held or min(shape, default=0) < 0 or held > _MOST_NUMBERS:
        raise ValueError
    return shape


def _texts(value: Mapping[str, Any], where: str) -> np.ndarray[Any, Any]:
    cells = _list(value["~texts"], where)
    array = np.empty(len(cells), dtype=object)
    array[:] = [_made(cell, where) for cell in cells]
    return array.reshape(_shape(value, len(cells)))


def _array(value: Mapping[str, Any], where: str) -> np.ndarray[Any, Any]:
    if value["~array"] not in _DTYPES:
        raise ValueError
    numbers = _list(value["values"], where)
    plain = [_made(one, where) if isinstance(one, Mapping) else one for one in numbers]
    if not all(isinstance(one, bool | int | float) for one in plain):
        raise ValueError
    return np.array(plain, dtype=value["~array"]).reshape(_shape(value, len(plain)))


def _words(value: Mapping[str, Any], where: str) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    words, weights = _list(value["~words"], where), _made(value["weights"], where)
    options = {key: _made(value["options"][key], where) for key in _WORDS_OPTIONS}
    if not all(isinstance(word, str) for word in words) or len(set(words)) < len(words):
        raise ValueError
    if not isinstance(weights, np.ndarray) or weights.shape != (len(words),):
        raise ValueError
    made = TfidfVectorizer(**options)
    made.vocabulary_ = {word: place for place, word in enumerate(words)}
    made.fixed_vocabulary_ = False
    made.idf_ = weights
    return made


def _kinds(name: str) -> dict[str, type]:
    """Return what may be made anew, by name: a closed list. What reads free text is imported where it is asked for."""
    kinds: list[type] = [*_READERS, Splitter, Vocabulary]
    if name == "TextVectors":
        from peermatch.encoders._text import TextVectors

        kinds.append(TextVectors)
    return {kind.__name__: kind for kind in kinds}


def _reader(value: Mapping[str, Any], where: str) -> Any:
    kind = _kinds(str(value["~reader"]))[value["~reader"]]
    made: Any = object.__new__(kind)
    for key, one in _list(value["state"], where):
        if not isinstance(key, str) or key.startswith("__") or callable(getattr(kind, key, None)):
            raise ValueError
        object.__setattr__(made, key, _made(one, where))
    return made


def _meetings(value: Mapping[str, Any], where: str) -> Meetings:
    return Meetings(as_of=_made(value["~meetings"], where))


_MAKERS: Mapping[str, Callable[[Mapping[str, Any], str], Any]] = {
    "~float": _float,
    "~date": lambda value, where: dt.date.fromisoformat(value["~date"]),
    "~tuple": lambda value, where: tuple(_made(one, where) for one in _list(value["~tuple"], where)),
    "~set": lambda value, where: {_made(one, where) for one in _list(value["~set"], where)},
    "~mapping": _mapping,
    "~texts": _texts,
    "~array": _array,
    "~words": _words,
    "~reader": _reader,
    "~meetings": _meetings,
}


def _bad(where: str, accepted: str) -> InputError:
    message = f"What the result says of {where} is not what was learned: {accepted} is needed."
    return InputError(error_item("bad_fitted", message, accepted=accepted))
