"""Built pages, read without a browser: what they would load from elsewhere, and links that lead nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# an address with a scheme or a host; what stands inside the page (data:, blob:, #part) is not elsewhere
_ELSEWHERE = re.compile(r"^\s*(?:[a-z][a-z0-9+.-]*:|//|\\\\)", re.IGNORECASE)
_INSIDE = re.compile(r"^\s*(?:data|blob|about):", re.IGNORECASE)
_NAMESPACES = ("http://www.w3.org/",)  # names of vocabularies, which nothing loads

_CSS = re.compile(r"""url\(\s*["']?([^"')]+)|@import\s+["']([^"']+)""", re.IGNORECASE)
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# a comment, or a string; the first that begins wins, so that "//" in a string begins no comment
_SCRIPT = re.compile(
    r"""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`""", re.DOTALL
)
_ADDRESS = re.compile(r"""^\s*(?:(?:https?|wss?|ftp)://|//[\w-]+\.[\w.-]+)""", re.IGNORECASE)

_LOADS = {
    "src", "srcset", "data", "poster", "background", "href of link", "href of image", "href of use", "href of base",
    "xlink:href", "action", "formaction", "ping", "manifest", "code", "codebase", "imagesrcset", "srcdoc",
}  # fmt: skip
_NAMES_ONLY = {"canonical", "author", "license", "help", "bookmark", "nofollow", "alternate"}


@dataclass
class Page(HTMLParser):
    """One page: what it loads, where it leads, and the places in it that others may lead to."""

    loads: list[str] = field(default_factory=list)
    leads: list[str] = field(default_factory=list)
    places: set[str] = field(default_factory=set)
    _inside: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._inside = tag if tag in ("script", "style") else ""
        self.places.update(given[name] for name in ("id", "name") if name in given)
        if tag == "a" and "href" in given:
            self.leads.append(given["href"])
        if tag == "link" and set(given.get("rel", "").lower().split()) <= _NAMES_ONLY and "rel" in given:
            return
        if tag == "meta" and given.get("http-equiv", "").lower() == "refresh":
            self.loads += re.findall(r"url\s*=\s*['\"]?([^'\"]+)", given.get("content", ""), re.IGNORECASE)
        for name, value in given.items():
            if name == "srcdoc":
                inner = Page()
                inner.feed(value)
                self.loads += inner.loads
            elif name in ("srcset", "imagesrcset"):
                self.loads += [part.split()[0] for part in value.split(",") if part.split()]
            elif name in _LOADS or f"{name} of {tag}" in _LOADS:
                self.loads.append(value)
            elif name == "style":
                self.loads += of_style(value)
            elif name.startswith("on"):
                self.loads += of_script(value)

    def handle_data(self, data: str) -> None:
        if self._inside == "style":
            self.loads += of_style(data)
        elif self._inside == "script":
            self.loads += of_script(data)

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""


def of_style(text: str) -> list[str]:
    """Return the addresses that a style sheet loads."""
    return [first or second for first, second in _CSS.findall(_CSS_COMMENT.sub("", text))]


def of_script(text: str) -> list[str]:
    """Return the addresses of other hosts in a script's strings: what it may load, whatever it does with them."""
    strings = [found[1:-1] for found in _SCRIPT.findall(text) if found[0] in "\"'`"]
    return [found for found in strings if _ADDRESS.match(found)]


def read_page(path: Path) -> Page:
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    page.close()
    return page


def is_elsewhere(address: str) -> bool:
    """Whether an address lies outside of the folder of pages.

    Examples
    --------
    >>> [is_elsewhere(address) for address in ("a/b.css", "#top", "data:image/png;base64,AA", "//cdn.org/x", "http:x")]
    [False, False, False, True, True]
    """
    known = _INSIDE.match(address) or address.startswith(_NAMESPACES)
    return bool(_ELSEWHERE.match(address)) and not known


def loaded_from_elsewhere(folder: Path) -> list[str]:
    """Return what any page, picture, style sheet or script of a folder loads from elsewhere, as "file: address"."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".html", ".svg", ".xhtml"):
            loads = read_page(path).loads
        elif path.suffix == ".css":
            loads = of_style(path.read_text(encoding="utf-8"))
        elif (
            path.suffix in (".js", ".mjs") and path.name != "searchindex.js"
        ):  # that one is words of pages, no code
            loads = of_script(path.read_text(encoding="utf-8"))
        else:
            continue
        found += [f"{path.relative_to(folder)}: {address}" for address in loads if is_elsewhere(address)]
    return found


def dead_links(folder: Path) -> Iterator[str]:
    """Yield links and loads within a folder of pages whose file, or whose place in it, is not there."""
    pages = {path.resolve(): read_page(path) for path in folder.rglob("*.html")}
    for path, page in sorted(pages.items()):
        for address in [*page.leads, *page.loads]:
            parts = urlsplit(address)
            if is_elsewhere(address) or _INSIDE.match(address) or not address:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            known = pages.get(target)
            if not target.exists() or target.is_dir():
                yield f"{path.name}: {address}"
            elif parts.fragment and known and unquote(parts.fragment) not in known.places | {"top"}:
                yield f"{path.name}: {address} (no such place)"
