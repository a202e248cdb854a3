"""The commands, their arguments and their exit codes. Nothing heavy is imported before a command runs."""

from __future__ import annotations

import argparse
import gc
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module

from peermatch import __version__
from peermatch.cli.circles_arguments import add_circles
from peermatch.cli.console import BAD_INPUT, FAULT, INTERRUPTED, Console, exit_code_of, forget_output
from peermatch.cli.fit_arguments import add_fit, add_sensitivity
from peermatch.cli.handout_arguments import add_demands, add_explain, add_handouts
from peermatch.cli.inspect_arguments import add_inspect
from peermatch.cli.pseudonymise_arguments import add_pseudonymise, add_reidentify
from peermatch.cli.quality_arguments import add_quality
from peermatch.cli.record_arguments import add_record
from peermatch.cli.round_arguments import add_programme, add_relax, add_round
from peermatch.cli.update_arguments import add_diff, add_draft, add_update
from peermatch.errors import PeerMatchError

__all__ = ["main"]

Command = Callable[[argparse.Namespace, Console], int]

_OBJECTS_BETWEEN_COLLECTIONS = 100_000

_DESCRIPTION = "Pair people for peer mentoring: the best set of pairs, with the reasons and a proof."

_EXAMPLES = """\
examples:
  peermatch demo                                   see it work on a synthetic organisation
  peermatch inspect people.csv                     see how your table is read, and what was mended
  peermatch init people.csv                        draft programme.toml from it
  peermatch match people.csv --config programme.toml --out results --report
  peermatch match --left mentees.csv --right mentors.csv --config mentoring.toml --out results
  peermatch explain people.csv --config programme.toml --id 007 --with 012
  peermatch shortlist people.csv --config programme.toml -k 5 --out lists
  peermatch round people.csv --config programme.toml --round 2026-12 --out results
  peermatch update people.csv --config programme.toml --previous results --out updated
  peermatch diff results updated

exit codes: 0 done, 1 a fault in the software, 2 bad input, 3 the demands cannot all be met,
            4 stopped early with a valid result, 130 interrupted

`peermatch COMMAND --help` says more about one command."""

_MATCH_EXAMPLES = """\
examples:
  peermatch match people.csv --out results --report                     drafts programme.toml where there is none
  peermatch match people.csv --config programme.toml --out results
  peermatch match people.csv --config programme.toml --out results --org all_staff.csv \\
                  --history results/history.csv --round 2026-12 --as-of 2026-12-01
  peermatch match --left mentees.csv --right mentors.csv --config mentoring.toml --out results
  cat people.json | peermatch match - --config programme.toml --json > pairing.json

PEOPLE is a .csv, .tsv, .xlsx or .parquet file, or - for JSON records on standard input."""

_SHORTLIST_EXAMPLES = """\
examples:
  peermatch shortlist people.csv --config programme.toml -k 5 --at-most 8 --out lists
  peermatch shortlist people.csv --config programme.toml -k 5 --discoverable opted_in --who 007
  peermatch match people.csv --config programme.toml --preferences lists/shortlist.csv --out results

Whoever changes the ranks in shortlist.csv, or takes rows out, states their own preferences."""

_INIT_EXAMPLES = """\
examples:
  peermatch init people.csv
  peermatch init people.xlsx --out coffee.toml --id "employee id"
  peermatch init people.csv --template buddy --as-of 2026-12-01
  peermatch init --left mentees.csv --right mentors.csv --template mentor --out mentoring.toml

templates: peer (one pool), mentor, buddy, coaching, sponsor, reverse (the less senior teaches)

Every guess is written with its reason. Read the file, change what is wrong, then run `peermatch match`."""

# as peermatch.cli.templates, which is not imported for the sake of --help
_TEMPLATES = ("peer", "mentor", "buddy", "coaching", "sponsor", "reverse")

_SYNTH_EXAMPLES = """\
examples:
  peermatch synth 1000 --seed 7 > people.csv
  peermatch synth 50000 --seed 7 --out people.csv

Nobody in these tables exists. The same number and seed give the same table."""

_DEMO_EXAMPLES = """\
examples:
  peermatch demo
  peermatch demo --people 200 --seed 1 --out /tmp/demo"""

