"""``peermatch round``: the next round of a programme that is kept in a file, or a plan of several."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from peermatch.cli.console import DONE, GAP, INFEASIBLE, Console
from peermatch.cli.files import HISTORY, check_day, check_writable
from peermatch.cli.handouts import EXCEL, REPORT, check_decided, check_handouts, write_handouts
from peermatch.cli.kept import KeptFile
from peermatch.cli.match import (
    check_tables,
    decoded,
    exit_code_for,
    refuse_overwriting,
    set_aside_of,
    tables_of,
    warn_of,
)
from peermatch.cli.progress import Progress, say_that_it_compiles
from peermatch.cli.record import RunRecord
from peermatch.errors import ConfigError

if TYPE_CHECKING:
    from peermatch.pairing import Pairing
    from peermatch.programme import Programme, RoundPlan, Turns

__all__ = ["PLAN_FILES", "check_history_kept", "run_round", "turns_text"]

PLAN_FILES = ("plan.csv", "rounds.csv", "sit_outs.csv", "summary.txt")
_NAMED = 6
_FIRST = " Going first means having a partner, not a better one."


def run_round(args: argparse.Namespace, console: Console) -> int:
    """Run or plan, write the results, then replace the file of the programme."""
    from peermatch.cli.relaxing import check_relaxing

    check_tables(args, "round")
    check_day(args.as_of)
    if args.plan is not None and (args.again or args.json or args.locks or args.set_aside or args.relax):
        raise ConfigError(
            "--plan writes tables of several rounds; it does not go with --again, --json, --locks, "
            "--set-aside or --relax."
        )
    folder = None if args.out is None else Path(args.out)
    check_relaxing(args.relax, folder, False)
    check_handouts(args)
    if args.plan is not None and (args.report or args.for_participants or args.for_auditor):
        raise ConfigError(
            "--plan writes tables of several rounds; pages to hand out come with the round that is run."
        )
    record = RunRecord.begin(args, "round")
    kept = KeptFile.at(args.programme)
    if folder is not None:
        check_writable(folder)
        _check_overwriting(args, folder, kept.path)
    programme = _programme(args, kept)
    check_decided(args, programme.matcher)
    if args.plan is not None:
        return _plan(args, programme, folder, console)
    name = _name(args, programme, kept.path)
    before, turns = programme.history, programme.turns
    if folder is not None:
        check_history_kept(folder, before, name, kept.path)
    say_that_it_compiles(console)
    left, right = tables_of(args, programme.matcher)
    with Progress(console) as progress:
        run = programme.run(
            left,
            right,
            role=args.role,
            org=None if args.org is None else decoded(args.org, programme.matcher, args.encoding),
            locks=args.locks,
            set_aside=set_aside_of(args.set_aside),
            round=name,
            as_of=args.as_of,
            progress=progress,
            time_limit=args.time_limit,
        )
    from peermatch.cli.earlier_files import say_what_went, take_away_earlier
    from peermatch.publication import publishing

    def check_kept() -> None:
        if folder is not None:
            check_history_kept(folder, before, name, kept.path)

    pairing = record.keyed(run)
    with record.keeping_key(pairing), publishing(folder, check=check_kept):
        went = take_away_earlier(folder, args)
        files = _written(args, folder, pairing, before, console)
        kept.save(programme)
    record.write(folder, files, pairing)
    if args.json:
        console.data(pairing.to_json(evidence=args.evidence))
    elif not console.quiet:
        console.result(
            "\n".join(
                [pairing.summary().rstrip("\n"), "", turns_text(turns, pairing, protect=programme.protect)]
            )
        )
    if folder is not None:
        console.note(f"Results in {folder}: {', '.join(files)}")
        say_what_went(went, files, console)
    rounds = len(programme.rounds)
    console.note(
        f"Round {pairing.round} is written down in {kept.path}: {rounds} round{'' if rounds == 1 else 's'} so far."
    )
    warn_of(pairing, console)
    _warn_of_repeats(programme, console)
    return exit_code_for(pairing)


def _warn_of_repeats(programme: Programme, console: Console) -> None:
    from peermatch.criteria import looks_back

    if not looks_back(programme.matcher.criteria, programme.matcher.rules):
        console.note(
            "warning: nothing that matters here looks at who met before, so the same people may meet again every "
            "round. Add a rule of the kind no_repeat, or a criterion of the kind novelty."
        )


def _programme(args: argparse.Namespace, kept: KeptFile) -> Programme:
    """Load the programme, or begin one."""
    from peermatch.matcher import PeerMatcher
    from peermatch.programme import Programme

    matcher = None if args.config is None else PeerMatcher.from_toml(args.config)
    if kept.before is not None:
        if args.history is not None or args.unprotected:
            option = "--unprotected" if args.history is None else "--history"
            raise ConfigError(
                f"{option} is for the first round of a programme; {kept.path} is there already and holds its own."
            )
        return Programme.load(kept.path, matcher=matcher)
    if matcher is None:
        raise ConfigError(
            f"There is no programme {kept.path} yet. Begin it with --config programme.toml, or name its file with "
            "--programme."
        )
    from peermatch.cli.results import read_history

    history = None if args.history is None else read_history(args.history, None)[0]
    return Programme(matcher, history, protect=not args.unprotected)


def _name(args: argparse.Namespace, programme: Programme, path: Path) -> str:
    """Return the round's name; with --again its earlier run is taken back."""
    name: str | None = args.round
    known = list(dict.fromkeys([*programme.history["round"], *programme.attendance["round"]]))
    if args.again:
        latest = programme.rounds["round"].tolist()[-1:]
        if not latest or name not in (None, *latest):
            what = f"is {latest[0]!r}" if latest else "has not been yet"
            raise ConfigError(f"--again runs the latest round again, which {what} in {path}.")
        programme.withdraw(latest[0])
        return str(latest[0])
    if name in known:
        raise ConfigError(
            f"There was a round {name!r} already in {path}. Give this one another name, or put it in the place of the "
            "latest one with --again."
        )
    return programme.next_round if name is None else name


