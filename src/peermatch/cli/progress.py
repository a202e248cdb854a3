"""Progress on long work: a bar on standard error where someone watches, nothing elsewhere."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from peermatch.cli.console import Console

__all__ = ["Progress", "say_that_it_compiles"]


class Progress:
    """A callback ``progress(stage, done, total)`` that draws one bar for each stage.

    Used as a context: the bar is closed on the way out, whatever happened.

    Parameters
    ----------
    console : Console

    Examples
    --------
    >>> import io
    >>> with Progress(Console(err=io.StringIO())) as progress:  # nobody watches: nothing is drawn
    ...     progress("solving", 3, 10)
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._stage = ""
        self._bar: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def __call__(self, stage: str, done: int, total: int) -> None:
        if not self._console.shows_progress:
            return
        if stage != self._stage:
            self._close()
            self._open(stage, total)
        self._bar.total = total or None
        self._bar.n = done
        self._bar.refresh()

    def _open(self, stage: str, total: int) -> None:
        from tqdm import tqdm

        self._stage = stage
        self._bar = tqdm(desc=stage, total=total or None, file=self._console.err, leave=False, delay=0.3)

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar, self._stage = None, ""


def say_that_it_compiles(console: Console) -> None:
    """Say once, on a machine's first run, why it takes longer than later ones."""
    from peermatch.kernels._jit import cache_folders, cache_is_cold, folder_to_keep_in

    if not cache_is_cold():
        return
    folder, usual = folder_to_keep_in(), cache_folders()[0]
    if folder is None:  # the log will say why
        console.note("Compiling the fast parts (about a minute).")
        return
    where = "" if folder == usual else f" into {folder}, since {usual} cannot be written to"
    console.note(
        f"First run: compiling the fast parts once (about a minute){where}. Later runs start at once."
    )
