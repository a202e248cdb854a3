"""``peermatch pseudonymise`` and ``peermatch reidentify``: tables under pseudonyms, and the way back."""

from __future__ import annotations

import argparse
import csv
import io
from pathlib import Path

import pandas as pd

from peermatch.cli.console import DONE, Console
from peermatch.cli.files import check_writable
from peermatch.cli.identity import find_id
from peermatch.cohort.pseudonym_key import PseudonymKey, write_private
from peermatch.cohort.pseudonyms import DROPPED, Pseudonymised, pseudonymise
from peermatch.cohort.reidentify import Reidentifier
from peermatch.cohort.wording import counted
from peermatch.errors import ConfigError, InputError, OutputError, error_item
from peermatch.publication import write_files
from peermatch.report.files import csv_rows, csv_text, plain_text, safe_text

__all__ = ["run_pseudonymise", "run_reidentify"]

_TEXTS = (".md", ".txt")


def run_pseudonymise(args: argparse.Namespace, console: Console) -> int:
    """Write the tables under pseudonyms, and the key where there was none."""
    out, where = Path(args.out), Path(args.key)
    if out.suffix.lower() != ".csv":
        raise ConfigError(f"--out {args.out} must end in .csv, which is what is written.")
    check_writable(out)
    if args.mapping is not None and Path(args.mapping).exists():
        raise OutputError(f"{args.mapping} is there already, and is not overwritten: name another file.")
    fresh = not where.exists()
    key = PseudonymKey.new() if fresh else PseudonymKey.load(where)
    found = pseudonymise(
        args.people,
        args.id,
        key=key,
        columns=args.columns,
        label=args.label,
        manager=args.manager,
        email=args.email,
        drop=args.drop,
        keep=args.keep,
        others=args.others,
        org=args.org,
        history=args.history,
        locks=args.locks,
    )
    names = {name: out.name if name == "people" else f"{out.stem}-{name}.csv" for name in found.tables}
    if fresh:
        # before the tables: pseudonyms whose key was lost can never be undone
        key.save(where)
    if args.mapping is not None:
        write_private(args.mapping, _mapping_text(found.mapping), "It is not overwritten: name another file.")
    write_files(out.parent, {names[name]: csv_text(table) for name, table in found.tables.items()})
    _tell(found, names, out.parent, console)
    console.note(f"{'Made the' if fresh else 'Used the'} key {where} (fingerprint {key.fingerprint}).")
    for what, path in (("key", where), ("mapping", args.mapping)):
        if path is not None and Path(path).resolve().parent == out.resolve().parent:
            # said even with --quiet
            console.warn(
                f"the {what} {path} lies in the folder of the tables. Whoever gets both can tell who is who: move it."
            )
    return DONE


def _tell(found: Pseudonymised, names: dict[str, str], folder: Path, console: Console) -> None:
    console.note(
        f"{counted(len(found.mapping), 'pseudonym')} in {', '.join(str(folder / one) for one in names.values())}."
    )
    for row in found.columns.to_dict("records"):
        if row["became"] == DROPPED or row["why"]:
            why = f": {row['why']}" if row["why"] else ""
            console.note(f"  {row['table']}, {row['column']!r}: {row['became']}{why}")
    console.note("It is still personal data: columns together may tell who somebody is.")


def _mapping_text(mapping: pd.DataFrame) -> str:
    kinds = [type(id).__name__ for id in mapping["id"].tolist()]
    return csv_text(mapping.assign(type=pd.Series(kinds, dtype=object)))


def run_reidentify(args: argparse.Namespace, console: Console) -> int:
    """Write a result with ids in place of pseudonyms."""
    source, out = Path(args.table), Path(args.out)
    if source.suffix.lower() not in (".csv", *_TEXTS):
        raise ConfigError(
            f"{args.table} is none of .csv, .md and .txt: name a table or a text that peermatch wrote."
        )
    check_writable(out)
    text = _text_of(source)
    found = Reidentifier(_who(args))
    made = _of_csv(text, found) if source.suffix.lower() == ".csv" else found.text(text)
    found.check()
    write_files(out.parent, {out.name: made})
    console.note(f"{counted(found.known, 'pseudonym')} replaced; wrote {out}. It names people.")
    return DONE


def _who(args: argparse.Namespace) -> pd.DataFrame | str:
    if (args.mapping is None) == (args.key is None):
        raise ConfigError("Say who is who: either --key with --people, or --mapping.")
    if args.mapping is not None:
        mapping: str = args.mapping
        return mapping
    if not args.people:
        raise ConfigError("A key alone names nobody: give the table of people as they were with --people.")
    key = PseudonymKey.load(args.key)
    parts = [key.mapping(path, args.id or find_id(Path(path)).name) for path in args.people]
    return pd.concat(parts, ignore_index=True).drop_duplicates("pseudonym")


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(error_item("file_not_found", f"There is no file {path}.")) from None
    except UnicodeDecodeError:
        raise InputError(
            error_item("not_utf8", f"{path} is not UTF-8 text, which peermatch writes.")
        ) from None
    except OSError as error:
        raise InputError(
            error_item("unreadable", f"{path} cannot be read: {error.strerror or error}.")
        ) from None


def _of_csv(text: str, found: Reidentifier) -> str:
    """Return a table in which ids are shielded like all text that a spreadsheet could take for a formula."""
    try:
        rows = csv.reader(io.StringIO(text, newline=""), strict=True)
        return csv_rows([_of_cell(cell, found) for cell in row] for row in rows)
    except csv.Error as error:
        raise InputError(error_item("not_csv", f"The table cannot be read as CSV: {error}.")) from None


def _of_cell(cell: str, found: Reidentifier) -> str:
    plain = plain_text(cell)
    made = found.text(plain)
    return cell if made is plain else safe_text(made)
