"""The texts of the meeting guide: one catalogue, in one file, so that it can be translated."""

from __future__ import annotations

import os
import string
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from peermatch.checks import did_you_mean
from peermatch.errors import ConfigError

__all__ = ["GuideTexts", "guide_texts"]

_LANGUAGE = "language"
Texts = Mapping[str, Mapping[str, str]]


class GuideTexts:
    """A catalogue of texts, checked against the English one.

    Parameters
    ----------
    language : str
        As HTML writes it, such as "en".
    texts : mapping of section to mapping of key to text
    """

    def __init__(self, language: str, texts: Texts) -> None:
        self.language, self._texts = language, texts

    def say(self, section: str, key: str, **names: str) -> str:
        """Return one text with its names filled in; what is filled in is never read as a text of its own."""
        return self._texts[section][key].format(**names)


@lru_cache(maxsize=1)
def _english() -> dict[str, Any]:
    text = files("peermatch.report").joinpath("texts/guide_en.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def guide_texts(path: str | os.PathLike[str] | None = None) -> GuideTexts:
    """Read a catalogue of texts.

    Parameters
    ----------
    path : path, optional
        A TOML file with the keys of ``peermatch/report/texts/guide_en.toml``; the English one where not given.

    Raises
    ------
    ConfigError
        If the file cannot be read, lacks a text, has one too many, or a text lacks a ``{name}`` or has another one.

    Examples
    --------
    >>> guide_texts().say("teach", "helps", teacher="Ada", learner="Bo", things="SQL")
    'Ada can help Bo with SQL.'
    """
    english = _english()
    if path is None:
        return GuideTexts(english[_LANGUAGE], _sections(english))
    try:
        data = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"The texts in {str(path)!r} cannot be read: {error}.") from None
    _check(data, english, str(path))
    return GuideTexts(str(data[_LANGUAGE]), _sections(data))


def _sections(data: Mapping[str, Any]) -> Texts:
    return {name: dict(texts) for name, texts in data.items() if name != _LANGUAGE}


def _check(data: Mapping[str, Any], english: Mapping[str, Any], where: str) -> None:
    """Hold a catalogue against the English one: the same keys, and the same names in every text."""
    if not isinstance(data.get(_LANGUAGE), str):
        raise ConfigError(f"The texts in {where!r} need language = '...', such as 'de'.")
    _same_keys(data, english, f"the texts in {where!r}")
    for section, texts in _sections(english).items():
        if not isinstance(data[section], Mapping):
            raise ConfigError(
                f"[{section}] in {where!r} must be a section of texts. Got {data[section]!r} instead."
            )
        _same_keys(data[section], texts, f"[{section}] in {where!r}")
        for key, text in texts.items():
            found = data[section][key]
            if not isinstance(found, str) or _names(found) != _names(text):
                wanted = ", ".join(f"{{{name}}}" for name in sorted(_names(text) or ())) or "no {name}"
                raise ConfigError(
                    f"The text {section}.{key} in {where!r} must have {wanted}. Got {found!r} instead."
                )


def _same_keys(data: Mapping[str, Any], english: Mapping[str, Any], where: str) -> None:
    missing = [key for key in english if key not in data]
    if missing:
        raise ConfigError(f"{where[0].upper()}{where[1:]} lacks {missing[0]!r}.")
    unknown = [key for key in data if key not in english]
    if unknown:
        hint = did_you_mean(unknown[0], list(english))
        raise ConfigError(f"{where[0].upper()}{where[1:]} has {unknown[0]!r}, which is not known.{hint}")


def _names(text: str) -> set[str] | None:
    """Return the names in a text; None where it is no text that can be filled in by plain names."""
    try:
        fields = [field for field in string.Formatter().parse(text) if field[1] is not None]
    except ValueError:
        return None
    plain = all(name and name.isidentifier() and not spec and not how for _, name, spec, how in fields)
    return {str(name) for _, name, _, _ in fields} if plain else None