_WARMUP_EXAMPLES = """\
examples:
  peermatch warmup
  NUMBA_CACHE_DIR=/opt/peermatch peermatch warmup      # set it at run time too

Run it while an image is built, or once after an upgrade. No later run on such a processor compiles anything."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments without the program's name; those of the process when not given.

    Returns
    -------
    int
        0 done, 1 a fault of ours, 2 bad input (or no room or memory for it), 3 infeasible, 4 stopped with a gap, 130
        interrupted.

    Examples
    --------
    >>> main(["match"])
    2
    """
    try:
        args = _parser().parse_args(argv)
    except SystemExit as leaving:  # argparse has said why
        return leaving.code if isinstance(leaving.code, int) else 2
    console = Console(quiet=getattr(args, "quiet", False))
    try:
        with _talking(args.debug), _seldom_collecting():
            command: Command = getattr(import_module(f"peermatch.cli.{args.module}"), args.function)
            return command(args, console)
    except KeyboardInterrupt:
        console.error("interrupted before the results were complete.")
        return INTERRUPTED
    except BrokenPipeError:
        forget_output()
        return FAULT
    except PeerMatchError as error:
        if args.debug:
            raise
        console.show(error)
        return exit_code_of(error)
    except MemoryError as error:
        if args.debug:
            raise
        console.error(_no_memory(args, error))
        return BAD_INPUT
    except OSError as error:
        if args.debug:
            raise
        console.error(_refused_by_system(error))
        return BAD_INPUT


def _no_memory(args: argparse.Namespace, error: MemoryError) -> str:
    """Say that memory ran out, of what, and what helps. Nothing was written: that is the last thing to happen."""
    asked = f" ({error})" if str(error) else ""
    return (
        f"peermatch {args.module} ran out of memory{asked}. No results were written, and what was there before is "
        "unchanged. Take a machine with more memory (10,000 people take about 0.5 GB, 100,000 about 1.2 GB), pair "
        "fewer people at once, or leave columns out that nothing reads."
    )


def _refused_by_system(error: OSError) -> str:
    """Say what the system refused, and about what."""
    what = error.filename if isinstance(error.filename, str) else "What should be read or written"
    return f"{what} cannot be used: {error.strerror or error}."


@contextmanager
def _talking(debug: bool) -> Iterator[None]:
    """Let the library's log be heard on standard error while a command runs: warnings, or with --debug everything."""
    logger = logging.getLogger("peermatch")
    handler = logging.StreamHandler()
    handler.setFormatter(
        logging.Formatter("%(levelname)s %(name)s: %(message)s" if debug else "note: %(message)s")
    )
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG if debug else logging.WARNING)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """Look for garbage seldom while a command runs.

    Imports make hundreds of thousands of objects that stay, and looking through them again and again takes a tenth of
    a short command's time. Tables and arrays are not concerned: they go as soon as nobody holds them.
    """
    before = gc.get_threshold()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="peermatch",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"peermatch {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_match(commands)
    add_explain(commands)
    _add_shortlist(commands)
    add_round(commands)
    add_circles(commands)
    add_programme(commands)
    add_fit(commands)
    add_update(commands)
    add_draft(commands)
    add_diff(commands)
    add_inspect(commands)
    add_pseudonymise(commands)
    add_reidentify(commands)
    _add_init(commands)
    _add_synth(commands)
    _add_demo(commands)
    _add_warmup(commands)
    return parser


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    function: tuple[str, str],
    summary: str,
    examples: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name,
        help=summary,
        description=summary[0].upper() + summary[1:] + ".",
        epilog=examples,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(module=function[0], function=function[1])
    parser.add_argument(
        "--debug", action="store_true", help="show the traceback of an error, and the library's log"
    )
    return parser


