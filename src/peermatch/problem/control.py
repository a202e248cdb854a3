"""How a long solve is watched, stopped and timed, without the solver knowing by whom."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

__all__ = ["Control", "Stopped"]


class Stopped(Exception):  # noqa: N818  (a signal between floors, not an error that users see)
    """Raised inside a solver when it was asked to stop; solvers turn it into a valid result with its gap."""


@dataclass(frozen=True)
class Control:
    """Progress, cancelling and a deadline.

    Parameters
    ----------
    progress : callable, optional
        Called as ``progress(stage, done, total)``: a word, and how much of `total` is done (total 0: not known).
    cancel : callable, optional
        Returns True when the work should stop.
    time_limit : float, optional
        Seconds from the making of this object.
    """

    progress: Callable[[str, int, int], None] | None = None
    cancel: Callable[[], bool] | None = None
    time_limit: float | None = None
    started: float = field(default_factory=time.monotonic)

    def report(self, stage: str, done: int = 0, total: int = 0) -> None:
        """Tell the user how far a stage is."""
        if self.progress is not None:
            self.progress(stage, done, total)

    @property
    def stopping(self) -> bool:
        """Whether the work should stop now."""
        if self.cancel is not None and self.cancel():
            return True
        return self.time_limit is not None and time.monotonic() - self.started >= self.time_limit

    def check(self) -> None:
        """Raise `Stopped` if the work should stop now."""
        if self.stopping:
            raise Stopped
