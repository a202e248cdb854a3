"""Configurations: what a matcher is made of, as plain data and as TOML; every key has the name of a Python argument."""

from __future__ import annotations

import inspect
import os
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import tomli_w

from peermatch.checks import did_you_mean
from peermatch.criteria import CRITERIA, RULES, Criterion, Rule
from peermatch.errors import ConfigError, OutputError, error_item
from peermatch.publication import write_files

__all__ = ["SCHEMA", "build_criterion", "build_rule", "check_keys", "read_toml", "write_toml"]

SCHEMA = 1
"""The version of the configuration's form."""

_TABLE_KEYS = ("table", "pairs")
Built = TypeVar("Built")


def read_toml(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read a configuration file; paths in it are taken from the folder it stands in.

    Raises
    ------
    ConfigError
        If the file is not there, is not UTF-8, or is not TOML; with the line.
    """
    where = Path(path)
    try:
        data = tomllib.loads(where.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ConfigError(error_item("file_not_found", f"There is no file {os.fspath(path)}.")) from None
    except OSError as error:
        message = f"The configuration {os.fspath(path)} cannot be read: {error.strerror or error}."
        raise ConfigError(error_item("unreadable", message)) from None
    except UnicodeDecodeError as error:
        message = f"The configuration {os.fspath(path)} is not UTF-8 text (byte {error.start + 1}). Save it as UTF-8."
        raise ConfigError(error_item("not_utf8", message)) from None
    except tomllib.TOMLDecodeError as error:
        message = f"The configuration {os.fspath(path)} is not valid TOML: {error}."
        raise ConfigError(error_item("not_toml", message)) from None
    holders = [data, *_dicts([data.get("advisers")])]
    for part in [
        part for holder in holders for key in ("criteria", "rules") for part in _dicts(holder.get(key))
    ]:
        for key in _TABLE_KEYS:
            if isinstance(part.get(key), str):
                part[key] = os.fspath((where.parent / part[key]).absolute())
    return data


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def write_toml(path: str | os.PathLike[str], data: Mapping[str, Any]) -> None:
    """Write a configuration file.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    target = Path(path)
    if not target.parent.is_dir():
        raise OutputError(f"{os.fspath(path)} cannot be written: there is no folder {target.parent}.")
    write_files(target.parent, {target.name: tomli_w.dumps(dict(data))})


def check_keys(data: Mapping[str, Any], known: list[str], where: str) -> None:
    """Raise ConfigError for a key that is not known, naming the nearest known one."""
    items = [
        error_item(
            "unknown_key",
            f"{where} has the unknown key {key!r}.{did_you_mean(key, known)}",
            column=str(key),
            found=key,
            accepted=known,
        )
        for key in data
        if key not in known
    ]
    if items:
        raise ConfigError(items)


def build_criterion(data: Any, place: int) -> Criterion:
    """Build a criterion from plain data: ``kind`` and the arguments of that kind."""
    return _build(data, CRITERIA, f"criteria[{place}]", exclude=("custom",))


def build_rule(data: Any, place: int) -> Rule:
    """Build a rule from plain data: ``kind`` and the arguments of that kind."""
    return _build(data, RULES, f"rules[{place}]")


def _build(
    data: Any, kinds: Mapping[str, Callable[..., Built]], where: str, exclude: tuple[str, ...] = ()
) -> Built:
    if not isinstance(data, Mapping):
        raise ConfigError(f"{where} must be a table with the key 'kind'. Got {data!r} instead.")
    known = [kind for kind in kinds if kind not in exclude]
    kind = data.get("kind")
    if kind not in known:
        found = "no key 'kind'" if kind is None else f"the unknown kind {kind!r}"
        message = f"{where} has {found}.{did_you_mean(kind or '', known)}"
        raise ConfigError(error_item("unknown_kind", message, column="kind", found=kind, accepted=known))
    function = kinds[kind]
    arguments = {key: value for key, value in data.items() if key != "kind"}
    signature = inspect.signature(function)
    check_keys(arguments, list(signature.parameters), f"{where} ({kind})")
    needed = [name for name, part in signature.parameters.items() if part.default is part.empty]
    missing = [name for name in needed if name not in arguments]
    if missing:
        message = f"{where} ({kind}) lacks the key {missing[0]!r}."
        raise ConfigError(error_item("missing_key", message, column=missing[0], accepted=needed))
    try:
        return function(**arguments)
    except ConfigError as error:
        items = [{**item, "message": f"{where}: {item['message']}"} for item in error.items]
        raise ConfigError(items) from None
