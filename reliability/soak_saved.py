"""What is written down and read again: the result itself, and its proof on the evidence that it carries."""

from __future__ import annotations

import inspect
import json
import tempfile
from pathlib import Path

import peermatch as pm
from peermatch import verify

__all__ = ["check_loaded", "check_verified"]


def check_loaded(pairing: pm.Pairing) -> bool:
    """A result that is saved and loaded says the same, and that nobody altered it; False where there is no loading."""
    if not hasattr(pm.Pairing, "load"):
        return False
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "result.json"
        pairing.to_json(path)
        loaded = pm.Pairing.load(path)
        assert loaded.to_dict() == pairing.to_dict(), "loaded, it is another result"
        assert not loaded.altered, f"nobody altered it: {loaded.altered}"
        for name in ("people", "pairs", "members", "unmatched"):
            assert len(getattr(loaded, name)) == len(getattr(pairing, name)), (
                f"another number of rows in {name}"
            )
    return True


def check_verified(pairing: pm.Pairing) -> str:
    """The proof holds on the evidence in the result, by code that shares nothing with what made it.

    Returns
    -------
    str
        ``"proved"``, ``"holds"`` (nothing false was found, and not all could be checked), or "" where there is no
        evidence.
    """
    if (
        not hasattr(verify, "verify_result")
        or "evidence" not in inspect.signature(pm.Pairing.to_dict).parameters
    ):
        return ""
    document = json.loads(json.dumps(pairing.to_dict(evidence=True), allow_nan=False))
    verdict = verify.verify_result(document)
    assert verdict.holds, f"does not hold on its own evidence: {verdict.faults[:2]}"
    return "proved" if verdict.proved else "holds"
