"""Run the example notebooks, and renew what is stored in them.

    python -m examples.run               renew all of them
    python -m examples.run 03 07         renew those whose names begin so
    python -m examples.run --check       say where what is stored differs from what comes out; change nothing

Each runs in an empty folder of its own, by the interpreter that runs this, without a network: a notebook that asks for
one fails. What a notebook says on stderr, a warning for one, is a failure too.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from ipykernel.kernelspec import write_kernel_spec
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parent / "src"
SECONDS = 300

OFFLINE = """
import socket


def refused(*args, **kwargs):
    raise OSError("This notebook runs without a network.")


socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = socket.gethostbyname = refused
"""
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
IMAGE = re.compile(r'<img src="data:image/png;base64,[^"]+" alt="([^"]*)"')


def notebooks() -> list[Path]:
    """Return the notebooks, in their order."""
    return sorted(HERE.glob("*.ipynb"))


def read(path: Path) -> Any:
    """Return a notebook as it is stored."""
    return nbformat.read(path, as_version=4)


def executed(path: Path, folder: Path) -> Any:
    """Run a notebook in an empty folder, and return it with what came out, errors included: see `complaints`."""
    notebook = read(path)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    home, work = folder / "home", folder / "work"
    startup = home / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    work.mkdir()
    (startup / "offline.py").write_text(OFFLINE, encoding="utf-8")
    write_kernel_spec(home / "kernels" / "python3")
    paths = [str(SOURCE), os.environ.get("PYTHONPATH", "")]
    told = {
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
    }
    specs = KernelSpecManager(kernel_dirs=[str(home / "kernels")], ensure_native_kernel=False)
    manager = KernelManager(
        kernel_name="python3", kernel_spec_manager=specs, connection_file=str(home / "kernel.json")
    )
    if os.name == "posix":
        manager.transport = "ipc"  # files in the folder, and no port
    client = NotebookClient(
        notebook,
        km=manager,
        timeout=SECONDS,
        allow_errors=True,  # `complaints` names them all
        resources={"metadata": {"path": str(work)}},
    )
    try:
        client.execute(cleanup_kc=True, env={**os.environ, **told})
    finally:
        manager.shutdown_kernel(now=True)
    return tidied(notebook)


def tidied(notebook: Any) -> Any:
    """Take away what differs from run to run and from machine to machine: times, versions, tools' own notes."""
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    number = 0
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({})
        if cell.cell_type == "code":
            number += 1
            cell.execution_count = number
            for output in cell.outputs:
                if "execution_count" in output:
                    output.execution_count = number
                if "metadata" in output:
                    output.metadata = nbformat.from_dict({})
            cell.outputs = joined(cell.outputs)
    return notebook


def joined(outputs: list[Any]) -> list[Any]:
    """Put pieces of one stream together, which come as they come."""
    kept: list[Any] = []
    for output in outputs:
        if kept and output.output_type == kept[-1].output_type == "stream" and output.name == kept[-1].name:
            kept[-1].text += output.text
        else:
            kept.append(output)
    return kept


def said(notebook: Any) -> Iterator[tuple[str, str, str]]:
    """Yield what is to be the same in every run: the cell's id, the kind of output, and its text.

    Of a picture that is the text for those who don't see it.
    """
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if output.output_type == "stream":
                yield cell.id, output.name, output.text
            elif output.output_type == "error":
                yield cell.id, "error", f"{output.ename}: {output.evalue}"
            else:
                for kind, text in sorted(output.data.items()):
                    if kind.startswith("image/"):
                        yield cell.id, kind, ""
                    elif isinstance(text, str):
                        yield cell.id, kind, IMAGE.sub(r'<img alt="\1"', text)


def complaints(notebook: Any) -> list[str]:
    """Return what a notebook said that it should not: errors, and anything on stderr."""
    return [f"{cell}: {kind}: {text}" for cell, kind, text in said(notebook) if kind in ("stderr", "error")]


def main(arguments: list[str] | None = None) -> int:
    """Renew notebooks, or check them; returns how many differ or fail."""
    parser = argparse.ArgumentParser(prog="python -m examples.run", description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", help="what names begin with; all where none is given")
    parser.add_argument(
        "--check", action="store_true", help="change nothing, and fail where something differs"
    )
    given = parser.parse_args(arguments)
    wrong = 0
    for path in notebooks():
        if given.names and not path.name.startswith(tuple(given.names)):
            continue
        began = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            notebook = executed(path, Path(folder))
        faults = complaints(notebook)
        if given.check and list(said(read(path))) != list(said(notebook)):
            faults.append("what is stored differs from what comes out")
        elif not given.check and not faults:
            text = json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
            path.write_text(text, encoding="utf-8")
        wrong += bool(faults)
        print(f"{path.name}: {time.perf_counter() - began:.1f} s", *faults, sep="\n  ")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
