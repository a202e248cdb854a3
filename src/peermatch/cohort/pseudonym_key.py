"""The key of pseudonyms: 32 secret bytes in a file of their own, which nothing else is ever written into.

A pseudonym is a keyed hash (BLAKE2b) of an id and its type, so the same id has the same pseudonym in every table that
is treated with the same key, and nobody without the key can tell whose it is, or try ids out.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from peermatch.checks import must_be
from peermatch.cohort.reading import read_people
from peermatch.errors import ConfigError, OutputError, error_item

__all__ = ["PREFIX", "PseudonymKey", "write_private"]

SCHEMA = "peermatch/pseudonym-key/1"
PREFIX = "p0"
"""What every pseudonym begins with: base 32 has no 0, and so has no word."""

_BYTES, _DIGEST = 32, 10


@dataclass(frozen=True, repr=False)
class PseudonymKey:
    """The secret behind pseudonyms. Whoever has it, and a list of people, can tell whose pseudonym is whose.

    It shows its fingerprint and never itself, and is not pickled: it leaves the process by `save` alone.

    Parameters
    ----------
    secret : bytes
        32 of them. `new` draws them; `load` reads them.

    Raises
    ------
    ConfigError
        If it is something else.

    Examples
    --------
    >>> key = PseudonymKey(bytes(32))
    >>> key, key.pseudonym("007"), key.pseudonym(7) == key.pseudonym("7")
    (PseudonymKey(fingerprint 'f068320a'), 'p0upgo5jnkby65acn5', False)
    """

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.secret, bytes) or len(self.secret) != _BYTES:
            raise ConfigError(
                must_be("PseudonymKey", "secret", f"{_BYTES} bytes", type(self.secret).__name__)
            )

    @classmethod
    def new(cls) -> PseudonymKey:
        """Draw a new key from the system's source of secrets."""
        return cls(secrets.token_bytes(_BYTES))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> PseudonymKey:
        """Read a key file.

        Raises
        ------
        ConfigError
            If there is none, it is no key, or others than its owner may read it.
        """
        where = os.fspath(path)
        try:
            found = Path(where).stat()
            text = Path(where).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise ConfigError(error_item("file_not_found", f"There is no key file {where}.")) from None
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it is no text"
            raise ConfigError(
                error_item("unreadable", f"The key file {where} cannot be read: {why}.")
            ) from None
        if os.name == "posix" and stat.S_IMODE(found.st_mode) & 0o077:
            message = (
                f"Others may read the key file {where}, so it is no secret. If nobody else did, take their rights "
                f"away: chmod 600 {where}"
            )
            raise ConfigError(
                error_item("key_not_private", message, accepted="a file that only its owner may read")
            )
        try:
            data = json.loads(text)
            if data["schema"] != SCHEMA:
                raise ValueError
            return cls(bytes.fromhex(data["secret"]))
        except (ValueError, TypeError, KeyError, ConfigError, RecursionError):
            # what stands in it is not told: it may be a damaged key
            message = (
                f"{where} is no key file. Accepted: what `peermatch pseudonymise` or PseudonymKey.save wrote."
            )
            raise ConfigError(error_item("not_a_key", message)) from None

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write a key file that only its owner may read; whatever is there already is left alone.

        Raises
        ------
        OutputError
            If something is there, or it cannot be written.
        """
        data = {"schema": SCHEMA, "fingerprint": self.fingerprint, "secret": self.secret.hex()}
        return write_private(
            path, json.dumps(data, indent=1) + "\n", "A key is never overwritten: name another file."
        )

    @property
    def fingerprint(self) -> str:
        """Eight digits that tell keys apart, and nothing of the key."""
        return hashlib.blake2b(b"", key=self.secret, person=b"peermatch finger", digest_size=4).hexdigest()

    def pseudonym(self, id: Any) -> str:
        """Return the pseudonym of an id: ``p0`` and 16 letters and digits."""
        text = f"{type(id).__name__}:{id}".encode("utf-8", "surrogatepass")
        digest = hashlib.blake2b(
            text, key=self.secret, person=b"peermatch pseudo", digest_size=_DIGEST
        ).digest()
        return PREFIX + base64.b32encode(digest).decode("ascii").lower()

    def mapping(self, people: Any, id: str) -> pd.DataFrame:
        """Return who is who among people: the columns pseudonym and id, for `peermatch.reidentify`.

        Parameters
        ----------
        people : Cohort, table, list of dict, or path
        id : str
            The column of ids.

        Examples
        --------
        >>> PseudonymKey(bytes(32)).mapping([{"id": "007"}], "id").values.tolist()
        [['p0upgo5jnkby65acn5', '007']]
        """
        cohort = read_people(people, id, at_least=1)
        rows = sorted((self.pseudonym(one), one) for one in cohort.ids.tolist())
        return pd.DataFrame(rows, columns=["pseudonym", "id"], dtype=object)

    def __repr__(self) -> str:
        return f"PseudonymKey(fingerprint {self.fingerprint!r})"

    def __reduce__(self) -> Any:
        raise TypeError("A PseudonymKey is not pickled: save() writes it to a file of its own.")


def write_private(path: str | os.PathLike[str], text: str, advice: str) -> Path:
    """Write a new file that only its owner may read and write, whole or not at all.

    Raises
    ------
    OutputError
        If something is there already, a link among others, or it cannot be written.
    """
    where = Path(path)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        handle = os.open(where, flags, 0o600)
    except FileExistsError:
        raise OutputError(f"{where} is there already. {advice}") from None
    except OSError as error:
        raise OutputError(f"{where} cannot be written: {error.strerror or error}.") from None
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        where.unlink(missing_ok=True)
        raise OutputError(f"{where} cannot be written: {error.strerror or error}.") from None
    return where
