"""What is true this month."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from peermatch.problem import Control

__all__ = ["Request"]


@dataclass(frozen=True, eq=False)
class Request:
    """What is true this month: the arguments of `PeerMatcher.match`, and whether groups are formed instead of pairs."""

    people: Any
    others: Any
    role: str | None
    org: Any
    history: Any
    locks: Any
    fitted: Any
    round: str | None
    as_of: Any
    control: Control
    preferences: Any = None
    unlisted: str = "after"
    first: Any = None
    groups: bool = False
    set_aside: Any = None
    updater: Any = None
    near: Any = None
    previous: Any = None
    asked: Request | None = None
