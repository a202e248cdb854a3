"""``peermatch match``: from tables and a configuration to a folder of results."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from peermatch.cli.advisers import find_advisers, read_advisers
from peermatch.cli.configuring import take_configuration
from peermatch.cli.console import DONE, GAP, INFEASIBLE, Console
from peermatch.cli.files import HISTORY, check_day, check_writable, records_from
from peermatch.cli.handouts import EXCEL, REPORT, check_decided, check_handouts, write_handouts
from peermatch.cli.progress import Progress, say_that_it_compiles
from peermatch.cli.quality import QUALITY, check_quality, quality_of, write_quality
from peermatch.cli.record import RunRecord
from peermatch.errors import ConfigError

if TYPE_CHECKING:
    from peermatch.matcher import PeerMatcher
    from peermatch.pairing import Pairing

__all__ = [
    "check_arguments",
    "check_tables",
    "decoded",
    "exit_code_for",
    "matched",
    "refuse_overwriting",
    "run_match",
    "show_results",
    "tables_of",
    "warn_of",
]


_EXIT_CODES = {"optimal": DONE, "stable": DONE, "gap": GAP, "undecided": GAP, "no_stable": INFEASIBLE}


def run_match(args: argparse.Namespace, console: Console) -> int:
    """Pair the people in a table, write the results, and say how good they are."""
    folder = None if args.out is None else Path(args.out)
    take_configuration(args, "match", console)
    check_quality(args)
    check_handouts(args)
    check_day(args.as_of)
    if folder is not None:
        check_writable(folder)
        _check_overwriting(args, folder)
    record = RunRecord.begin(args, "match")
    from peermatch.cli.earlier_files import say_what_went, take_away_earlier
    from peermatch.cli.relaxing import check_relaxing, write_relaxations
    from peermatch.cli.results import check_history_kept, read_history, write_results
    from peermatch.cli.sensitivity import check_sensitivity, write_sensitivity
    from peermatch.matcher import PeerMatcher
    from peermatch.publication import finish, publishing

    if folder is not None:
        finish(folder)
    matcher = PeerMatcher.from_toml(args.config)
    check_decided(args, matcher)
    seniors = read_advisers(args, matcher)
    left, right = tables_of(args, matcher)
    org = None if args.org is None else decoded(args.org, matcher, args.encoding)
    history, again = (None, 0) if args.history is None else read_history(args.history, args.round)
    if again:
        console.note(
            f"note: {args.history} holds {again:,} pairs of round {args.round} already. They are left out: this run "
            "replaces them."
        )

    def check_kept() -> None:
        if folder is not None:
            check_history_kept(folder, history, args.round)

    check_kept()
    stable = args.preferences is not None or matcher.solver in ("roommates", "deferred")
    check_relaxing(args.relax, folder, stable)
    check_sensitivity(args.sensitivity, folder, stable)
    say_that_it_compiles(console)
    pairing = record.keyed(matched(args, matcher, (left, right), org, history, console))
    quality = quality_of(args, pairing)
    # together, and only if the folder's history still is what it was: nothing of two runs is mixed
    with record.keeping_key(pairing), publishing(folder, check=check_kept):
        went = take_away_earlier(folder, args)
        files: list[str] = []
        if folder is not None:
            files = [*write_results(folder, pairing, history, evidence=args.evidence)]
            files += [*write_quality(folder, quality)]
            files += write_relaxations(folder, pairing) if args.relax else []
            files += write_handouts(args, folder, pairing, console)
        if args.json:
            console.data(pairing.to_json(evidence=args.evidence))
        elif not console.quiet:
            console.result(pairing.summary() if quality is None else f"{pairing.summary()}\n{quality}\n")
            if not files:
                console.note("Nothing was written: name a folder with --out.")
        if folder is not None and args.sensitivity:
            show = not (args.json or console.quiet)
            files += write_sensitivity(folder, pairing, console, args.time_limit, show=show)
        if seniors is not None:
            files = [*files, *find_advisers(args, matcher, pairing, seniors, org, console)]
    record.write(folder, files, pairing)
    if folder is not None:
        show_results(folder, files, console)
        say_what_went(went, files, console)
    if not args.json:
        show_reasons(args, folder, pairing, console)
    warn_of(pairing, console)
    return exit_code_for(pairing)


def matched(
    args: argparse.Namespace,
    matcher: PeerMatcher,
    people: tuple[Any, Any],
    org: Any,
    history: Any,
    console: Console,
) -> Pairing:
    """Pair people as the arguments say."""
    with Progress(console) as progress:
        return matcher.match(
            people[0],
            people[1],
            role=args.role,
            org=org,
            history=history,
            locks=args.locks,
            set_aside=set_aside_of(args.set_aside),
            preferences=args.preferences,
            unlisted=args.unlisted,
            first=getattr(args, "first", None),  # of explain alone: who went first in a programme's round
            round=args.round,
            as_of=args.as_of,
            progress=progress,
            time_limit=args.time_limit,
        )


def show_reasons(args: argparse.Namespace, folder: Path | None, pairing: Pairing, console: Console) -> None:
    """Say how to see the reasons: the page or the text that is there, and the command for one person."""
    if folder is not None:
        page = folder / (REPORT if args.report else "explanations.md")
        more = "" if args.report else " (--report writes a page to search)"
        console.note(f"To see why: open {page}{more}.")
    pairs = pairing.matching.pairs
    if len(pairs) and args.people != "-":
        someone = str(pairing.sides.left.ids[pairs[0, 0]])
        console.note(f"Why one person has whom: {explain_command(args, someone, folder)}")


def explain_command(args: argparse.Namespace, id: str, folder: Path | None = None) -> str:
    """Return the command that explains one person's pair in the same run; of results in a folder, the shorter one."""
    parts = ["peermatch", "explain"]
    parts += [args.people] if args.people is not None else ["--left", args.left, "--right", args.right]
    options = {
        "--config": args.config,
        "--role": args.role,
        "--org": args.org,
        "--history": args.history,
        "--locks": args.locks,
        "--set-aside": args.set_aside,
        "--preferences": args.preferences,
        "--unlisted": None if args.unlisted == "after" else args.unlisted,
        "--round": args.round,
        "--as-of": args.as_of,
        "--encoding": args.encoding,
    }
    kept = ("--round", "--as-of", *(() if args.round is None else ("--history",)))  # what the folder tells
    repeated = sum(len(f"{option} {options[option]}") + 1 for option in kept if options[option] is not None)
    if folder is not None and len(f"--results {folder}") < repeated:
        options = {name: given for name, given in options.items() if name not in kept}
        options["--results"] = str(folder)
    for option, given in options.items():
        parts += [] if given is None else [option, str(given)]
    return shlex.join([*parts, *([f"--id={id}"] if id.startswith("-") else ["--id", id])])


