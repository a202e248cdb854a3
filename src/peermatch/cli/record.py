"""The record of a run: clock, host, files and the key of the fingerprints, kept apart from the results.

None of it stands in a result, which is the same bytes on every machine. Whoever is handed the folder of results does
not get the key with it: the record lies beside the folder.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import os
import platform
import sys
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from peermatch.cli.files import check_writable
from peermatch.errors import ConfigError, OutputError

if TYPE_CHECKING:
    from peermatch.pairing import Pairing
    from peermatch.programme.grouped import Grouped

__all__ = ["RUN_SCHEMA", "RunRecord", "key_in_file"]

RUN_SCHEMA = "peermatch/run/1"

_READ = (
    "people",
    "left",
    "right",
    "config",
    "org",
    "history",
    "locks",
    "set_aside",
    "preferences",
    "advisers",
    "previous",
)
_PATHS = (*_READ, "programme", "out", "record", "key")
# Words about people, or secrets: that there were some is told, and not which.
_UNTOLD = frozenset({"contact", "who", "why", "id", "first", "key"})
_LEFT_OUT = frozenset({"module", "function", "debug"})
_MORE_PACKAGES = ("joblib", "narwhals", "openpyxl", "polars", "pyarrow")
_UNTOLD_WORD = "(not recorded)"
_PIECE, _KEY_BYTES = 1 << 20, 32
_KEYS_KEPT = 50


@dataclass
class RunRecord:
    """What is noted about one run of a command.

    Attributes
    ----------
    command : str
    options : mapping
        What was asked, without secrets and without words about people.
    inputs : list of mapping
        The files that were read, as they were when the run began.
    path : Path or None
        Where the record goes; None: nowhere.
    """

    command: str
    options: Mapping[str, Any]
    inputs: list[dict[str, Any]]
    path: Path | None
    _secret: str | bytes | None = field(default=None, repr=False)
    _started: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))

    @classmethod
    def begin(cls, args: argparse.Namespace, command: str) -> RunRecord:
        """Note what is there before a run.

        Raises
        ------
        OutputError
            If the record could not be written.
        ConfigError
            If the file of the secret cannot be read, or the secret is too short.
        """
        path = _place(args)
        if path is not None:
            check_writable(path)
        inputs = [] if path is None else [_read_file(name, getattr(args, name, None)) for name in _READ]
        return cls(command, _told(args), [one for one in inputs if one], path, _secret_of(args))

    def keyed(self, pairing: Pairing) -> Pairing:
        """Return the pairing with the key that was asked for."""
        return pairing if self._secret is None else pairing.keyed(self._secret)

    @contextmanager
    def keeping_key(self, pairing: Pairing | Grouped) -> Iterator[None]:
        """Write the key down before the results appear, so that there is never a result whose key is nowhere.

        Keys of earlier results stay in the record, should this one not come to its end. If it fails, the record is
        again what it was.

        Raises
        ------
        OutputError
            If it cannot be written.
        """
        before = _bytes_at(self.path)
        self.write(None, (), pairing)
        mine = _bytes_at(self.path)
        try:
            yield
        except BaseException:
            # unless another run has written its own meanwhile
            if self.path is not None and _bytes_at(self.path) == mine:
                if before is None:
                    self.path.unlink(missing_ok=True)
                else:
                    _write_private(self.path, before.decode("utf-8", "replace"))
            raise

    def write(self, folder: Path | None, files: Sequence[str], pairing: Pairing | Grouped) -> None:
        """Write the record, whole or not at all, for nobody but the user to read.

        Parameters
        ----------
        folder : Path or None
        files : sequence of str
            The results in it.
        pairing : Pairing, circles, or rings
            Whose key is kept, unless it is made of a secret, which whoever gave it keeps.

        Raises
        ------
        OutputError
            If it cannot be written.
        """
        if self.path is None:
            return
        ended = dt.datetime.now(dt.UTC)
        key = pairing.manifest["key"]
        own = {
            "id": key["id"],
            "origin": key["origin"],
            "key": pairing.row_key.hex() if key["origin"] == "input" else None,
        }
        data = {
            "schema": RUN_SCHEMA,
            "command": self.command,
            "options": dict(self.options),
            "started": self._started.isoformat(timespec="milliseconds"),
            "ended": ended.isoformat(timespec="milliseconds"),
            "seconds": round((ended - self._started).total_seconds(), 3),
            **_machine(),
            "inputs": self.inputs,
            "outputs": [] if folder is None else [one for name in files if (one := _file(folder / name))],
            "keys": [own, *(one for one in _keys_in(self.path) if one["id"] != key["id"])][:_KEYS_KEPT],
        }
        _write_private(self.path, json.dumps(data, ensure_ascii=False, indent=1) + "\n")


def _place(args: argparse.Namespace) -> Path | None:
    """Return where the record goes: as asked, or beside the folder of results."""
    if getattr(args, "record", None) is not None:
        return Path(args.record)
    if getattr(args, "out", None) is None or getattr(args, "plan", None) is not None:
        return None
    folder = Path(args.out)
    whole = folder.resolve()
    # not beside the folder in which one stands, nor outside of what is all that a container keeps
    inside = (
        whole == Path.cwd() or whole in Path.cwd().parents or whole == whole.parent or os.path.ismount(whole)
    )
    if inside or not (os.access(folder.parent, os.W_OK) or not folder.parent.exists()):
        return folder / "run.json"
    return folder.parent / f"{whole.name}.run.json"


def _secret_of(args: argparse.Namespace) -> bytes | None:
    """Return the secret in the file of --key."""
    path = getattr(args, "key", None)
    if path is None:
        return None
    from peermatch.audit import key_from_secret

    secret = _bytes_of(path)
    key_from_secret(secret)
    return secret


def _bytes_of(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            return file.read(_PIECE)
    except OSError as error:
        why = error.strerror or str(error)
        raise ConfigError(f"argument --key: the file {path} cannot be read: {why}.") from None


def _bytes_at(path: Path | None) -> bytes | None:
    return path.read_bytes() if path is not None and path.is_file() else None


def _keys_in(path: Path) -> list[dict[str, Any]]:
    """Return the keys of earlier results in a record; none where it is none."""
    try:
        keys = json.loads(path.read_bytes())["keys"]
        return [
            {name: str(one[name]) if one[name] else None for name in ("id", "origin", "key")} for one in keys
        ]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return []


def key_in_file(path: str, wanted: str) -> bytes:
    """Return a result's key from the record of its run, or from the file with the secret that makes it.

    Parameters
    ----------
    path : str
    wanted : str
        What the key is called in the manifest: ``manifest["key"]["id"]``.

    Raises
    ------
    ConfigError
        If the file cannot be read, or does not have this key.
    """
    from peermatch.audit import key_from_secret, key_id

    raw = _bytes_of(path)
    try:
        keys = [bytes.fromhex(one["key"]) for one in json.loads(raw)["keys"] if one["key"]]
    except (ValueError, TypeError, KeyError, RecursionError):
        keys = [key_from_secret(raw)]
    for key in keys:
        if len(key) == _KEY_BYTES and key_id(key) == wanted:
            return key
    raise ConfigError(
        f"argument --key: {path} does not have the key of this result, which is called {wanted}. It is in the "
        "record of the run, or made of the secret that --key named then."
    )


def _told(args: argparse.Namespace) -> dict[str, Any]:
    """Return what was asked, without what is nobody's business."""
    found: dict[str, Any] = {}
    for name, value in sorted(vars(args).items()):
        if name in _LEFT_OUT or value is None or value is False:
            continue
        if name in _UNTOLD or (name == "set_aside" and not Path(str(value)).is_file()):
            found[name] = _UNTOLD_WORD
        elif name in _PATHS:
            found[name] = _short(value)
        else:
            found[name] = value if isinstance(value, bool | int | float | str) else str(value)
    return found


