"""What no source file of ours does, found in the syntax tree: run text, unpickle, start programs, open connections."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

MODULES = frozenset(
    {
        "_pickle", "_posixsubprocess", "_socket", "_ssl", "aiohttp", "asyncio", "cPickle", "cloudpickle", "code",
        "codeop", "commands", "ctypes", "dbm", "dill", "ftplib", "grpc", "http", "httpx", "imaplib", "jsonpickle",
        "marshal", "multiprocessing", "nntplib", "paramiko", "pickle", "pickletools", "poplib", "pty", "requests",
        "runpy", "shelve", "smtplib", "socket", "socketserver", "ssl", "subprocess", "telnetlib", "urllib", "urllib3",
        "webbrowser", "websockets", "wsgiref", "xmlrpc", "yaml",
    }
)  # fmt: skip
"""Modules that are for nothing else, or for little else."""

NAMES = frozenset({"__import__", "breakpoint", "compile", "eval", "exec", "execfile", "input"})
"""Built-in functions, called or handed on."""

METHODS = frozenset(
    {"os.system", "os.popen", "os.startfile", "os.fork", "os.forkpty", "joblib.dump", "joblib.load", "np.save",
     "numpy.save", "pd.read_pickle", "pandas.read_pickle", "pd.read_html", "pandas.read_html", "pd.eval", "pandas.eval",
     "builtins.eval", "builtins.exec", "np.fromregex"}
)  # fmt: skip
_PREFIXES = ("os.exec", "os.spawn", "os.posix_spawn")
_ANYWHERE = frozenset(
    {"to_pickle", "read_pickle", "urlopen", "urlretrieve", "create_connection", "query", "eval"}
)
"""Methods that run text or reach out, whatever they are called on; `query` and `eval` are pandas'."""


def faults(source: str) -> Iterator[tuple[int, str]]:
    """Yield (line, what) for everything of the kind in one file."""
    aliases: dict[str, str] = {}
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                aliases[alias.asname or alias.name.split(".")[0]] = (
                    alias.name if alias.asname else alias.name.split(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                aliases[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    for node in ast.walk(tree):
        found = list(_of_node(node, aliases))
        yield from ((node.lineno, what) for what in found)  # type: ignore[attr-defined]


def _of_node(node: ast.AST, aliases: dict[str, str]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (f"import {alias.name}" for alias in node.names if alias.name.split(".")[0] in MODULES)
    elif isinstance(node, ast.ImportFrom) and not node.level:
        if (node.module or "").split(".")[0] in MODULES:
            yield f"import {node.module}"
        yield from (
            f"{node.module}.{alias.name}"
            for alias in node.names
            if _is_refused(f"{node.module}.{alias.name}")
        )
    elif isinstance(node, ast.Name) and node.id in NAMES and node.id not in aliases:
        yield node.id
    elif isinstance(node, ast.Attribute):
        name = _dotted(node, aliases)
        if name is not None and _is_refused(name):
            yield name
        elif node.attr in _ANYWHERE:
            yield f".{node.attr}"
    elif isinstance(node, ast.Call):
        yield from _of_call(node, aliases)


def _of_call(node: ast.Call, aliases: dict[str, str]) -> Iterator[str]:
    name = _dotted(node.func, aliases) or ""
    if isinstance(node.func, ast.Name) and node.func.id == "__import__":
        name = "__import__"
    if name.split(".")[-1] in ("import_module", "__import__") and node.args:
        first = node.args[0]
        if isinstance(first, ast.Constant):
            if str(first.value).split(".")[0] in MODULES:
                yield f"import {first.value}"
        elif not (isinstance(first, ast.JoinedStr) and _starts_with_ours(first)):
            yield "import of a computed name"
    for keyword in node.keywords:
        given = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
        if keyword.arg == "allow_pickle" and given is not False:
            yield "allow_pickle"
        if keyword.arg == "shell" and given is not False:
            yield "shell"
    if name in ("np.load", "numpy.load") and not any(
        keyword.arg == "allow_pickle"
        and isinstance(keyword.value, ast.Constant)
        and keyword.value.value is False
        for keyword in node.keywords
    ):
        yield "np.load without allow_pickle=False"


def _starts_with_ours(text: ast.JoinedStr) -> bool:
    first = text.values[0] if text.values else None
    return isinstance(first, ast.Constant) and str(first.value).startswith("peermatch.")


def _is_refused(name: str) -> bool:
    return name in METHODS or name.startswith(_PREFIXES) or name.split(".")[0] in MODULES


def _dotted(node: ast.AST, aliases: dict[str, str]) -> str | None:
    """Return the name of what is meant, with the module's own name where it was imported under another."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in aliases:
        return None  # of a variable nobody can tell what it holds; `_ANYWHERE` has the methods that matter
    return ".".join([aliases[node.id], *reversed(parts)])


def faults_under(folder: Path) -> list[tuple[str, int, str]]:
    """Return (file, line, what) for all Python files under a folder."""
    return [
        (path.relative_to(folder).as_posix(), line, what)
        for path in sorted(folder.rglob("*.py"))
        for line, what in faults(path.read_text(encoding="utf-8"))
    ]
