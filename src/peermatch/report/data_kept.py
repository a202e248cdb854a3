"""What results hold of people, file by file, as far as this run's settings go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

__all__ = ["kept_rows"]

_NOBODY = "nobody's"


def kept_rows(
    settings: Mapping[str, Any], quoted: Sequence[str], explained: Sequence[str], shown: Sequence[str]
) -> Iterator[tuple[str, str, str, str]]:
    """Say of each thing that is written: where, what it holds, whose values of which columns, and whom it is for.

    Parameters
    ----------
    settings : mapping
    quoted, explained, shown : sequence of str
        The columns of which tables of repairs may quote cells, which reasons quote, and which participants may read.

    Examples
    --------
    >>> [row[0] for row in kept_rows({"id": "id"}, ["id"], [], [])][:2]
    ['result.json, to_dict()', 'people.csv, pairs.csv and the other tables']
    """
    named = "ids" if settings.get("label") is None else "ids, labels"
    mended = ", ".join(quoted) or _NOBODY
    reasons = ", ".join(explained) or _NOBODY
    tables = ", ".join(_told_in_tables(settings)) or _NOBODY
    told = ", ".join(shown) or _NOBODY
    yield (
        "result.json, to_dict()",
        f"{named}, partners, reasons, scores and what adds up to them, settings; repairs",
        f"{tables}; in repairs: {mended}",
        "administrator",
    )
    yield (
        "people.csv, pairs.csv and the other tables",
        f"{named}, partners, reasons, scores and what adds up to them",
        tables,
        "administrator",
    )
    yield "explanations.md, report.html", f"{named}, and reasons in words", reasons, "administrator"
    yield "participants/", f"{named} of partners, guides for a first meeting", told, "each participant"
    yield "audit/", "ids, scores, weights, what each rule removed", _NOBODY, "auditor"
    yield (
        "the manifest, in every result",
        "fingerprints, which cannot be read back; their key is kept apart",
        _NOBODY,
        "administrator; auditors without those that the table itself keys",
    )
    yield (
        "evidence, where it was asked for",
        "the encoded numbers that were scored, and what criteria learned, with words that people wrote",
        "all that criteria and rules read",
        "administrator; others only where that was decided",
    )
    yield (
        "the record of the run, beside the folder",
        "clock, host, names of files, and the key of the fingerprints",
        _NOBODY,
        "administrator, kept apart from the results",
    )
    yield (
        "programme.json",
        "ids, who met whom, who sat out, mean scores; settings in full",
        _NOBODY,
        "administrator",
    )
    yield "a pickle of a pairing", "everything that came in", "every column", "nobody: do not hand it on"


def _told_in_tables(settings: Mapping[str, Any]) -> list[str]:
    """Columns whose values stand in the table of people: who does not take part, and how many places somebody has."""
    found = [settings["eligible"]] if isinstance(settings.get("eligible"), str) else []
    for places in (settings.get("capacity") or {}).values():
        bounds = places.values() if isinstance(places, Mapping) else [places]
        found += [column for column in bounds if isinstance(column, str)]
    return list(dict.fromkeys(found))
