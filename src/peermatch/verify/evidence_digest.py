"""The digest of evidence: shows that it, or the ids that it is about, was damaged or changed by the way.

It has no key, so whoever changes evidence on purpose can write a new one. What the evidence itself says is then held
against the pairs and the proof all the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["digest_of"]


def digest_of(
    evidence: Mapping[str, Any], left: Iterable[tuple[str, str]], right: Iterable[tuple[str, str]]
) -> str:
    """Return the digest of evidence about these people.

    Parameters
    ----------
    evidence : mapping
        Plain data; its key ``digest`` plays no part.
    left, right : iterables of (type, value)
        The ids of those who take part, as result.json writes them, in the order of the evidence; in one pool `right`
        has nobody.

    Examples
    --------
    >>> digest_of({"digest": "anything"}, [("str", "a")], []) == digest_of({}, [("str", "a")], [])
    True
    >>> digest_of({}, [("str", "7")], []) == digest_of({}, [("int", "7")], [])
    False
    """
    body = {key: value for key, value in evidence.items() if key != "digest"}
    whole = [body, [list(id) for id in left], [list(id) for id in right]]
    text = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return "sha256:" + hashlib.sha256(text.encode("ascii")).hexdigest()
