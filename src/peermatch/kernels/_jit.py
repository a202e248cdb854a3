"""The one decorator for compiled code, and a cache that never serves old machine code.

Idea
    A kernel is a small function of arrays and numbers that Numba compiles without the interpreter lock.
    Compiling costs about 0.4 s each, so the machine code is kept in files. Numba's own cache stamps a file
    with the source of the function alone, although the machine code holds its callees too: edit a callee and
    the old code is served. Here the stamp is a hash of *every* kernel source file and the package's version.
Invariant
    A file is used only if its stamp, signature, processor and the versions of Numba and Python are those of
    this process, and so is the bytecode of the kernel and of all that it calls, and its contents are whole (a
    digest stands in front). It is written only if the sources on disk are still those that this process
    imported. A pickle runs what it says, so nothing is read from, or written to, a file or folder that
    somebody else could have written. Whatever goes wrong with a file or folder, the kernel is compiled in
    memory: one line in the log, never an exception.
Cost
    Importing reads the kernel sources once (about a millisecond). Nothing compiles before its first call.

There is no way to ask for threads, fast floating-point rules or callables here, on purpose: threads belong to
the caller, around kernels that hold no lock, and sums must not depend on them. With ``NUMBA_DISABLE_JIT=1``
in the environment a kernel is the plain Python function.
"""

from __future__ import annotations

import functools
import hashlib
import io
import logging
import os
import pickle
import stat
import sys
import uuid
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from types import FunctionType
from typing import Any, TypeVar

import numba
import numpy as np
from numba.core import compiler, environment
from numba.core.caching import _Cache
from numba.core.runtime.nrt import rtsys
from numba.core.serialize import dumps

__all__ = ["cache_folders", "cache_is_cold", "folder_to_keep_in", "in_place_kernel", "kernel"]

logger = logging.getLogger(__name__)

Function = TypeVar("Function", bound=Callable[..., Any])

_settings: Any = numba.config  # what the NUMBA_ variables of the environment say
_dumps: Any = dumps
_rebuild: Any = compiler.CompileResult._rebuild
_rebuild_env: Any = environment._rebuild_env
_environments: Any = environment.Environment._memo
_runtime: Any = rtsys
_HERE = Path(__file__).resolve().parent
_DIGEST_BYTES = 32

# What reading, unpickling, relinking, pickling and writing can raise. An interrupt is not among them.
_CACHE_FAILURES = (
    OSError,
    pickle.PickleError,
    EOFError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    ImportError,
    RuntimeError,
    AssertionError,
)


def kernel(function: Function) -> Function:
    """Compile a function of arrays and numbers at its first call; keep the machine code for later.

    Parameters
    ----------
    function : callable
        A module-level function in `peermatch.kernels`. It may call other kernels. (Functions that live
        elsewhere are compiled too, but not kept: the stamp does not cover their callees.)

    Returns
    -------
    callable
        Called like `function`. It releases the interpreter lock while it runs.

    Examples
    --------
    >>> @kernel
    ... def doubled(x):
    ...     return 2 * x
    >>> doubled(21)
    42
    """
    return _compiled(function, counts=True)


def in_place_kernel(function: Function) -> Function:
    """Compile a function that makes no arrays: as `kernel`, but without counting references to those it is given.

    Numba counts them up and down with every function that an array is passed through, by instructions that lock
    memory. Where small functions call each other for every vertex, that is up to half of the time. A function that
    makes or returns an array does not compile this way.

    Examples
    --------
    >>> import numpy as np
    >>> @in_place_kernel
    ... def double(x):
    ...     for i in range(len(x)):
    ...         x[i] *= 2
    >>> array = np.array([3, 4])
    >>> double(array)
    >>> array
    array([6, 8])
    """
    return _compiled(function, counts=False)


