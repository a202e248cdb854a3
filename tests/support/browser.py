"""A headless Chromium for tests of pages: the distribution's own, never one that is fetched."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = Path("/usr/bin/chromium")
_QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


def _missing() -> str:
    try:
        import axe_playwright_python  # noqa: F401
        import playwright.sync_api  # noqa: F401
    except ImportError as error:
        return f"the package {error.name} is not installed: pip install 'peermatch[dev]'"
    return "" if CHROMIUM.exists() else f"{CHROMIUM} is not there: install Debian's package chromium"


@contextmanager
def browser() -> Iterator[Any]:
    """Start the browser; skip where it is missing, but fail in CI, where nothing may be missing."""
    missing = _missing()
    if missing and os.environ.get("CI"):
        pytest.fail(f"Tests of pages cannot run: {missing}")
    if missing:
        pytest.skip(missing)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        running = play.chromium.launch(executable_path=str(CHROMIUM), args=_QUIET)
        try:
            yield running
        finally:
            running.close()


def axe_script() -> str:
    """Return the accessibility checker, to be run by `page.evaluate`: a script element would fail under our policy."""
    import axe_playwright_python

    folder = Path(axe_playwright_python.__file__).parent
    return (folder / "axe.min.js").read_text(encoding="utf-8")
