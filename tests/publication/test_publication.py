"""A folder changes all at once: killed, out of room or interrupted at any step, it is wholly old or wholly new."""

from __future__ import annotations

import os
import runpy
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from peermatch.errors import OutputError
from peermatch.publication import JOURNAL, finish, publishing, remove_files, write_files
from peermatch.publication.journal import STAGE, Journal, carry_out, put_in_place, read_journal

breaking = runpy.run_path(str(Path(__file__).with_name("breaking.py")))
OLD, NEW, fill = (breaking[name] for name in ("OLD", "NEW", "fill"))


def contents(folder):
    """What a reader sees: everything but what the journal and stages are made of."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    names = {path.relative_to(folder).as_posix(): path.read_text() for path in paths}
    return {name: text for name, text in names.items() if name != JOURNAL and not name.startswith(STAGE)}


def strays(folder):
    return [path.name for path in folder.rglob("*") if path.name == JOURNAL or path.name.startswith(STAGE)]


def broken_off(where, how):
    """Break a change off at each of its steps; return the folders and what was said of each."""
    subprocess.run([sys.executable, breaking["__file__"], str(where), how], check=True)
    steps = range(1, len(list(where.glob("said-*.txt"))) + 1)
    return [(where / str(step), (where / f"said-{step}.txt").read_text()) for step in steps]


@pytest.mark.skipif(os.name != "posix", reason="processes are not forked and killed here")
def test_killed_at_any_step(tmp_path):
    seen = {"old": 0, "new": 0, "between": 0}
    *killed, last = broken_off(tmp_path, "kill")
    for folder, said in killed:
        assert said == "killed"
        found, journal = contents(folder), (folder / JOURNAL).exists()
        for name, text in found.items():  # no file is ever half of anything
            assert text in (OLD.get(name), NEW.get(name)), folder
        if not journal:
            assert found in (OLD, NEW), folder
        seen["between" if journal else "old" if found == OLD else "new"] += 1
        assert finish(folder) is journal
        assert contents(folder) == (NEW if journal else found)
        write_files(folder, {"people.csv": "next", "pairs.csv": "next"})  # whoever writes next cleans up
        assert strays(folder) == []
    assert (contents(last[0]), last[1], strays(last[0])) == (NEW, "done", [])
    assert seen["old"] > 10
    assert seen["between"] > 5
    assert seen["new"] > 0


@pytest.mark.skipif(os.name != "posix", reason="processes are not forked here")
def test_refused_at_any_step(tmp_path):
    refused = 0
    for folder, said in broken_off(tmp_path, "full"):
        found, journal = contents(folder), (folder / JOURNAL).exists()
        if said.startswith("refused"):
            refused += 1
            assert str(folder) in said
            assert journal or found == OLD, (folder, said)
        finish(folder)
        assert contents(folder) in (OLD, NEW), folder
        if said == "done":  # what was refused did not matter
            assert contents(folder) == NEW, folder
    assert refused > 10


# ---- one run after the other, and two at once -----------------------------------------------------------


def test_nothing_shows_before_the_end(tmp_path):
    fill(tmp_path, OLD)
    with publishing(tmp_path):
        write_files(tmp_path, {"people.csv": "new", "more.csv": "x"})
        write_files(tmp_path / "deep" / "down", {"a": "b"})
        remove_files(tmp_path, ["report.html", "never.there"])
        assert contents(tmp_path) == OLD
    found = contents(tmp_path)
    assert (found["people.csv"], found["more.csv"], found["deep/down/a"]) == ("new", "x", "b")
    assert "report.html" not in found


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, MemoryError])
def test_an_exception_leaves_everything_as_it_was(error, tmp_path):
    fill(tmp_path, OLD)

    def change():
        with publishing(tmp_path):
            write_files(tmp_path, {"people.csv": "new"})
            raise error

    with pytest.raises(error):
        change()
    assert contents(tmp_path) == OLD
    assert strays(tmp_path) == []


def test_a_folder_that_was_made_for_nothing_goes_again(tmp_path):
    def change():
        with publishing(tmp_path / "a" / "b"):
            write_files(tmp_path / "a" / "b", {"x": "1"})
            raise ValueError

    with pytest.raises(ValueError):
        change()
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_removed_and_written_is_there(tmp_path):
    fill(tmp_path, {"a": "old"})
    with publishing(tmp_path):
        remove_files(tmp_path, ["a"])
        write_files(tmp_path, {"a": "new"})
        remove_files(tmp_path, ["a"])
    assert contents(tmp_path) == {"a": "new"}


def test_what_lies_elsewhere_is_written_at_once(tmp_path):
    with publishing(tmp_path / "in"):
        write_files(tmp_path / "out", {"a": "1", "b": "2"})
        assert contents(tmp_path / "out") == {"a": "1", "b": "2"}


def test_publishing_within_publishing_is_one(tmp_path):
    with publishing(tmp_path):
        with publishing(tmp_path / "participants"):
            write_files(tmp_path / "participants", {"a": "1", "b": "2"})
        assert contents(tmp_path) == {}
    assert contents(tmp_path) == {"participants/a": "1", "participants/b": "2"}


def test_the_check_is_the_last_word(tmp_path):
    fill(tmp_path, {"history.csv": "one round"})

    def check():
        if (tmp_path / "history.csv").read_text() != "one round":
            raise OutputError("The history has grown meanwhile.")

    def change():
        with publishing(tmp_path, check=check):
            write_files(tmp_path, {"history.csv": "mine", "pairs.csv": "mine"})
            (tmp_path / "history.csv").write_text("two rounds")

    with pytest.raises(OutputError, match="grown"):
        change()
    assert contents(tmp_path) == {"history.csv": "two rounds"}
    assert strays(tmp_path) == []


def test_two_runs_into_one_folder_do_not_mix(tmp_path):
    folder, barrier = tmp_path / "out", threading.Barrier(4)
    names = [f"{k}.txt" for k in range(12)]

    def run(me):
        for turn in range(8):
            with publishing(folder):
                for name in names:
                    write_files(folder, {name: f"{me} {turn}"})
                barrier.wait()

    runs = [threading.Thread(target=run, args=(me,)) for me in range(4)]
    for thread in runs:
        thread.start()
    for thread in runs:
        thread.join()
    assert len({(folder / name).read_text() for name in names}) == 1
    assert strays(folder) == []


def test_a_stage_that_somebody_holds_is_left_alone(tmp_path):
    with publishing(tmp_path):
        write_files(tmp_path, {"a": "mine"})
        other = f"from peermatch.publication import write_files; write_files({str(tmp_path)!r}, dict(b='1', c='2'))"
        subprocess.run([sys.executable, "-c", other], check=True)
    assert contents(tmp_path) == {"a": "mine", "b": "1", "c": "2"}
    assert strays(tmp_path) == []


# ---- journals ------------------------------------------------------------------------------------------


def journal_of(folder, files, remove=()):
    """A journal whose stage is there."""
    import hashlib

    stage = folder / f"{STAGE}{'0' * 32}"
    stage.mkdir(parents=True)
    entries = []
    for number, (place, text) in enumerate(files.items()):
        (stage / str(number)).write_text(text)
        entries.append((str(number), place, hashlib.sha256(text.encode()).hexdigest()))
    journal = Journal(stage.name, tuple(entries), tuple(remove))
    put_in_place(folder, journal)
    return journal


def test_the_same_journal_twice_does_no_harm(tmp_path):
    journal = journal_of(tmp_path, {"a": "1", "b": "2"}, ["c"])
    carry_out(tmp_path, journal)
    carry_out(tmp_path, journal)
    assert contents(tmp_path) == {"a": "1", "b": "2"}
    assert not finish(tmp_path)


def test_a_journal_says_what_it_is(tmp_path):
    journal_of(tmp_path, {"a": "1"})
    text = (tmp_path / JOURNAL).read_text()
    assert "interrupted" in text
    assert "Run any peermatch command" in text


def test_a_new_file_that_is_gone_is_told(tmp_path):
    journal = journal_of(tmp_path, {"a": "1", "b": "2"})
    (tmp_path / journal.stage / "1").unlink()
    with pytest.raises(OutputError, match="'b', which it names, is neither there nor in"):
        finish(tmp_path)
    assert (tmp_path / JOURNAL).exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace('"place": "a"', '"place": "../a"'),
        lambda text: text.replace('"place": "a"', '"place": "/tmp/a"'),
        lambda text: text.replace('"place": "a"', '"place": "x/../../a"'),
        lambda text: text.replace('"place": "a"', '"place": "..\\\\\\\\a"'),
        lambda text: text.replace('"place": "a"', '"place": ""'),
        lambda text: text.replace('"place": "a"', '"place": 7'),
        lambda text: text.replace('"staged": "0"', '"staged": "../../../etc/passwd"'),
        lambda text: text.replace('"remove": []', '"remove": ["../b"]'),
        lambda text: text.replace('"remove": []', '"remove": 5'),
        lambda text: text.replace(STAGE, "elsewhere-"),
        lambda text: text.replace("journal/1", "journal/2"),
        lambda text: text[:-1],
        lambda text: "[]",
        lambda text: "[" * 100_000,
        lambda text: "",
    ],
)
def test_a_journal_that_is_none_of_ours_moves_nothing(change, tmp_path):
    folder = tmp_path / "in" / "folder"
    fill(tmp_path, {"in/b": "mine", "in/folder/old": "old"})
    journal_of(folder, {"a": "1"})
    text = (folder / JOURNAL).read_text()
    changed = change(text)
    assert changed != text
    (folder / JOURNAL).write_text(changed)
    before = {path: path.read_text() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(OutputError, match="not what an interrupted run leaves behind"):
        finish(folder)
    assert before == {path: path.read_text() for path in tmp_path.rglob("*") if path.is_file()}


def test_no_journal_is_nothing_to_do(tmp_path):
    assert read_journal(tmp_path) is None
    assert read_journal(tmp_path / "none") is None
    assert not finish(tmp_path / "none")


# ---- single files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["../x", "a/b", "/etc/x", "", ".", "..", "nul\0byte"])
def test_names_are_no_paths(name, tmp_path):
    with pytest.raises(OutputError, match="is not the name of a file"):
        write_files(tmp_path / "in", {name: "x"})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="rights are those of POSIX")
def test_nobody_may_read_more_than_before(tmp_path):
    for files in ({"a": "new"}, {"a": "new", "b": "new"}):
        (tmp_path / "a").write_text("old")
        (tmp_path / "a").chmod(0o600)
        write_files(tmp_path, files)
        assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes here")
def test_a_link_stays_one_and_a_device_too(tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_files(tmp_path, {"link": "new"})
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"
    write_files("/dev", {"null": "away"})


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_device_is_told(tmp_path):
    with pytest.raises(OutputError, match="no room left on the disk"):
        write_files("/dev", {"full": "x"})