def _short(path: Any) -> str:
    """Return a path from the working folder on; of a place elsewhere, the name alone: the rest would name a user."""
    given = Path(str(path))
    try:
        return given.resolve().relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError):
        return given.name or str(given)


def _read_file(option: str, value: Any) -> dict[str, Any] | None:
    if not isinstance(value, str) or not value:
        return None
    path = Path(value)
    if option == "previous" and path.is_dir():
        path = path / "result.json"
    told = {"option": option, "path": value} if value == "-" else _file(path)
    return None if told is None else {"option": option, **told}


def _file(path: Path) -> dict[str, Any] | None:
    """Return name, size and SHA-256 of a file; None where there is none."""
    try:
        if not path.is_file():
            return None
        told, size = hashlib.sha256(), 0
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                told.update(piece)
                size += len(piece)
    except OSError:
        return None
    return {"path": _short(path), "bytes": size, "sha256": told.hexdigest()}


def _machine() -> dict[str, Any]:
    from peermatch.audit import versions_used
    from peermatch.scoring import thread_count

    versions = dict(versions_used())
    versions["python"] = platform.python_version()
    for name in _MORE_PACKAGES:
        if name in sys.modules:
            versions[name] = metadata.version(name)
    return {
        "host": platform.node(),
        "platform": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processors": os.cpu_count(),
        "threads": thread_count(),
        "peak_memory_bytes": _peak(),
        "versions": versions,
    }


def _peak() -> int | None:
    """Return the most memory that the process has had; None where the system does not say."""
    try:
        import resource
    except ImportError:
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def _write_private(path: Path, text: str) -> None:
    draft = path.parent / f".{path.name}.{uuid.uuid4().hex}.part"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
            file.write(text)
        draft.replace(path)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}.") from error
    finally:
        draft.unlink(missing_ok=True)