def check_history_kept(folder: Path, before: Any, name: str, path: Path) -> None:
    """Refuse to replace a folder's history by one that lacks rounds of it."""
    from peermatch.cli.results import lost_rounds

    lost = lost_rounds(folder, before, name)
    if lost:
        raise ConfigError(
            f"{folder / HISTORY} holds earlier pairs ({', '.join(lost)}) that {path} does not, and this run would "
            "replace it. Name another folder with --out."
        )


def _written(
    args: argparse.Namespace, folder: Path | None, pairing: Pairing, before: Any, console: Console
) -> list[str]:
    if folder is None:
        return []
    from peermatch.cli.relaxing import write_relaxations
    from peermatch.cli.results import write_results

    files = write_results(folder, pairing, before, evidence=args.evidence)
    files += write_relaxations(folder, pairing) if args.relax else []
    return files + write_handouts(args, folder, pairing, console)


def _check_overwriting(args: argparse.Namespace, folder: Path, programme: Path) -> None:
    """Refuse to replace a table that is read, or the programme itself, by a result of the same name."""
    from peermatch.cli.relaxing import RELAXING_FILES
    from peermatch.cli.results import RESULT_FILES

    names = PLAN_FILES if args.plan is not None else (*RESULT_FILES, *(RELAXING_FILES if args.relax else ()))
    given = (args.people, args.left, args.right, args.org, args.history, args.locks, args.set_aside)
    names = (*names, REPORT) if args.report else names
    names = (*names, EXCEL) if args.excel else names
    tables = (*given, str(programme))
    refuse_overwriting(tables, names, folder)