def _compiled(function: Function, *, counts: bool) -> Function:
    if _settings.DISABLE_JIT:
        return function
    # NumPy's rules for division: Python's own would put a test for zero into every loop, which then stays scalar
    njit: Any = numba.njit  # whose stubs leave out an option
    compiled = njit(nogil=True, error_model="numpy", no_cfunc_wrapper=True, _nrt=counts)(function)
    source = Path(function.__code__.co_filename).resolve()
    if source.parent == _HERE:
        compiled._cache = _KernelCache(function)
    return compiled  # type: ignore[no-any-return]


def cache_is_cold() -> bool:
    """Return whether no compiled kernel of these sources is kept yet: the first calls will have to compile.

    A cheap look at file names, for a message such as "Compiling the fast parts once; later runs start at
    once." False where compiling is switched off.

    Examples
    --------
    >>> cache_is_cold() in (True, False)
    True
    """
    if _settings.DISABLE_JIT:
        return False
    pattern = f"*-{_stamp()}-*.nbc"
    for folder in cache_folders():
        try:
            if next(folder.glob(pattern), None) is not None:
                _require_trusted(folder)
                return False
        except OSError:
            continue
    return True


def cache_folders() -> list[Path]:
    """Return where compiled kernels are looked for; the first that can be written to keeps them.

    ``NUMBA_CACHE_DIR`` alone if it is set; else ``__pycache__`` beside the sources, then a folder of the
    user's own.
    """
    if _settings.CACHE_DIR:
        return [Path(_settings.CACHE_DIR) / f"peermatch-{_package_version()}"]
    folders = [_HERE / "__pycache__"]
    try:
        folders.append(_user_cache_root() / "peermatch" / _package_version())
    except RuntimeError:  # no home folder can be found
        logger.debug("There is no home folder to keep compiled kernels in.")
    return folders


def folder_to_keep_in() -> Path | None:
    """Return the folder that kernels compiled now will be kept in, as far as a look tells; None if there is none."""
    for folder in cache_folders():
        there = next((part for part in (folder, *folder.parents) if part.exists()), None)
        if there is None or not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
            continue
        try:
            _require_trusted(folder)
        except OSError:
            continue
        return folder
    return None


def _user_cache_root() -> Path:
    chosen = os.environ.get("XDG_CACHE_HOME") or (os.environ.get("LOCALAPPDATA") if os.name == "nt" else None)
    return Path(chosen) if chosen else Path.home() / ".cache"


@functools.cache
def _package_version() -> str:
    try:
        return metadata.version("peermatch")
    except metadata.PackageNotFoundError:
        return "uninstalled"


def _hash_of_sources() -> str:
    """Hash the names and contents of all kernel sources; empty (nothing is kept) if they cannot be read."""
    digest = hashlib.sha256()
    try:
        for path in sorted(_HERE.glob("*.py")):
            text = path.read_bytes()
            digest.update(f"{path.name}\0{len(text)}\0".encode())
            digest.update(text)
    except OSError:
        return ""
    return digest.hexdigest()


_SOURCES_AT_IMPORT = _hash_of_sources()


@functools.cache
def _stamp() -> str:
    return hashlib.sha256(f"{_package_version()}\0{_SOURCES_AT_IMPORT}".encode()).hexdigest()[:16]


_said: set[str] = set()


def _say_once(topic: str, level: int, message: str, *details: object) -> None:
    if topic not in _said:
        _said.add(topic)
        logger.log(level, message, *details)


