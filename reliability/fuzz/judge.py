"""What may happen to one input: a value that holds what it promises, or an error of ours with all its data. In time."""

from __future__ import annotations

import contextlib
import hashlib
import json
import signal
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import peermatch as pm

__all__ = ["SECONDS", "Failure", "check_error", "judge"]

SECONDS = 10.0
"""The most that one small input may take, kernels compiled."""

ITEM = {"code", "message", "column", "row", "id", "found", "accepted"}


class TooSlow(BaseException):
    """The time for one input is over; not an Exception, so that nobody swallows it."""


class Failure(Exception):  # noqa: N818
    """An input that breaks a promise.

    Attributes
    ----------
    mark : str
        The same for inputs that seem to show the same fault.
    """

    def __init__(self, target: str, data: bytes, error: BaseException) -> None:
        self.target, self.data = target, data
        self.text = "".join(traceback.format_exception(error, limit=-12, chain=False))
        frames = traceback.extract_tb(error.__traceback__)
        ours = [frame for frame in frames if "peermatch" in frame.filename] or list(frames)
        last = ours[-1]
        self.mark = f"{type(error).__name__} {Path(last.filename).name} {last.name}"
        super().__init__(f"{target}: {self.mark}: {str(error)[:300]}")

    @property
    def digest(self) -> str:
        """A short name for the input."""
        return hashlib.sha256(self.data).hexdigest()[:12]


def check_error(error: pm.PeerMatchError) -> str:
    """Check that one of our errors is whole, and return its code."""
    assert not isinstance(error, pm.VerificationError), f"a fault of ours: {error}"
    assert str(error).strip(), "an error without a word"
    if isinstance(error, pm.InputError):
        assert error.items, "an error without items"
        for item in error.items:
            assert set(item) == ITEM, f"an item with the keys {sorted(item)}"
            assert isinstance(item["code"], str), "a code that is no text"
            assert item["code"], "an empty code"
            assert isinstance(item["message"], str), "a message that is no text"
            assert item["message"].strip(), "an empty message"
            assert len(item["message"]) < 20_000, f"a message of {len(item['message'])} characters"
        json.dumps(error.items)
        return str(error.items[0]["code"])
    if isinstance(error, pm.InfeasibleError):
        assert error.conflict, "a contradiction without what contradicts"
        json.dumps([error.conflict, error.more])
        return "infeasible"
    return type(error).__name__


@contextlib.contextmanager
def _in_time(seconds: float) -> Iterator[None]:
    if not hasattr(signal, "SIGALRM") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def over(*_: object) -> None:
        raise TooSlow(f"more than {seconds} seconds")

    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def judge(target: str, function: Callable[[bytes], str], data: bytes, seconds: float = SECONDS) -> str:
    """Run one input.

    Returns
    -------
    str
        ``"ok"`` or what else the target says, or ``"error: "`` and the code of our error.

    Raises
    ------
    Failure
        If it broke a promise.
    """
    try:
        with _in_time(seconds), warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                return function(data)
            except pm.PeerMatchError as error:
                return f"error: {check_error(error)}"
    except (Exception, TooSlow, SystemExit) as error:
        raise Failure(target, data, error) from error
