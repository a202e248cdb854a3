"""Out of memory, out of room, refused by the system: a message without a traceback, and old results stay."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import peermatch as pm
from peermatch.cli import main
from support.small_tables import CONFIG, people, write_csv

np_errors = pytest.importorskip("numpy._core._exceptions")

MATCH = ("match", "people.csv", "--config", "programme.toml", "--out", "results")
AGAIN = (*MATCH, "--history", "results/history.csv", "--round", "2")
FULL = Path("/dev/full")


def array_error():
    return np_errors._ArrayMemoryError((10**6, 10**6), np.dtype(float))


def contents(folder):
    """Every file but the record of runs: it is given the key of a result before there is one."""
    found = (path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(".run.json"))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


@pytest.fixture
def before(run, folder):
    """The results of an earlier run, which a later one may not harm."""
    rule = '\n[[rules]]\nkind = "no_repeat"\n'
    (folder / "programme.toml").write_text(CONFIG + rule, encoding="utf-8")
    assert run(*MATCH, "--round", "1", "--report").code == 0
    return contents(folder)


def fail_in(monkeypatch, where, error):
    def fail(*_, **__):
        raise error

    target, _, name = where.rpartition(".")
    monkeypatch.setattr(f"{target}.{name}", fail)


PLACES = {
    "reading": "peermatch.cohort.cohort.Cohort.of",
    "matching": "peermatch.matcher.PeerMatcher.match",
    "the solver": "peermatch.solvers.blossom.Blossom.solve",
    "the tables": "peermatch.pairing.exporting.csv_text",
    "the summary": "peermatch.pairing.Pairing.summary",
    "writing": "peermatch.pairing.exporting.write_files",
    "the workbook": "peermatch.report.workbook.workbook_bytes",
    "the pages": "peermatch.pairing.Pairing.report",
    "taking its place": "peermatch.publication.folder.put_in_place",
}


@pytest.mark.parametrize(
    "error", [MemoryError(), MemoryError("2 GB"), array_error()], ids=["bare", "told", "array"]
)
@pytest.mark.parametrize("place", PLACES)
def test_out_of_memory_anywhere(run, folder, before, monkeypatch, place, error):
    fail_in(monkeypatch, PLACES[place], error)
    said = run(*AGAIN, "--excel", "--report")
    assert said.code == 2
    assert "error: peermatch match ran out of memory" in said.err
    assert (str(error) in said.err) if str(error) else "out of memory (" not in said.err
    assert "unchanged" in said.err
    assert "Traceback" not in said.err
    monkeypatch.undo()
    os.chdir(folder)
    assert contents(folder) == before
    assert run(*AGAIN).code == 0  # and nothing is in the way of the next run


def test_debug_shows_where(folder, before, monkeypatch):
    fail_in(monkeypatch, PLACES["matching"], MemoryError())
    with pytest.raises(MemoryError):
        main([*AGAIN, "--debug"])


@pytest.mark.parametrize("number", [28, 122, 5, 30], ids=os.strerror)
def test_the_disk_refuses(run, folder, before, monkeypatch, number):
    real = Path.open

    def refuse(self, mode="r", *args, **more):
        if "x" in mode or "w" in mode:
            raise OSError(number, os.strerror(number), str(self))
        return real(self, mode, *args, **more)

    monkeypatch.setattr(Path, "open", refuse)
    said = run(*AGAIN, "--excel")
    assert said.code == 2
    assert said.err.count("error:") == 1
    assert "Traceback" not in said.err
    monkeypatch.undo()
    os.chdir(folder)
    assert contents(folder) == before


def test_openpyxl_has_no_room_for_its_draft(run, folder, before, monkeypatch):
    fail_in(monkeypatch, "openpyxl.worksheet._writer.create_temporary_file", OSError(28, os.strerror(28)))
    said = run(*AGAIN, "--excel")
    assert said.code == 2
    assert "no room left" in said.err
    monkeypatch.undo()
    os.chdir(folder)
    assert contents(folder) == before


def command(*arguments, cwd, **more):
    return subprocess.run(
        [sys.executable, "-m", "peermatch", *arguments],
        cwd=cwd,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        **more,
    )


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("more", [(), ("--json",)], ids=["a summary", "JSON"])
def test_standard_output_is_full(folder, before, more):
    with FULL.open("w") as full:
        said = command(*AGAIN, *more, cwd=folder, stdout=full)
    assert said.returncode == 2
    assert "Traceback" not in said.stderr
    assert "error:" in said.stderr
    assert "error: Standard output cannot be written: No space left on device." in said.stderr
    assert "Exception ignored" not in said.stderr
    assert contents(folder) == before


def test_a_folder_that_can_only_be_read(folder, before):
    if os.geteuid() == 0:
        # root may write anywhere: a folder below a file can be made by nobody
        said = command(*MATCH[:-1], "people.csv/results", cwd=folder, stdout=subprocess.PIPE)
    else:
        (folder / "results").chmod(0o500)
        said = command(*AGAIN, cwd=folder, stdout=subprocess.PIPE)
        (folder / "results").chmod(0o700)
    assert said.returncode == 2
    assert said.stderr.count("error:") == 1
    assert "Traceback" not in said.stderr
    assert contents(folder) == before


@pytest.mark.parametrize("whole", [True, False], ids=["the folder", "its stage"])
def test_what_vanishes_meanwhile(run, folder, before, monkeypatch, whole):
    """Somebody removes the folder meanwhile, or what is staged in it: all of the new result, or a message."""
    real = pm.Pairing.summary if whole else pm.Pairing.report

    def vanish(self, *args, **more):
        for path in [folder / "results"] if whole else (folder / "results").glob(".*"):
            shutil.rmtree(path, ignore_errors=True)
        return real(self, *args, **more)

    monkeypatch.setattr(pm.Pairing, "summary" if whole else "report", vanish)
    said = run(*AGAIN, "--report")
    assert "Traceback" not in said.err
    assert said.code in (0, 2)
    left = contents(folder / "results") if (folder / "results").exists() else {}
    if said.code == 0:
        assert {"result.json", "people.csv", "report.html"} <= set(left)
    else:
        old = {
            name.removeprefix("results/"): data
            for name, data in before.items()
            if name.startswith("results/")
        }
        assert left in ({}, old)


LIMITED = """
import resource, sys
import numpy, pandas, scipy.sparse
import peermatch.matcher, peermatch.pairing, peermatch.cli.match, peermatch.cli.results, peermatch.solvers
from pathlib import Path
base = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
room = base + int(sys.argv[1]) * 2**20
resource.setrlimit(resource.RLIMIT_AS, (room, room))
from peermatch.cli import main
sys.exit(main(sys.argv[2:]))
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the size of a process is not told here")
@pytest.mark.parametrize("megabytes", [60, 350])
def test_a_process_with_little_memory(folder, before, megabytes):
    pytest.importorskip("resource")
    write_csv(folder / "many.csv", people(20_000))
    kept = contents(folder)
    arguments = [
        "match",
        "many.csv",
        "--config",
        "programme.toml",
        "--out",
        "results",
        "--history",
        "results/history.csv",
    ]
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
    said = subprocess.run(
        [sys.executable, "-c", LIMITED, str(megabytes), *arguments],
        cwd=folder, env={**os.environ, **one}, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert "Traceback" not in said.stderr, said.stderr[-2000:]
    if megabytes < 100:
        assert said.returncode == 2, said.stderr
    if said.returncode != 0:
        assert said.returncode == 2, (said.returncode, said.stderr[-2000:])
        assert "ran out of memory" in said.stderr
        assert contents(folder) == kept