class _KernelCache(_Cache):
    """The files of one kernel: one for each signature and processor, named by function, stamp and key."""

    def __init__(self, function: Callable[..., Any]) -> None:
        module = Path(function.__code__.co_filename).stem
        name = function.__qualname__.replace("<", "").replace(">", "")
        self._name = f"{module}.{name}"
        self._function = function
        self._enabled = True

    @property
    def cache_path(self) -> str:
        return str(cache_folders()[0])

    def enable(self) -> None:
        self._enabled = True

    def disable(self) -> None:
        self._enabled = False

    def flush(self) -> None:
        """Forget every kept signature of this kernel."""
        for folder in cache_folders():
            _remove(folder.glob(f"{self._name}-*.nbc"))

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the kept machine code for this signature, or None."""
        if not (self._enabled and _SOURCES_AT_IMPORT):
            return None
        name = self._file_name(sig, target_context.codegen())
        for folder in cache_folders():
            try:
                payload = _read(folder, name)
                if payload is not None:
                    return _loaded(target_context, payload)
            except _CACHE_FAILURES as failure:
                message = "A compiled kernel in %s cannot be used (%s); it is compiled again."
                _say_once("torn", logging.WARNING, message, folder, failure)
        return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep this machine code in the first folder that takes it, unless a source was edited meanwhile."""
        if not (self._enabled and _SOURCES_AT_IMPORT) or _hash_of_sources() != _SOURCES_AT_IMPORT:
            return
        if data.lifted or data.library.has_dynamic_globals:
            return
        try:
            name, payload = self._file_name(sig, data.codegen), _dumps(data._reduce())
        except _CACHE_FAILURES as failure:
            _say_once(
                "unkept", logging.WARNING, "Compiled kernels are not kept on this machine (%s).", failure
            )
            return
        reasons: list[str] = []
        for folder in cache_folders():
            try:
                _write(folder, name, payload)
            except _CACHE_FAILURES as failure:
                reasons.append(f"{folder} cannot be written to ({failure})")
                continue
            if reasons:
                message = "Compiled kernels are kept in %s, because %s."
                _say_once("elsewhere", logging.INFO, message, folder, reasons[0])
            self._remove_outdated(folder)
            return
        message = (
            "Compiled kernels cannot be kept, so they are compiled in memory at every start: %s. "
            "Set NUMBA_CACHE_DIR to a folder that can be written to."
        )
        _say_once("unkept", logging.WARNING, message, "; ".join(reasons))

    def _file_name(self, sig: Any, codegen: Any) -> str:
        machine = (codegen.magic_tuple(), numba.__version__, sys.version_info[:3])
        options = (_settings.OPT, _settings.BOUNDSCHECK)
        key = hashlib.sha256(repr((_identity(self._function), sig, machine, options)).encode()).hexdigest()[
            :16
        ]
        return f"{self._name}-{_stamp()}-{key}.nbc"

    def _remove_outdated(self, folder: Path) -> None:
        current = f"{self._name}-{_stamp()}-"
        _remove(path for path in folder.glob(f"{self._name}-*.nbc") if not path.name.startswith(current))


def _identity(function: Callable[..., Any], above: tuple[Any, ...] = ()) -> str:
    """Hash a function as it was imported, with the constants that it uses and the kernels that it calls.

    The stamp knows the sources as they lie on disk. Python itself may run something older: it takes bytecode for fresh
    whose source has kept its size and time, as files unpacked from two archives do.
    """
    code = function.__code__
    parts = [str(code.co_firstlineno), code.co_code.hex(), repr(code.co_consts), repr(code.co_names)]
    for name in code.co_names:
        value = getattr(function.__globals__.get(name), "py_func", function.__globals__.get(name))
        if isinstance(value, FunctionType):
            parts.append(name if value in (function, *above) else _identity(value, (function, *above)))
        elif isinstance(value, int | float | complex | str | tuple | np.generic):
            parts.append(repr(value))
    return hashlib.sha256("\0".join(parts).encode("utf-8", "backslashreplace")).hexdigest()


def _loaded(target_context: Any, payload: bytes) -> Any:
    """Return machine code that can be called.

    It needs the runtime that counts references to arrays, and no more. What the compiler knows of Python and NumPy
    takes a third of a second to import; that is put off until something compiles.
    """
    _runtime.initialize(target_context)
    return _rebuild(target_context, *_Unpickler(io.BytesIO(payload)).load())


