"""An upgrade from one wheel to another: what was compiled before is never served, wherever it is kept.

The wheels hold the package's decorator beside a small caller and callee. The second one differs in one sign of the
callee: size, time stamps in the archive and, where that is asked for, the version stay the same.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import numba
import pytest

import peermatch.kernels

KERNELS = Path(peermatch.kernels.__file__).parent

CALLEE = """
from peermatch.kernels._jit import kernel

@kernel
def part(x):
    return x + 1
"""

CALLER = """
from peermatch.kernels._jit import kernel
from peermatch.kernels.callee import part

@kernel
def whole(x):
    return 10 * part(x)
"""

RUN = """
from peermatch.kernels.caller import whole
print(whole(4), sum(whole.stats.cache_hits.values()))
"""


def build(folder: Path, version: str, callee: str) -> Path:
    """Write a wheel by hand, as its specification has it: no build backend is needed, nor the network."""
    metadata = f"Metadata-Version: 2.1\nName: peermatch\nVersion: {version}\n"
    files = {
        "peermatch/__init__.py": b"",
        "peermatch/kernels/__init__.py": b"",
        "peermatch/kernels/_jit.py": (KERNELS / "_jit.py").read_bytes(),
        "peermatch/kernels/callee.py": callee.encode(),
        "peermatch/kernels/caller.py": CALLER.encode(),
        f"peermatch-{version}.dist-info/METADATA": metadata.encode(),
        f"peermatch-{version}.dist-info/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = io.StringIO()
    rows = csv.writer(record, lineterminator="\n")
    for name, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        rows.writerow([name, f"sha256={digest}", len(content)])
    rows.writerow([f"peermatch-{version}.dist-info/RECORD", "", ""])
    files[f"peermatch-{version}.dist-info/RECORD"] = record.getvalue().encode()
    folder.mkdir()
    wheel = folder / f"peermatch-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content)
    return wheel


class Environment:
    """An environment of its own, which finds Numba in this one."""

    def __init__(self, folder: Path, cache: str | None) -> None:
        venv.create(folder / "env", with_pip=False, symlinks=os.name != "nt")
        places = {"base": str(folder / "env"), "platbase": str(folder / "env")}
        self.site = Path(sysconfig.get_path("purelib", "venv", places))
        self.python = Path(sysconfig.get_path("scripts", "venv", places)) / "python"
        (self.site / "others.pth").write_text(f"{Path(numba.__file__).parent.parent}\n")
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("NUMBA_", "PYTHON", "XDG_"))}
        home = {"HOME": str(folder / "home"), "XDG_CACHE_HOME": str(folder / "home" / "cache")}
        kept = {} if cache is None else {"NUMBA_CACHE_DIR": str(folder / cache)}
        self.variables = clean | home | kept

    def call(self, *command: str) -> str:
        done = subprocess.run(
            command, env=self.variables, cwd=self.site, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def by_pip(self, wheel: Path) -> None:
        """Install over whatever is there, as users do."""
        pip = (sys.executable, "-m", "pip", "--python", str(self.python), "--disable-pip-version-check")
        self.call(*pip, "install", "--no-deps", "--no-index", "--force-reinstall", "--quiet", str(wheel))

    def by_unpacking(self, wheel: Path) -> None:
        """Unpack it over whatever is there, with the archive's times, as image builders do."""
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(self.site)
        for path in self.site.glob("peermatch/**/*.py"):
            os.utime(path, (1_767_225_600, 1_767_225_600))

    def run(self, *options: str) -> list[str]:
        return self.call(str(self.python), *options, "-c", RUN).split()


@pytest.mark.parametrize(
    ("how", "version", "cache"),
    [
        ("by_pip", "2.0", None),
        ("by_pip", "1.0", "cache"),
        ("by_unpacking", "1.0", None),
        ("by_unpacking", "1.0", "cache"),
    ],
    ids=["a new version", "the same version, NUMBA_CACHE_DIR", "unpacked", "unpacked, NUMBA_CACHE_DIR"],
)
def test_after_an_upgrade_the_new_callee_answers(tmp_path, how, version, cache):
    if how == "by_pip":
        pytest.importorskip("pip")
    old = build(tmp_path / "old", "1.0", CALLEE)
    new = build(tmp_path / "new", version, CALLEE.replace("x + 1", "x + 2"))
    environment = Environment(tmp_path, cache)
    install = getattr(environment, how)
    install(old)
    assert [environment.run("-B"), environment.run("-B")] == [["50", "0"], ["50", "1"]]
    install(new)
    assert [environment.run("-B"), environment.run("-B")] == [["60", "0"], ["60", "1"]]
    install(old)
    assert environment.run("-B")[0] == "50"


def test_machine_code_made_while_python_ran_stale_bytecode_is_not_served_later(tmp_path):
    environment = Environment(tmp_path, "cache")
    environment.by_unpacking(build(tmp_path / "old", "1.0", CALLEE))
    assert environment.run() == ["50", "0"]  # Python keeps its bytecode this time
    environment.by_unpacking(build(tmp_path / "new", "1.0", CALLEE.replace("x + 1", "x + 2")))
    assert environment.run() == [
        "50",
        "0",
    ]  # of the same size and time, the new source is not even read by Python
    for bytecode in environment.site.glob("peermatch/**/*.pyc"):
        bytecode.unlink()
    assert environment.run() == ["60", "0"]