def turns_text(before: Turns, pairing: Pairing, *, protect: bool = True) -> str:
    """Say what became of those whose turn it was, and whose turn is next.

    Parameters
    ----------
    before : Turns
        As it was before the round.
    pairing : Pairing
    protect : bool, default True
        Whether whoever sat out goes first; else nobody has a turn.
    """
    from peermatch.criteria import key_of
    from peermatch.programme.turns import sat_out

    cohorts = [pairing.sides.left, *([pairing.sides.columns_side] if pairing.sides.two_sided else [])]
    label = {
        key_of(id): str(text)
        for cohort in cohorts
        for id, text in zip(cohort.ids, cohort.labels, strict=True)
    }
    alone = dict.fromkeys(key_of(id) for id in sat_out(pairing))

    def said(keys: list[Any]) -> str:
        names = [label[key] for key in keys[:_NAMED]]
        return ", ".join(names) + (f" and {len(keys) - _NAMED:,} more" if len(keys) > _NAMED else "")

    lines = []
    for who, again, ids in (
        ("sat out last time", "again", before.sat_out[-1] if before.sat_out else ()),
        ("had the weakest pair last time", "now", before.weakest if protect else ()),
    ):
        here = [key_of(id) for id in ids if key_of(id) in label]
        if not here:
            continue
        still = [key for key in here if key in alone]
        outcome = f"{said(still)} without a partner {again}" if still else "with a partner now"
        lines.append(f"Who {who}: {said(here)}; {outcome}.{'' if again == 'again' else _FIRST}")
    lines.append(
        f"Without a partner this time: {said(list(alone))}{'; first in turn next time' if protect else ''}."
        if alone
        else "Nobody is without a partner."
    )
    return "\n".join(lines)


# ---- several rounds ahead -------------------------------------------------------------------------------


def _plan(args: argparse.Namespace, programme: Programme, folder: Path | None, console: Console) -> int:
    """Plan rounds and write them into tables; the programme stays as it is."""
    say_that_it_compiles(console)
    left, right = tables_of(args, programme.matcher)
    with Progress(console) as progress:
        plan = programme.plan(
            left,
            args.plan,
            right,
            role=args.role,
            org=None if args.org is None else decoded(args.org, programme.matcher, args.encoding),
            start=args.round,
            repeats=args.repeats,
            as_of=args.as_of,
            progress=progress,
            time_limit=args.time_limit,
        )
    text = _plan_text(plan)
    if folder is not None:
        from peermatch.report import csv_text, write_files

        tables = (plan.pairs, plan.rounds, plan.sit_outs)
        files = {name: csv_text(table) for name, table in zip(PLAN_FILES, tables, strict=False)}
        write_files(folder, {**files, PLAN_FILES[-1]: text})
    if not console.quiet:
        console.result(text)
    if folder is None:
        console.note("Nothing was written: name a folder with --out.")
    else:
        console.note(f"The plan is in {folder}: {', '.join(PLAN_FILES)}. The programme is as it was.")
    if not len(plan.pairs):
        console.error("no pair could be made in any round.")
        return INFEASIBLE
    return DONE if all(pairing.certificate.status == "optimal" for pairing in plan.pairings) else GAP


def _plan_text(plan: RoundPlan) -> str:
    """Return what a plan comes to: its rounds, the bound, and who sits out when."""
    rounds = plan.rounds.drop(columns="date") if plan.rounds["date"].isna().all() else plan.rounds
    checked = "checked independently" if plan.verified else "not checked independently"
    out = plan.sit_outs
    lines = [
        str(plan),
        f"Every round and the bound: {checked}.",
        "",
        rounds.round(3).to_string(index=False),
        "",
    ]
    if len(out):
        most = int(out["times"].max())
        times = "once" if most == 1 else f"{most} times at most"
        lines.append(f"{len(out):,} people sit out, {times}: sit_outs.csv says who and when.")
    else:
        lines.append("Nobody sits out.")
    return "\n".join(lines) + "\n"
