"""A result that was saved: what it said then, without the profiles that it came from."""

from __future__ import annotations

import copy
import os
from collections.abc import Mapping
from dataclasses import fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from peermatch.audit import certificate_fingerprint, result_fingerprint
from peermatch.cohort.display import one_line
from peermatch.errors import ConfigError, error_item
from peermatch.pairing.facts import PairingFacts
from peermatch.report import (
    THINGS,
    CertificateView,
    check_result,
    json_text,
    notebook_html,
    read_json,
    saved_frames,
    write_files,
)

if TYPE_CHECKING:
    from peermatch.verify import EvidenceVerdict

__all__ = ["SavedResult"]

_LISTS = {"partners", "before", "after"}
_TOLD = ("odd", "update", "stability")


class SavedResult:
    """A result as `Pairing.save` wrote it. `Pairing.load` makes it.

    It has the tables, the certificate and the manifest, and is taken wherever an earlier result is: as ``previous``, by
    `extend_history`, `diff` and `Programme.update`. What is asked of people's profiles (`Pairing.explain` and others)
    it refuses with a `ConfigError`: they are not in it.

    Examples
    --------
    >>> import tempfile
    >>> import peermatch as pm
    >>> people = [{"id": "007", "site": "Oslo"}, {"id": "012", "site": "Rome"}, {"id": "013", "site": "Oslo"}]
    >>> pairing = pm.PeerMatcher("id", [pm.same("site")]).match(people, round="2026-12")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     saved = pm.Pairing.load(pairing.save(f"{folder}/2026-12.json"))
    >>> saved
    SavedResult(round '2026-12', 1 pair of 3 people, optimal)
    >>> saved.pairs[["a", "b"]].values.tolist(), saved.to_dict() == pairing.to_dict()
    ([['007', '013']], True)
    """

    def __init__(self, data: Mapping[str, Any], what: str = "The result") -> None:
        self._data = copy.deepcopy(dict(check_result(data, what)))

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> SavedResult:
        """Read a file that `Pairing.save` wrote, or a folder of results with a ``result.json``.

        Raises
        ------
        InputError
            Code ``"bad_result"``, with the place, if it is none, or not whole.
        """
        file = Path(path)
        if file.is_dir():
            file = file / "result.json"
        made = cls.__new__(cls)
        made._data = dict(check_result(read_json(file, "result", "bad_result"), os.fspath(file)))
        return made

    # ---- what it says -----------------------------------------------------------------------------------

    @cached_property
    def _frames(self) -> dict[str, pd.DataFrame]:
        return saved_frames(self._data)

    def _out(self, name: str) -> pd.DataFrame:
        frame = self._frames[name].copy()
        for column in _LISTS & set(frame.columns):
            frame[column] = pd.Series([list(ids) for ids in frame[column]], dtype=object)
        return frame

    @property
    def people(self) -> pd.DataFrame:
        """Everyone who came in: see `Pairing.people`."""
        return self._out("people")

    @property
    def pairs(self) -> pd.DataFrame:
        """One row a pair: see `Pairing.pairs`."""
        return self._out("pairs")

    @property
    def members(self) -> pd.DataFrame:
        """One row for each person in each pair or trio: see `Pairing.members`."""
        return self._out("members")

    @property
    def unmatched(self) -> pd.DataFrame:
        """Those who took part and had no partner, and why."""
        return self._out("unmatched")

    @property
    def rules(self) -> pd.DataFrame:
        """What each rule did."""
        return self._out("rules")

    @property
    def repairs(self) -> pd.DataFrame:
        """What was mended on the way in. Whose it was is told by id; the row only where it was nobody's."""
        return self._out("repairs")

    @property
    def changes(self) -> pd.DataFrame:
        """Who had other partners than before: see `Pairing.changes`."""
        return self._out("changes")

    @property
    def round(self) -> str | None:
        """The name of the round."""
        name: str | None = self._data["round"]
        return name

    @property
    def two_sided(self) -> bool:
        """Whether there were two sides."""
        return bool(self._data["two_sided"])

    @property
    def side_names(self) -> tuple[str, str]:
        """What the two of a pair are called: "a" and "b" in one pool."""
        first, second = self._data["sides"]
        return first, second

    @property
    def settings(self) -> dict[str, Any]:
        """What the matcher was told, as plain data."""
        return copy.deepcopy(dict(self._data["settings"]))

    @property
    def manifest(self) -> dict[str, Any]:
        """What the result was made from: see `Pairing.manifest`."""
        return copy.deepcopy(dict(self._data["manifest"]))

    @property
    def certificate(self) -> CertificateView:
        """What was known about the result when it was saved; the evidence itself stands in `to_dict`."""
        told = self._data["certificate"]
        names = ("kind", "status", "verified", "gap", "pairs_gap", "pairs_covered", "sentence", "worst_gap")
        return CertificateView(**{name: told[name] for name in names}, evidence=None)

    @property
    def altered(self) -> tuple[str, ...]:
        """Which of "pairs" and "certificate" are not those that the manifest was made for: empty unless edited.

        It shows a slip, and no forgery: whoever edits a result on purpose can make its fingerprints anew.
        """
        manifest = self._data["manifest"]
        found = {
            "pairs": result_fingerprint(self._data["pairs"]) == manifest["result"],
            "certificate": certificate_fingerprint(self._data["certificate"])
            == manifest["certificate"]["fingerprint"],
        }
        return tuple(name for name, same in found.items() if not same)

    def verify(self) -> EvidenceVerdict:
        """Prove the result again on the evidence in it, by code that shares nothing with solvers.

        Returns
        -------
        EvidenceVerdict
            Of a result that was saved without ``evidence=True``, what can be checked without.

        Raises
        ------
        InputError
            Where the evidence is not of its form.

        Examples
        --------
        >>> import peermatch as pm
        >>> people = [{"id": name, "site": site} for name, site in [("ada", "Oslo"), ("bo", "Rome"), ("cy", "Oslo")]]
        >>> pairing = pm.PeerMatcher("id", [pm.same("site")]).match(people)
        >>> pm.SavedResult(pairing.to_dict(evidence=True)).verify().holds
        True
        """
        from peermatch.verify import verify_result

        return verify_result(self._data)

    # ---- out again --------------------------------------------------------------------------------------

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain data, as `Pairing.to_dict` did."""
        return copy.deepcopy(self._data)

    def to_json(self) -> str:
        """Return `to_dict` as JSON, the same bytes that were saved."""
        return json_text(self._data)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the result to a file, whole or not at all.

        Raises
        ------
        OutputError
            If it cannot be written.
        """
        target = Path(path)
        return write_files(target.parent, {target.name: self.to_json()})[0]

    @property
    def _headline(self) -> str:
        pairs, people = len(self._data["pairs"]), len(self._data["people"])
        named = "" if self.round is None else f"round {self.round!r}, "
        return f"{named}{pairs:,} pair{'' if pairs == 1 else 's'} of {people:,} people"

    def __repr__(self) -> str:
        return one_line(f"SavedResult({self._headline}, {self._data['certificate']['status']})")

    def _repr_html_(self) -> str:
        frames = self._frames
        sentence = self._data["certificate"]["sentence"]
        return notebook_html(self._headline, sentence, frames["pairs"], frames["unmatched"], self.side_names)

    def __getattr__(self, name: str) -> Any:
        if name in _TOLD:
            raise ConfigError(f"A saved result tells of .{name} in its data: to_dict().get({name!r}).")
        if name in THINGS or name in _HELD:
            message = (
                f"A saved result has no {name}: that takes people's profiles, which are not saved. Match the same "
                "table again with the same configuration, as `peermatch explain --results FOLDER` does, and ask that."
            )
            raise ConfigError(error_item("not_in_a_saved_result", message, found=name))
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")


_HELD = frozenset(part.name for part in fields(PairingFacts)) | {"table", "row_key"}
