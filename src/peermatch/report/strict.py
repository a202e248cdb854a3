"""Data held against a JSON Schema that ships with the package, with a word about where it is wrong.

It knows the keywords that our schemas use and refuses any other, so that none is passed over in silence. Each part of a
schema becomes a function once, and is then asked about thousands of rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from peermatch.checks import nearest

__all__ = ["MisfitError", "checker"]

Path = tuple[str | int, ...]
Check = Callable[[Any, Path], None]

_SAID = frozenset({"$schema", "$id", "$defs", "title", "description"})
_NAMES = {
    "object": "an object",
    "array": "a list",
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}
_SHOWN = 60


class MisfitError(Exception):
    """Something does not fit.

    Attributes
    ----------
    where : str
        Such as ``pairs[3].score``; lists count from 0.
    found, accepted : str
    """

    def __init__(self, path: Path, found: str, accepted: str) -> None:
        self.where = where_of(path)
        self.found, self.accepted = found, accepted
        super().__init__(f"{self.where} must be {accepted}. Got {found} instead.")


def where_of(path: Path) -> str:
    """Return a place in words.

    Examples
    --------
    >>> where_of(("pairs", 3, "score")), where_of(())
    ('pairs[3].score', 'the whole')
    """
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part:.40}" for part in path)
    return text.removeprefix(".") or "the whole"


def shown(value: Any) -> str:
    """Return a value in a few words: lists and objects by their size."""
    if isinstance(value, list | dict):
        return f"{'a list' if isinstance(value, list) else 'an object'} of {len(value):,}"
    try:
        text = repr(value)
    except ValueError:
        return "a number of thousands of digits"
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."


def checker(schema: Mapping[str, Any]) -> Callable[[Any], None]:
    """Return a function that raises `MisfitError` for data that does not fit a schema.

    Parameters
    ----------
    schema : mapping

    Examples
    --------
    >>> check = checker({"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}})
    >>> check({"a": 1})
    >>> try:
    ...     check({"a": "1"})
    ... except MisfitError as misfit:
    ...     print(misfit)
    a must be a whole number. Got '1' instead.
    """
    parts = _Parts(schema.get("$defs", {}))
    check = parts.of(schema)
    return lambda data: check(data, ())


class _Parts:
    """The named parts of a schema, each made into a check when it is first asked for."""

    def __init__(self, defs: Mapping[str, Any]) -> None:
        self._defs = defs
        self._made: dict[str, Check] = {}

    def of(self, schema: Mapping[str, Any]) -> Check:
        checks: list[Check] = []
        for keyword, value in schema.items():
            if keyword in _SAID or keyword in ("then", "else"):
                continue
            if keyword == "additionalProperties":
                if "properties" not in schema:
                    checks.append(self._each_value(value))
                continue
            make = _MAKERS.get(keyword)
            if make is None:
                raise ValueError(f"the schema has the keyword {keyword!r}, which is not known here")
            checks.append(make(self, value, schema))
        if len(checks) == 1:
            return checks[0]

        def every(data: Any, path: Path) -> None:
            for check in checks:
                check(data, path)

        return every

    def named(self, name: str) -> Check:
        if name not in self._made:
            # schemas that hold themselves: the check is looked up when it is used
            self._made[name] = lambda data, path: self._made[name](data, path)
            self._made[name] = self.of(self._defs[name])
        return self._made[name]

    def ref(self, value: str, _: Mapping[str, Any]) -> Check:
        name = value.removeprefix("#/$defs/")
        self.named(name)
        return lambda data, path: self._made[name](data, path)

    def kind(self, value: str | list[str], _: Mapping[str, Any]) -> Check:
        kinds = [value] if isinstance(value, str) else value
        accepted = " or ".join(_NAMES[kind] for kind in kinds)

        def check(data: Any, path: Path) -> None:
            if not any(_is(kind, data) for kind in kinds):
                raise MisfitError(path, shown(data), accepted)

        return check

    def enum(self, value: list[Any], _: Mapping[str, Any]) -> Check:
        accepted = ("one of " if len(value) > 1 else "") + ", ".join(map(repr, value))

        def check(data: Any, path: Path) -> None:
            if not any(type(data) is type(one) and data == one for one in value):
                raise MisfitError(path, shown(data), accepted)

        return check

    def const(self, value: Any, schema: Mapping[str, Any]) -> Check:
        return self.enum([value], schema)

    def properties(self, value: Mapping[str, Any], schema: Mapping[str, Any]) -> Check:
        known = {name: self.of(part) for name, part in value.items()}
        required = list(schema.get("required", ()))
        more = schema.get("additionalProperties", True)
        other = self.of(more) if isinstance(more, Mapping) else None

        def check(data: Any, path: Path) -> None:
            if not isinstance(data, dict):
                return
            for name in required:
                if name not in data:
                    raise MisfitError(path, f"none with the key {name!r}", f"an object with the key {name!r}")
            for name, part in data.items():
                inner = known.get(name, other)
                if inner is not None:
                    inner(part, (*path, name))
                elif more is False:
                    hint = nearest(name, known)
                    accepted = "an object of known keys" + (f" (such as {hint!r})" if hint else "")
                    raise MisfitError(path, f"the key {shown(name)}", accepted)

        return check

    def required(self, value: list[str], schema: Mapping[str, Any]) -> Check:
        if "properties" in schema:
            return lambda data, path: None  # seen to there
        return self.properties({}, schema)

    def _each_value(self, value: Any) -> Check:
        if isinstance(value, bool):
            return lambda data, path: None
        inner = self.of(value)

        def check(data: Any, path: Path) -> None:
            if isinstance(data, dict):
                for name, part in data.items():
                    inner(part, (*path, name))

        return check

    def items(self, value: Mapping[str, Any], _: Mapping[str, Any]) -> Check:
        inner = self.of(value)

        def check(data: Any, path: Path) -> None:
            if isinstance(data, list):
                for place, part in enumerate(data):
                    inner(part, (*path, place))

        return check

    def any_of(self, value: list[Mapping[str, Any]], _: Mapping[str, Any]) -> Check:
        choices = [self.of(part) for part in value]

        def check(data: Any, path: Path) -> None:
            deepest: MisfitError | None = None
            for choice in choices:
                try:
                    choice(data, path)
                except MisfitError as misfit:
                    # what got furthest is what was meant
                    if deepest is None or len(misfit.where) >= len(deepest.where):
                        deepest = misfit
                else:
                    return
            assert deepest is not None  # there is at least one choice
            raise deepest

        return check

    def condition(self, value: Mapping[str, Any], schema: Mapping[str, Any]) -> Check:
        test = self.of(value)
        then, otherwise = (self.of(schema.get(name, {})) for name in ("then", "else"))

        def check(data: Any, path: Path) -> None:
            try:
                test(data, path)
            except MisfitError:
                otherwise(data, path)
            else:
                then(data, path)

        return check

    def pattern(self, value: str, _: Mapping[str, Any]) -> Check:
        # in JSON Schema $ is the very end, in Python it also stands before a last line feed
        matches = re.compile(re.sub(r"\$$", r"\\Z", value)).search

        def check(data: Any, path: Path) -> None:
            if isinstance(data, str) and matches(data) is None:
                raise MisfitError(path, shown(data), f"a text of the form {value}")

        return check

    def unique(self, value: bool, _: Mapping[str, Any]) -> Check:
        def check(data: Any, path: Path) -> None:
            if value and isinstance(data, list):
                texts = [repr(part) for part in data]
                if len(set(texts)) < len(texts):
                    raise MisfitError(path, "one of them twice", "a list of different things")

        return check


def _bound(name: str) -> Callable[[_Parts, Any, Mapping[str, Any]], Check]:
    """Return what makes a check of a bound on a number or a size."""
    size = name.endswith(("Items", "Length"))
    least, above = name.startswith("min"), name.startswith("exclusive")
    words = "above" if above else f"of at {'least' if least else 'most'}"
    of = {"Items": "a list", "Length": "a text"}.get(name[3:], "a number")

    def make(_: _Parts, value: Any, __: Mapping[str, Any]) -> Check:
        def check(data: Any, path: Path) -> None:
            number: int | float
            if size:
                if not isinstance(data, list if of == "a list" else str):
                    return
                number = len(data)
            elif isinstance(data, bool) or not isinstance(data, int | float):
                return
            else:
                number = data
            if not (number > value if above else number >= value if least else number <= value):
                raise MisfitError(path, shown(data), f"{of} {words} {value}")

        return check

    return make


def _is(kind: str, data: Any) -> bool:
    match kind:
        case "object":
            return isinstance(data, dict)
        case "array":
            return isinstance(data, list)
        case "string":
            return isinstance(data, str)
        case "boolean":
            return isinstance(data, bool)
        case "null":
            return data is None
        case "integer":
            return isinstance(data, int) and not isinstance(data, bool)
        case _:
            return isinstance(data, int | float) and not isinstance(data, bool)


_MAKERS: dict[str, Callable[[_Parts, Any, Mapping[str, Any]], Check]] = {
    "$ref": _Parts.ref,
    "type": _Parts.kind,
    "enum": _Parts.enum,
    "const": _Parts.const,
    "properties": _Parts.properties,
    "required": _Parts.required,
    "items": _Parts.items,
    "anyOf": _Parts.any_of,
    "if": _Parts.condition,
    "pattern": _Parts.pattern,
    "uniqueItems": _Parts.unique,
    **{name: _bound(name) for name in ("minimum", "maximum", "exclusiveMinimum", "minItems", "maxItems")},
    "minLength": _bound("minLength"),
}
