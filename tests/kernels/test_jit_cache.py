"""The cache of compiled kernels: fresh after every edit, and harmless whatever happens to its files.

Each fact is shown in processes of their own, on a copy of the decorator beside a small caller and callee.
"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import peermatch.kernels

KERNELS = Path(peermatch.kernels.__file__).parent

CALLEE = """
from pk._jit import kernel

@kernel
def part(x):
    return x + 1
"""

# What Numba brings for these lives in modules of its own, which are slow to import.
ARRAYS = """
import sys
import numpy as np
from pk._jit import kernel

@kernel
def total(n):
    numbers = np.zeros(n)
    numbers += 2.5
    return numbers.sum() if np.iinfo(np.int64).min < 0 else 0.0

def names():
    return {"numba.np.arraymath", "numba.np.arrayobj", "scipy.linalg"} & set(sys.modules)
"""

CALLER = """
from pk._jit import kernel
from pk.callee import part

@kernel
def whole(x):
    return 10 * part(x)
"""

RUN = """
import logging, sys
logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
from pk import _jit
cold = _jit.cache_is_cold()
from pk.caller import whole
answer = whole(4)
stats = getattr(whole, "stats", None)
hits = sum(stats.cache_hits.values()) if stats else -1
print(answer, hits, cold, _jit.cache_is_cold())
"""


def run(folder: Path, script: str = RUN, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("NUMBA_", "XDG_", "PYTHONPATH"))}
    home = {"HOME": str(folder / "home"), "XDG_CACHE_HOME": str(folder / "home" / "cache")}
    done = subprocess.run(
        [sys.executable, "-B", "-c", script],
        cwd=folder,
        env=clean | home | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package with its kernel compiled and kept; its first run found the cache cold."""
    folder = tmp_path_factory.mktemp("warm")
    package = folder / "pk"
    package.mkdir()
    (package / "__init__.py").touch()
    shutil.copy(KERNELS / "_jit.py", package)
    (package / "callee.py").write_text(CALLEE)
    (package / "caller.py").write_text(CALLER)
    assert run(folder).stdout.split() == ["50", "0", "True", "False"]
    return folder


@pytest.fixture
def copy(warm: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(warm, tmp_path / "copy"))


