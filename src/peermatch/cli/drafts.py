"""``peermatch draft``: edits by hand, what they cost, and the rest solved again."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from peermatch.cli.console import DONE, Console
from peermatch.cli.files import HISTORY, check_day, check_writable, wrong_option
from peermatch.cli.match import (
    check_arguments,
    decoded,
    exit_code_for,
    refuse_overwriting,
    show_results,
    tables_of,
    warn_of,
)
from peermatch.cli.progress import Progress, say_that_it_compiles
from peermatch.errors import ConfigError

if TYPE_CHECKING:
    from peermatch.programme import Draft

__all__ = ["run_draft"]

_PAIRED = ("accept", "require", "reject")
_WEIGHED = ("require", "reject", "set_aside")
_ALL = ("accept", "all")


def run_draft(args: argparse.Namespace, console: Console) -> int:
    """Edit a draft, solve the rest again, and write both; or only say what the edits would cost."""
    folder = None if args.out is None else Path(args.out)
    _check(args, folder)
    from peermatch.cli.results import check_history_kept, read_history, write_results
    from peermatch.matcher import PeerMatcher
    from peermatch.programme import Draft
    from peermatch.run import Snapshot

    matcher = PeerMatcher.from_toml(args.config)
    left, right = tables_of(args, matcher)
    org = None if args.org is None else decoded(args.org, matcher, args.encoding)
    history = None
    if args.history is not None:
        history = read_history(args.history, Snapshot.of(args.source, "--from").round)[0]
    given = {"others": right, "role": args.role, "org": org, "history": history, "as_of": args.as_of}
    draft = Draft.load(args.source, matcher, left, **given)
    say_that_it_compiles(console)
    if args.cost:
        return _weigh(draft, args, console)
    _edit(draft, args)
    if folder is not None:
        check_history_kept(folder, history, draft.round)
    with Progress(console) as progress:
        pairing = draft.solve(progress=progress, time_limit=args.time_limit)
    if not console.quiet:
        console.result(pairing.summary())
    if args.save is not None:
        draft.save(args.save)
        console.note(f"The draft is in {args.save}.")
    if folder is not None:
        show_results(folder, write_results(folder, pairing, history), console)
    if args.save is None and folder is None:
        console.note("Nothing was written: name a file with --save, or a folder with --out.")
    warn_of(pairing, console)
    return exit_code_for(pairing)


def _check(args: argparse.Namespace, folder: Path | None) -> None:
    """Refuse what cannot be done, before any work is done for it."""
    check_arguments(args, "draft")
    check_day(args.as_of)
    if args.round is not None:
        raise ConfigError("A draft keeps the name of its round: leave --round out.")
    if folder is not None:
        check_writable(folder)
        _check_overwriting(args, folder)
    if args.save is not None:
        check_writable(Path(args.save))
        _check_save(args, folder)


def _check_save(args: argparse.Namespace, folder: Path | None) -> None:
    """Refuse to replace anything but a draft: a table that is read, the configuration, a result."""
    from peermatch.cli.results import RESULT_FILES

    target = Path(args.save)
    read = [args.people, args.left, args.right, args.org, args.history, args.config]
    replaced = any(given is not None and target.resolve() == Path(given).resolve() for given in read)
    if replaced or target.name == "result.json":
        raise ConfigError(
            f"The draft would replace {args.save}, which is no draft. Name another file with --save."
        )
    if folder is not None and target.name in RESULT_FILES and target.resolve().parent == folder.resolve():
        raise ConfigError(f"The results would replace the draft {args.save}. Name another file with --save.")


def _weigh(draft: Draft, args: argparse.Namespace, console: Console) -> int:
    """Say of each edit by itself what it would cost."""
    given = list(_edits(draft, args))
    edits = [(edit, what) for edit, what in given if edit in _WEIGHED]
    if not edits:
        raise ConfigError("--cost weighs --require, --reject and --set-aside. Give one of them.")
    weighed = {id for edit, what in edits for id in ((what,) if edit == "set_aside" else what)}
    for edit, what in given:
        if edit == "take_back":
            draft.take_back(what)
        elif edit == "accept":
            every = draft.pairs.iloc[:, :2].itertuples(index=False, name=None)
            untouched = [pair for pair in every if weighed.isdisjoint(pair)] if what is None else [what]
            if untouched:
                draft.accept(*untouched)
    for edit, what in edits:
        asked: dict[str, Any] = {edit: what}
        console.result(f"{draft.cost(**asked, time_limit=args.time_limit)}\n")
    return DONE


def _edit(draft: Draft, args: argparse.Namespace) -> None:
    told = {"who": args.who, "why": args.why}
    for edit, what in _edits(draft, args):
        if edit == "require":
            draft.require(*what, **told)
        elif what is None:
            draft.accept(**told)
        else:
            getattr(draft, edit)(what, **told)


def _edits(draft: Draft, args: argparse.Namespace) -> Iterator[tuple[str, Any]]:
    """Go through the edits that were given: what is taken back first, since it may make room."""
    for text in args.take_back:
        yield "take_back", _pair(draft, text, "--take-back") if "," in text else _id(draft, text)
    for edit in _PAIRED:
        for text in getattr(args, edit):
            if (edit, text) != _ALL:
                yield edit, _pair(draft, text, f"--{edit}")
    for text in args.set_aside:
        yield "set_aside", _id(draft, text)
    if "all" in args.accept:  # that is: all that nothing else was said about
        yield "accept", None


def _pair(draft: Draft, text: str, option: str) -> tuple[Any, Any]:
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 2 or not all(parts):
        raise ConfigError(wrong_option(option, "two ids with a comma between, such as 007,012", text))
    return _id(draft, parts[0]), _id(draft, parts[1])


def _id(draft: Draft, text: str) -> Any:
    """Return the id that a text means: itself, or the whole number that somebody has as theirs."""
    if not draft.knows(text) and text.isascii() and text.isdecimal() and draft.knows(int(text[:40])):
        return int(text[:40])
    return text


def _check_overwriting(args: argparse.Namespace, folder: Path) -> None:
    """Refuse to replace what is read; a history grows, and may stay."""
    from peermatch.cli.results import RESULT_FILES

    source = Path(args.source)
    source = source / "result.json" if source.is_dir() else source
    given = [args.people, args.left, args.right, args.org, str(source)]
    if args.history is not None and Path(args.history).name != HISTORY:
        given.append(args.history)
    refuse_overwriting(given, RESULT_FILES, folder)
