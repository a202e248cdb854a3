"""What holds for every kernel of the package: one decorator, no threads inside, nothing compiled early."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import peermatch

SOURCES = Path(peermatch.__file__).parent

FORBIDDEN_WORDS = re.compile(
    r"\bnjit\b|\bnumba\s*\.\s*jit\b|\bprange\b|\bparallel\s*=|\bfastmath\b|\bguvectorize\b|\bvectorize\(|"
    r"from\s+numba\s+import|@jit\b|\bcfunc\b"
)


def test_only_the_decorator_itself_talks_to_the_compiler() -> None:
    found = [
        f"{path.relative_to(SOURCES)}:{number}: {line.strip()}"
        for path in sorted(SOURCES.rglob("*.py"))
        if path.name != "_jit.py"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if FORBIDDEN_WORDS.search(line)
    ]
    assert found == []


def test_the_decorator_takes_no_options() -> None:
    decorator = (SOURCES / "kernels" / "_jit.py").read_text(encoding="utf-8")
    calls = re.findall(r"njit\(([^)]*)\)", decorator)
    assert calls == ['nogil=True, error_model="numpy", no_cfunc_wrapper=True, _nrt=counts']


IMPORT_ALL = """
import importlib, pkgutil
from numba.core import event

class Count(event.Listener):
    compiled = 0
    def on_start(self, found):
        Count.compiled += 1
    def on_end(self, found):
        pass

event.register("numba:compile", Count())
import peermatch.kernels
for module in pkgutil.iter_modules(peermatch.kernels.__path__):
    importlib.import_module(f"peermatch.kernels.{module.name}")
print(Count.compiled)
from peermatch.kernels._jit import kernel
kernel(lambda x: x + 1)(1)
print(Count.compiled)
"""


def test_importing_the_kernels_compiles_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["0", "1"]


def test_importing_the_package_does_not_import_the_compiler() -> None:
    script = "import sys, peermatch; print('numba' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.split() == ["False"]