def show_results(folder: Path, files: Sequence[str], console: Console, *, programme: bool = False) -> None:
    """Say where the files are, and what to do with them next time; a programme remembers by itself."""
    console.note(f"Results in {folder}: {', '.join(files)}")
    if not programme:
        console.note(
            f"Next time, so that no pair meets twice: --history {shlex.quote(str(folder / HISTORY))}"
        )


def warn_of(pairing: Pairing, console: Console) -> None:
    """Warn of results that are of little use, and of what was guessed, or left open, when the people were read."""
    from peermatch.cli.results import all_alike

    repairs = pairing.repairs
    doubtful = repairs[(repairs["sure"] != "certain").to_numpy(dtype=bool)]
    if len(doubtful):
        first = doubtful.iloc[0]
        about = "" if first["column"] is None else f"column {first['column']!r}: "
        what = "1 thing" if len(doubtful) == 1 else f"{len(doubtful):,} things"
        console.note(
            f"note: {what} in the table of people may have been meant otherwise, such as: {about}{first['reason']}. "
            "`peermatch inspect` with the table's name lists them."
        )
    if not len(pairing.matching.pairs):
        console.error(
            "the search was stopped before any pair was made."
            if _stopped(pairing)
            else "no pair could be made. The table of people says for everyone why, rules.csv what each rule removed."
        )
    elif all_alike(pairing):
        console.note(
            "warning: all possible pairs have the same score: the criteria don't tell people apart. Who is paired with "
            "whom is then as good as drawn by lot. Add a criterion on a column in which people differ."
        )


def check_arguments(args: argparse.Namespace, command: str) -> None:
    """Refuse arguments that contradict each other, and say what is missing."""
    if args.config is None:
        table = args.people if args.people not in (None, "-") else args.left or "people.csv"
        raise ConfigError(
            f"peermatch {command} needs a configuration: --config programme.toml. Draft one with: "
            f"peermatch init {shlex.quote(table)}"
        )
    check_tables(args, command)