class _Unpickler(pickle.Unpickler):
    """Unpickles what Numba's own functions leave in a kernel, without importing where they live."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("numba.core.environment", "_rebuild_env"):
            return _environment
        return super().find_class(module, name)


def _environment(module: str, constants: Any, name: str) -> Any:
    """Return the constants of a function in compiled code, with globals that machine code never looks at."""
    if module in sys.modules or not module.startswith("numba."):
        return _rebuild_env(module, constants, name)
    known = _environments.get(name)
    if known is None:
        known = _environments[name] = environment.Environment({"__name__": module})
        known.consts[:] = constants
        known.env_name = name
    return known


def _read(folder: Path, name: str) -> bytes | None:
    """Return the payload of a file, None if there is no such file; ValueError if it is torn."""
    path = folder / name
    if not path.exists():
        return None
    _require_trusted(folder)
    # by its handle: whatever is put in its place meanwhile is not what is read
    with os.fdopen(
        os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)), "rb"
    ) as file:
        _require_ours(os.fstat(file.fileno()), path, stat.S_ISREG, _owners(folder))
        content = file.read()
    digest, payload = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
    if hashlib.sha256(payload).digest() != digest:
        raise ValueError(f"{name} is torn")
    return payload


def _write(folder: Path, name: str, payload: bytes) -> None:
    """Write a file whole or not at all: under a name of its own first, then moved into place."""
    private = _is_private(folder)
    for part in reversed((folder, *folder.absolute().parents)):
        if not part.exists():
            # one by one: a mode is not passed on to the folders above
            part.mkdir(mode=0o700 if private else 0o755, exist_ok=True)
    _require_trusted(folder)
    unfinished = folder / f"{name}.{uuid.uuid4().hex}.tmp"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        # whatever the umask: nobody else may write to it
        with os.fdopen(os.open(unfinished, flags, 0o600 if private else 0o644), "wb") as file:
            file.write(hashlib.sha256(payload).digest() + payload)
        unfinished.replace(folder / name)
    finally:
        _remove([unfinished])


def _is_private(folder: Path) -> bool:
    """Whether a folder is for this user alone; what is compiled beside the sources serves all who run them."""
    return not _settings.CACHE_DIR and folder.name != "__pycache__"


def _owners(folder: Path) -> set[int]:
    """Who may own what is unpickled: this user, the system's, and of what lies beside the sources their owner."""
    if os.name != "posix":
        return set()
    return {os.getuid(), 0} | ({_HERE.stat().st_uid} if folder.name == "__pycache__" else set())


def _require_trusted(folder: Path) -> None:
    """Refuse a folder that others could have written to, or put in the place of ours: a pickle runs what it says.

    The folder itself (and of a user's own the one that it stands in) must be no link, of a trusted owner, and closed
    to others' writing. In the folders above, others must not be able to rename it: those that all may write to have the
    sticky bit, as /tmp has.
    """
    if os.name != "posix":
        return
    owners = _owners(folder)
    for part in (folder.parent, folder) if _is_private(folder) else (folder,):
        if part.exists() or part.is_symlink():
            _require_ours(part.lstat(), part, stat.S_ISDIR, owners)
    for part in folder.absolute().parents:
        if not part.exists():
            continue
        found = part.stat()
        if found.st_mode & 0o022 and not found.st_mode & stat.S_ISVTX:
            raise PermissionError(f"{part} could have been written by someone else")


def _require_ours(
    found: os.stat_result, path: Path, is_kind: Callable[[int], bool], owners: set[int]
) -> None:
    """Refuse what is a link or of another kind, somebody else's, or open to others' writing."""
    if os.name != "posix":
        return
    if not is_kind(found.st_mode) or found.st_uid not in owners or found.st_mode & 0o022:
        raise PermissionError(f"{path} could have been written by someone else")


def _remove(paths: Iterator[Path] | list[Path]) -> None:
    try:
        for path in paths:
            path.unlink(missing_ok=True)
    except OSError:
        logger.debug("An outdated compiled kernel could not be removed.")
