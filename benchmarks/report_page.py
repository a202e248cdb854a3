"""How long the report takes to write, and how quick it is in a browser: ``python -m benchmarks.report_page``.

For each number of people it prints the seconds that the report takes beyond matching, the size of the file, and, from
a headless Chromium, the seconds until the page stands, the slowest search and sort of several, and the longest task
that kept the page from answering (as the browser's own observer of long tasks counts them: from 50 ms on). The people
are synthetic.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import peermatch as pm
from peermatch.datasets import make_organisation

__all__ = ["main"]

_CHROMIUM = "/usr/bin/chromium"
_SEARCHES = ("person", "person 00", "person 000123", "nobody of this name", "")
_OBSERVE = """
window.__long = [];
new PerformanceObserver((list) => list.getEntries().forEach((one) => window.__long.push(one.duration)))
  .observe({type: "longtask", buffered: true});
"""
# from the change to the frame after it: what somebody at the keyboard waits for
_SEARCH = """async (words) => {
  const box = document.getElementById("search");
  const start = performance.now();
  box.value = words;
  box.dispatchEvent(new Event("input"));
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - start;
}"""
_SORT = """async (column) => {
  const start = performance.now();
  document.querySelectorAll("#pairs-table thead button")[column].click();
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - start;
}"""


def _pairing(people: int) -> pm.Pairing:
    criteria = [
        pm.near("years_experience", scale=5),
        pm.complement("can_teach", "wants_to_learn", weight=3),
        pm.different(["department"]),
        pm.overlap("goals"),
    ]
    matcher = pm.PeerMatcher(
        "employee_id",
        criteria,
        [pm.not_in_line("manager_id")],
        label="display_name",
        show=["can_teach", "wants_to_learn", "goals"],
        audit_only=["site"],
    )
    return matcher.match(make_organisation(people, seed=2), round="2026-12")


@contextmanager
def _browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        running = play.chromium.launch(
            executable_path=_CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--no-first-run"]
        )
        try:
            yield running
        finally:
            running.close()


def _in_browser(address: str) -> dict[str, float]:
    """Open the page, search, sort, open a pair and turn to print; return milliseconds."""
    with _browser() as running:
        tab = running.new_page(viewport={"width": 1280, "height": 900})
        tab.add_init_script(_OBSERVE)
        start = time.perf_counter()
        tab.goto(address)
        tab.wait_for_selector("#pairs-table tbody tr")
        opened = 1000 * (time.perf_counter() - start)
        tab.wait_for_timeout(300)
        while_opening = tab.evaluate("Math.max(0, ...window.__long)")
        tab.evaluate("window.__long.length = 0")
        searches = [tab.evaluate(_SEARCH, words) for words in _SEARCHES]
        sorts = [tab.evaluate(_SORT, column) for column in (0, 1, 1, 2, 3)]
        tab.click("#pairs-table tbody button >> nth=0")
        tab.wait_for_timeout(300)
        while_used = tab.evaluate("Math.max(0, ...window.__long)")
        tab.keyboard.press("Escape")
        start = time.perf_counter()
        tab.evaluate("window.dispatchEvent(new Event('beforeprint')); document.body.offsetHeight")
        printed = 1000 * (time.perf_counter() - start)
    return {
        "opened": opened,
        "longest task while opening": while_opening,
        "slowest search": max(searches),
        "slowest sort": max(sorts),
        "longest task while used": while_used,
        "all pairs laid out for print": printed,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--people", type=int, nargs="+", default=[1000, 20_000])
    parser.add_argument("--no-browser", action="store_true", help="only write the files")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for people in options.people:
            pairing = _pairing(people)
            print(f"{people:,} people, {len(pairing.pairs):,} pairs")
            for audience in ("administrator", "auditor"):
                start = time.perf_counter()
                path = pairing.report(Path(folder) / f"{audience}.html", audience=audience)
                seconds = time.perf_counter() - start
                size = path.stat().st_size / 2**20
                print(f"  {audience}: written in {seconds:.2f} s, {size:.1f} MiB")
            if not options.no_browser:
                found = _in_browser((Path(folder) / "administrator.html").as_uri())
                for name, milliseconds in found.items():
                    print(f"  {name}: {milliseconds:.0f} ms")


if __name__ == "__main__":
    main()