def check_tables(args: argparse.Namespace, command: str) -> None:
    """Refuse no table of people at all, and two ways at once to name them."""
    both = (args.left, args.right)
    if args.people is None and None in both:
        raise ConfigError(f"peermatch {command} takes a table of people, or both --left and --right.")
    if args.people is not None and both != (None, None):
        raise ConfigError(
            f"peermatch {command} takes either a table of people, or --left and --right; not both."
        )
    if args.role is not None and args.people is None:
        raise ConfigError("--role is for one table; with --left and --right each table is a side.")


def tables_of(args: argparse.Namespace, matcher: PeerMatcher) -> tuple[Any, Any]:
    """Return the people, of one table or of two."""
    if args.people == "-":
        return records_from(sys.stdin), None
    if args.people is not None:
        return decoded(args.people, matcher, args.encoding, at_least=2), None
    return decoded(args.left, matcher, args.encoding), decoded(args.right, matcher, args.encoding)


def set_aside_of(given: str | None) -> Any:
    """Return who is set aside: a table where a file of that name is there or meant, else ids with commas between.

    Examples
    --------
    >>> set_aside_of("e12, 007"), set_aside_of("away.csv")
    (['e12', '007'], 'away.csv')
    """
    if given is None:
        return None
    if Path(given).suffix.lower() in (".csv", ".tsv", ".txt", ".xlsx", ".parquet") or Path(given).is_file():
        return given
    return [id.strip() for id in given.split(",") if id.strip()]


def decoded(path: str, matcher: PeerMatcher, encoding: str | None, at_least: int = 1) -> Any:
    """Return the people in a file of another encoding, or whose managers are named; else leave it to the matcher."""
    if Path(path).suffix.lower() not in (".csv", ".tsv", ".txt"):
        encoding = None
    managers = [rule.left[0] for rule in matcher.rules if rule.kind == "not_in_line" and rule.left]
    if encoding is None and not managers:
        return path
    from peermatch.cli.managers import with_managers
    from peermatch.cohort import read_people

    people = read_people(path, matcher.id, encoding=encoding, at_least=at_least)
    named = with_managers(people, managers, matcher.label) if managers else people
    return path if named is people and encoding is None else named


def _check_overwriting(args: argparse.Namespace, folder: Path) -> None:
    """Refuse to replace a table that is read by a result of the same name; a history grows, and may stay."""
    from peermatch.cli.relaxing import RELAXING_FILES
    from peermatch.cli.results import RESULT_FILES
    from peermatch.programme.advised import ADVISED_FILES

    given = [
        args.people,
        args.left,
        args.right,
        args.org,
        args.locks,
        args.set_aside,
        args.preferences,
        args.advisers,
    ]
    if args.history is not None and Path(args.history).name != HISTORY:
        given.append(args.history)
    names = RESULT_FILES if args.advisers is None else (*RESULT_FILES, *ADVISED_FILES)
    names = (*names, *RELAXING_FILES) if args.relax else names
    names = names if args.quality_by is None else (*names, QUALITY)
    names = (*names, REPORT) if args.report else names
    names = (*names, EXCEL) if args.excel else names
    refuse_overwriting(given, names, folder)


def refuse_overwriting(given: Sequence[str | None], results: Sequence[str], folder: Path) -> None:
    """Refuse to write results where one of them would take the place of a table that was given."""
    for table in given:
        if table is None or table == "-" or Path(table).name not in results:
            continue
        if Path(table).resolve().parent == folder.resolve():
            raise ConfigError(
                f"The results would replace {table}, which is read. Name another folder with --out."
            )


def exit_code_for(pairing: Pairing) -> int:
    """Return 0 for a proved answer, 4 for one that was stopped early, 3 where what was asked for is impossible.

    Impossible is a stable pairing where it is proved that none exists, and any pairing where every pair is ruled out.
    """
    if not len(pairing.matching.pairs):
        return GAP if _stopped(pairing) else INFEASIBLE
    return _EXIT_CODES[pairing.certificate.status]


def _stopped(pairing: Pairing) -> bool:
    """Whether a longer search could have made more pairs or better ones."""
    certificate = pairing.certificate
    if certificate.status == "gap":
        return certificate.pairs_gap > 0 or certificate.gap is None or certificate.gap > 0
    return certificate.status == "undecided"
