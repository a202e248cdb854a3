"""The page that a run writes, ``docs/benchmarks.md``: tables from results, prose from `page_template.md`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from benchmarks.measured import Results, faults
from benchmarks.tables import TABLES, asked, large_pools

__all__ = ["page"]

_TEMPLATE = Path(__file__).with_name("page_template.md")


def page(
    results: Results,
    large: Results,
    about: Mapping[str, Any],
    about_large: Mapping[str, Any],
    about_stable: Mapping[str, Any],
    about_programme: Mapping[str, Any] = MappingProxyType({}),
) -> str:
    """Return the whole page: every section of the template for which there is something to say.

    Parameters
    ----------
    results, large : Results
        Of the full (or quick) run with those on stable matchings and on programmes, and of the large one; either may be
        empty.
    about, about_large, about_stable, about_programme : mapping
        What `benchmarks.about.about` said of these runs.
    """
    wrong = faults(results) + faults(large)
    ever = bool(results.rows or large.rows)
    said: dict[str, Any] = {
        **{f"large_{key}": value for key, value in about_large.items()},
        **{f"programme_{key}": value for key, value in (about_programme or about).items()},
        **{f"stable_{key}": value for key, value in (about_stable or about).items()},
        **about,
        "left_out": "; ".join(about.get("left_out", ())),
        "cap": f"{about.get('cap', 60.0):g}",
        "faults": "; ".join(wrong),
        "asked": asked(results, large),
        "large": large_pools(large),
        **{name: made(results) for name, made in TABLES.items()},
    }
    shown = {
        "never run": not ever,
        "quick": about.get("plan") == "quick",
        "agree": ever and not wrong,
        "plot": ever,
    }
    parts = re.split(r"<!-- ([a-z ]+) -->\n", _TEMPLATE.read_text(encoding="utf-8"))[1:]
    blocks = []
    for name, text in zip(parts[::2], parts[1::2], strict=True):
        if shown.get(name, True) and all(said.get(key) for key in re.findall(r"{(\w+)}", text)):
            blocks.append(text.strip().format(**said))
    return "\n\n".join(blocks) + "\n"
