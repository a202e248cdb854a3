"""Compiled code is kept as pickles, and a pickle runs what it says: nothing that others could have written is read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from peermatch.kernels import _jit

pytestmark = pytest.mark.skipif(os.name != "posix", reason="rights of files are POSIX's here")

NAME = "module.function-stamp-key.nbc"


@pytest.fixture(params=["private", "beside the sources", "chosen"])
def folder(request, tmp_path, monkeypatch):
    """One of each kind of folder that kernels are kept in; nobody else can write above it."""
    monkeypatch.setattr(_jit._settings, "CACHE_DIR", str(tmp_path) if request.param == "chosen" else "")
    if request.param == "beside the sources":
        monkeypatch.setattr(_jit, "_HERE", tmp_path)
        return tmp_path / "__pycache__"
    return tmp_path / "peermatch" / "0.1"


def _refused(folder):
    with pytest.raises(PermissionError, match="written by someone else"):
        _jit._read(folder, NAME)
    with pytest.raises(PermissionError, match="written by someone else"):
        _jit._write(folder, "other.nbc", b"y")
    assert not (folder / "other.nbc").exists()


def _owned_by(monkeypatch, path, user):
    """Make the system say that somebody else owns one file or folder."""

    def lying(real):
        def ask(asked, *rest, **options):
            found = real(asked, *rest, **options)
            of = asked if not isinstance(asked, int) else Path(f"/proc/self/fd/{asked}").readlink()
            if os.fspath(of) != os.fspath(path):
                return found
            return os.stat_result([*found[:4], user, *found[5:10]])

        return ask

    monkeypatch.setattr(_jit.os, "fstat", lying(os.fstat))
    monkeypatch.setattr(Path, "lstat", lying(Path.lstat))


def test_what_was_written_is_read(folder):
    before = os.umask(0)
    try:
        _jit._write(folder, NAME, b"payload")
    finally:
        os.umask(before)
    assert _jit._read(folder, NAME) == b"payload"
    assert _jit._read(folder, "none.nbc") is None
    for path in (folder, folder / NAME):  # whatever the umask
        assert not stat.S_IMODE(path.stat().st_mode) & 0o022
    if _jit._is_private(folder):
        assert not stat.S_IMODE((folder / NAME).stat().st_mode) & 0o077
        assert not stat.S_IMODE(folder.stat().st_mode) & 0o077


@pytest.mark.parametrize("mode", [0o777, 0o775, 0o757, 0o1777])
def test_a_folder_that_others_may_write_to(folder, mode):
    _jit._write(folder, NAME, b"payload")
    folder.chmod(mode)
    _refused(folder)


@pytest.mark.parametrize("mode", [0o666, 0o664, 0o646])
def test_a_file_that_others_may_write_to(folder, mode):
    _jit._write(folder, NAME, b"payload")
    (folder / NAME).chmod(mode)
    with pytest.raises(PermissionError, match="written by someone else"):
        _jit._read(folder, NAME)


def test_a_folder_that_is_a_link(folder, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    _jit._write(elsewhere / "0.1", NAME, b"payload")
    folder.parent.mkdir(exist_ok=True)
    folder.symlink_to(elsewhere / "0.1")
    _refused(folder)


def test_a_file_that_is_a_link(folder, tmp_path):
    _jit._write(folder, "real.nbc", b"payload")
    (folder / NAME).symlink_to(folder / "real.nbc")
    with pytest.raises(OSError, match=r"[Ss]ymbolic|link"):
        _jit._read(folder, NAME)


def test_a_file_that_is_no_file(folder):
    _jit._write(folder, "real.nbc", b"payload")
    (folder / NAME).mkdir()
    with pytest.raises(OSError, match=r"someone else|directory"):
        _jit._read(folder, NAME)


def test_a_folder_of_somebody_elses(folder, monkeypatch):
    _jit._write(folder, NAME, b"payload")
    _owned_by(monkeypatch, folder, os.getuid() + 4242)
    _refused(folder)


def test_a_file_of_somebody_elses(folder, monkeypatch):
    _jit._write(folder, NAME, b"payload")
    _owned_by(monkeypatch, folder / NAME, os.getuid() + 4242)
    with pytest.raises(PermissionError, match="written by someone else"):
        _jit._read(folder, NAME)


def test_the_systems_own_and_the_owner_of_the_sources_are_trusted(tmp_path, monkeypatch):
    monkeypatch.setattr(_jit._settings, "CACHE_DIR", "")
    monkeypatch.setattr(_jit, "_HERE", tmp_path)
    assert _jit._owners(tmp_path / "__pycache__") == {os.getuid(), 0, tmp_path.stat().st_uid}
    assert _jit._owners(tmp_path / "peermatch" / "0.1") == {os.getuid(), 0}


def test_a_users_folder_in_one_that_others_may_write_to(tmp_path, monkeypatch):
    monkeypatch.setattr(_jit._settings, "CACHE_DIR", "")
    folder = tmp_path / "peermatch" / "0.1"
    _jit._write(folder, NAME, b"payload")
    for mode in (0o777, 0o1777):
        folder.parent.chmod(mode)
        _refused(folder)
    folder.parent.chmod(0o700)
    moved = tmp_path / "moved"
    folder.parent.rename(moved)
    folder.parent.symlink_to(moved)
    _refused(folder)


def test_a_folder_above_from_which_others_could_take_it_away(folder, tmp_path):
    _jit._write(folder, NAME, b"payload")
    tmp_path.chmod(0o777)
    _refused(folder)
    tmp_path.chmod(0o1777)  # as /tmp: nobody renames what is not theirs
    assert _jit._read(folder, NAME) == b"payload"


def test_nothing_is_made_where_it_would_not_be_read(folder, tmp_path):
    tmp_path.chmod(0o777)
    with pytest.raises(PermissionError):
        _jit._write(folder, NAME, b"payload")
    assert list(tmp_path.rglob("*.nbc")) == []


def test_what_cannot_be_trusted_counts_for_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(_jit._settings, "CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(_jit._settings, "DISABLE_JIT", 0)
    (folder,) = _jit.cache_folders()
    _jit._write(folder, f"module.f-{_jit._stamp()}-key.nbc", b"payload")
    assert not _jit.cache_is_cold()
    assert _jit.folder_to_keep_in() == folder
    folder.chmod(0o777)
    assert _jit.cache_is_cold()
    assert _jit.folder_to_keep_in() is None