def kept(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.nbc"))


def test_a_second_process_compiles_nothing(copy: Path) -> None:
    done = run(copy)
    assert done.stdout.split() == ["50", "1", "False", "False"]
    assert done.stderr == ""


def test_loading_needs_nothing_that_only_the_compiler_needs(copy: Path) -> None:
    (copy / "pk" / "arrays.py").write_text(ARRAYS)
    load = "from pk.arrays import names, total\nprint(total(4), sum(total.stats.cache_hits.values()), len(names()))"
    assert run(copy, load).stdout.split()[:2] == ["10.0", "0"]
    assert run(copy, load).stdout.split() == ["10.0", "1", "0"]


def test_what_was_loaded_can_be_called_by_what_is_compiled_later(copy: Path) -> None:
    (copy / "pk" / "arrays.py").write_text(ARRAYS)
    further = """
from pk.arrays import total
from pk._jit import kernel
from pk.caller import whole
print(total(4), whole(4))
@kernel
def both(n):
    return total(n) + whole(n)
print(both(4), total(numpy.int32(2)), whole(0.5))
"""
    first, second = (run(copy, f"import numpy{further}").stdout.split() for _ in range(2))
    assert first == second == ["10.0", "50", "60.0", "5.0", "15.0"]


def test_an_edited_callee_gives_the_new_answer(copy: Path) -> None:
    (copy / "pk" / "callee.py").write_text(CALLEE.replace("x + 1", "x + 2"))
    assert run(copy).stdout.split() == ["60", "0", "True", "False"]
    assert len(kept(copy)) == 2, "caller and callee, without the outdated ones"


def test_a_source_edited_after_its_import_keeps_nothing(copy: Path) -> None:
    for path in kept(copy):
        path.unlink()
    edit = "from pk.caller import whole\nopen('pk/callee.py', 'a').write('# edited')\nprint(whole(4))"
    assert run(copy, edit).stdout.split() == ["50"]
    assert kept(copy) == []


@pytest.mark.parametrize("damage", ["truncated", "empty", "one byte"])
def test_a_torn_file_is_compiled_again_with_one_line_in_the_log(copy: Path, damage: str) -> None:
    for path in kept(copy):
        content = bytearray(path.read_bytes())
        content[-20] ^= 1
        path.write_bytes({"truncated": content[:-40], "empty": b"", "one byte": content}[damage])
    done = run(copy)
    assert done.stdout.split() == ["50", "0", "False", "False"]
    assert done.stderr.count("\n") == 1
    assert "compiled again" in done.stderr


def without_pycache(folder: Path) -> None:
    shutil.rmtree(folder / "pk" / "__pycache__")
    (folder / "pk" / "__pycache__").touch()  # a file cannot be written into, even by an administrator


def test_the_users_own_folder_serves_where_the_sources_cannot_be_written_to(copy: Path) -> None:
    without_pycache(copy)
    first, second = run(copy), run(copy)
    assert first.stdout.split() == ["50", "0", "True", "False"]
    assert first.stderr.count("\n") == 1
    assert "kept in" in first.stderr
    assert second.stdout.split() == ["50", "1", "False", "False"]
    places = {path.parent for path in kept(copy)}
    assert len(places) == 1
    place = places.pop()
    assert place.parent == copy / "home" / "cache" / "peermatch"
    if os.name == "posix":
        assert stat.S_IMODE(place.stat().st_mode) == 0o700


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's here")
def test_a_folder_that_others_can_write_to_is_not_trusted(copy: Path) -> None:
    without_pycache(copy)
    run(copy)
    kept(copy)[0].parent.chmod(0o777)
    done = run(copy)
    assert done.stdout.split()[:2] == ["50", "0"]
    assert "written by someone else" in done.stderr


WHERE = "from pk._jit import folder_to_keep_in; print(folder_to_keep_in())"


def test_it_is_known_beforehand_where_kernels_will_be_kept(copy: Path) -> None:
    assert run(copy, WHERE).stdout.split() == [str(copy / "pk" / "__pycache__")]
    chosen = copy / "some" / "folder"
    said = run(copy, WHERE, NUMBA_CACHE_DIR=str(chosen)).stdout.split()
    assert [Path(line).parent for line in said] == [chosen]
    without_pycache(copy)
    said = run(copy, WHERE).stdout.split()
    assert [Path(line).parent for line in said] == [copy / "home" / "cache" / "peermatch"]
    (copy / "home").touch()
    assert run(copy, WHERE).stdout.split() == ["None"]


def test_with_no_folder_at_all_kernels_are_compiled_in_memory(copy: Path) -> None:
    without_pycache(copy)
    (copy / "home").touch()
    done = run(copy)
    assert done.stdout.split() == ["50", "0", "True", "True"]
    assert done.stderr.count("\n") == 1
    assert "compiled in memory" in done.stderr


def test_a_vanishing_folder_is_no_matter(copy: Path) -> None:
    vanish = (
        "import shutil\nfrom pk.caller import whole\nfrom pk.callee import part\n"
        "a = whole(4)\nshutil.rmtree('pk/__pycache__')\nprint(a, part(4), part(4.5))"
    )
    assert run(copy, vanish).stdout.split() == ["50", "5", "5.5"]


def test_a_chosen_folder_is_used_alone(copy: Path) -> None:
    without_pycache(copy)
    chosen = copy / "chosen"
    assert run(copy, NUMBA_CACHE_DIR=str(chosen)).stdout.split() == ["50", "0", "True", "False"]
    assert run(copy, NUMBA_CACHE_DIR=str(chosen)).stdout.split() == ["50", "1", "False", "False"]
    assert kept(copy) == kept(chosen)


def test_without_compiling_a_kernel_is_the_plain_function(copy: Path) -> None:
    assert run(copy, NUMBA_DISABLE_JIT="1").stdout.split() == ["50", "-1", "False", "False"]
