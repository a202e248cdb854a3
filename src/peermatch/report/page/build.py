"""From facts about a result to one self-contained page: nothing from elsewhere, everything escaped."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from peermatch.cohort.display import visible

__all__ = ["participant_html", "report_html"]

_TEMPLATE, _PARTICIPANT = "report.html.j2", "participant.html.j2"
# what would end a script element, begin a comment in it, or end a line of it for some readers
_RISKY = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)


@cache
def _part(name: str) -> str:
    return files("peermatch.report.page").joinpath(f"templates/{name}").read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    return Environment(
        loader=DictLoader({name: _part(name) for name in (_TEMPLATE, _PARTICIPANT)}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def report_html(context: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    """Return the page.

    Parameters
    ----------
    context : mapping
        What the template shows; every text in it is escaped.
    data : mapping
        What its script shows, ready for JSON. The script makes text of it and never markup.

    Notes
    -----
    The policy in the page lets a browser run this one script and apply this one style sheet, both named by their
    hashes, and load nothing at all.
    """
    style, script = _part("report.css"), _part("report.js")
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    template = _environment().get_template(_TEMPLATE)
    parts = {"style": Markup(style), "script": Markup(script), "data": Markup(_embedded(data))}
    return visible(template.render(**context, policy=policy, **parts))


def participant_html(context: Mapping[str, Any]) -> str:
    """Return one person's page: the same look and the same policy, and no script at all.

    Parameters
    ----------
    context : mapping
        What the template shows; every text in it is escaped.
    """
    style = _part("report.css")
    policy = f"default-src 'none'; style-src '{_hash(style)}'; base-uri 'none'; form-action 'none'"
    template = _environment().get_template(_PARTICIPANT)
    return visible(template.render(**context, policy=policy, style=Markup(style)))


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _embedded(data: Mapping[str, Any]) -> str:
    """Return JSON that no HTML parser takes for anything but the text of its element."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.translate(_RISKY)