def _add_match(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _command(
        commands, "match", ("match", "run_match"), "pair the people in a table", _MATCH_EXAMPLES
    )
    parser.add_argument(
        "people", nargs="?", metavar="PEOPLE", help="the table of people, or - for JSON records"
    )
    parser.add_argument(
        "--config",
        metavar="TOML",
        help="what matters and what is forbidden; when not given, programme.toml, which is drafted if need be",
    )
    parser.add_argument("--out", metavar="FOLDER", help="where the results go; made where it is missing")
    parser.add_argument("--json", action="store_true", help="print the pairing as JSON instead of a summary")
    parser.add_argument(
        "--evidence",
        action="store_true",
        help="keep the encoded numbers that were scored in result.json, so that the proof can be checked anew",
    )
    parser.add_argument(
        "--quiet", action="store_true", help="print nothing but errors (and JSON with --json)"
    )
    _add_encoding(parser)
    _add_sides(parser)
    add_handouts(parser)
    add_quality(parser)
    month = _add_month(parser)
    add_relax(parser)
    add_sensitivity(parser)
    add_record(parser)
    add_demands(month)
    month.add_argument(
        "--advisers",
        metavar="TABLE",
        help="who may be a second-line adviser of a pair, as [advisers] of the configuration asks",
    )


def _add_shortlist(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    summary = "list everybody's best partners to choose from"
    parser = _command(commands, "shortlist", ("shortlist", "run_shortlist"), summary, _SHORTLIST_EXAMPLES)
    parser.add_argument(
        "people", nargs="?", metavar="PEOPLE", help="the table of people, or - for JSON records"
    )
    parser.add_argument("--config", metavar="TOML", help="what matters and what is forbidden (needed)")
    parser.add_argument("-k", type=int, required=True, metavar="K", help="how many people a list has")
    parser.add_argument("--at-most", type=int, metavar="N", help="nobody stands on more lists than that")
    parser.add_argument(
        "--discoverable", metavar="COLUMN", help="yes or no: only those who say yes stand on lists"
    )
    parser.add_argument(
        "--who", metavar="ID", action="append", help="only this person's list; may be given several times"
    )
    parser.add_argument("--out", metavar="FOLDER", help="where the lists go; made where it is missing")
    parser.add_argument("--quiet", action="store_true", help="print nothing but errors")
    _add_encoding(parser)
    _add_sides(parser)
    _add_month(parser)


def _add_sides(parser: argparse.ArgumentParser) -> None:
    sides = parser.add_argument_group("two sides")
    sides.add_argument("--left", metavar="TABLE", help="the people of the first side, such as mentees")
    sides.add_argument("--right", metavar="TABLE", help="the people of the second side, such as mentors")
    sides.add_argument("--role", metavar="COLUMN", help="one table: the column that holds each person's side")


def _add_month(parser: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    month = parser.add_argument_group("this month")
    month.add_argument("--org", metavar="TABLE", help="the whole staff, for reporting lines")
    month.add_argument(
        "--history", metavar="TABLE", help="earlier pairs: the history.csv of the last results"
    )
    month.add_argument("--round", metavar="NAME", help="the name of this round, such as 2026-12")
    month.add_argument(
        "--as-of", metavar="DATE", help="the day from which dates are counted, such as 2026-12-01"
    )
    month.add_argument(
        "--time-limit", type=_seconds, metavar="SECONDS", help="stop the solver after that long"
    )
    return month


def _add_init(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    summary = "draft a programme.toml from a table's header and values"
    parser = _command(commands, "init", ("init", "run_init"), summary, _INIT_EXAMPLES)
    parser.add_argument("people", nargs="?", metavar="PEOPLE", help="the table of people")
    parser.add_argument("--left", metavar="TABLE", help="two sides: the people of the first, such as mentees")
    parser.add_argument("--right", metavar="TABLE", help="the people of the second side, such as mentors")
    parser.add_argument(
        "--template",
        choices=_TEMPLATES,
        help="the kind of programme, with defaults that say why; guessed from the table when not given",
    )
    parser.add_argument("--out", default="programme.toml", metavar="TOML", help="default: %(default)s")
    parser.add_argument("--id", metavar="COLUMN", help="the column of ids; guessed when not given")
    parser.add_argument(
        "--as-of", metavar="DATE", help="the day to count dates from; makes criteria of dates active"
    )
    _add_encoding(parser)
    parser.add_argument("--force", action="store_true", help="overwrite the file if it is there")


def _add_synth(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    summary = "write a synthetic organisation to try things on"
    parser = _command(commands, "synth", ("synth", "run_synth"), summary, _SYNTH_EXAMPLES)
    parser.add_argument("people", type=_headcount, metavar="N", help="how many people")
    parser.add_argument("--seed", type=_seed, default=0, help="default: %(default)s")
    parser.add_argument("--out", metavar="CSV", help="default: standard output")


def _add_demo(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    summary = "pair a synthetic organisation and show the results"
    parser = _command(commands, "demo", ("demo", "run_demo"), summary, _DEMO_EXAMPLES)
    parser.add_argument("--out", default="demo-results", metavar="FOLDER", help="default: %(default)s")
    parser.add_argument("--people", type=_headcount, default=1000, metavar="N", help="default: %(default)s")
    parser.add_argument("--seed", type=_seed, default=7, help="default: %(default)s")


def _add_encoding(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--encoding", metavar="NAME", help="of people's text files, such as cp1252; detected when not given"
    )


def _add_warmup(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    summary = "compile the fast parts ahead of time"
    _command(commands, "warmup", ("warmup", "run_warmup"), summary, _WARMUP_EXAMPLES)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(
            f"must be a number of seconds above 0. Got {_short(text)!r} instead."
        )
    return seconds


_DIGITS = 40
# as peermatch.datasets.organisation.MOST_PEOPLE, which is not imported for the sake of --help
_MOST_PEOPLE = 10_000_000


def _headcount(text: str) -> int:
    count = _whole(text)
    if not 2 <= count <= _MOST_PEOPLE:
        raise argparse.ArgumentTypeError(
            f"must be a whole number from 2 to {_MOST_PEOPLE:,}. Got {_short(text)!r} instead."
        )
    return count


def _seed(text: str) -> int:
    seed = _whole(text)
    if seed < 0:
        raise argparse.ArgumentTypeError(
            f"must be a whole number of at least 0 and at most {_DIGITS} digits. Got {_short(text)!r} instead."
        )
    return seed


def _whole(text: str) -> int:
    """A whole number of a readable length, else -1: Python itself refuses numbers of thousands of digits."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else -1


def _short(text: str) -> str:
    return text if len(text) <= _DIGITS else text[:_DIGITS] + "..."
