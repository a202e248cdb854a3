"""``peermatch programme``: what a programme holds, about everyone or about one person, and how it is taken out."""

from __future__ import annotations

import argparse

from peermatch.cli.console import DONE, Console
from peermatch.cli.files import check_day
from peermatch.cli.kept import KeptFile, id_as_kept
from peermatch.errors import ConfigError

__all__ = ["run_programme"]


def run_programme(args: argparse.Namespace, console: Console) -> int:
    """Show a programme, or do with it what privacy asks for."""
    check_day(args.as_of)
    if (args.retain is None) != (args.as_of is None):
        raise ConfigError(
            "--retain MONTHS and --as-of DATE go together: what is older is counted back from a day."
        )
    from peermatch.programme import Programme

    kept = KeptFile.at(args.programme)
    programme = Programme.load(kept.path)
    if args.dossier is not None:
        console.result(programme.dossier(id_as_kept(programme, args.dossier)).text)
        return DONE
    if args.forget is not None:
        removed = programme.forget(id_as_kept(programme, args.forget))
        if not any(removed.values()):
            console.note(f"The programme holds nothing about {args.forget!r}; it is as it was.")
            return DONE
        kept.save(programme)
        _say(console, removed, "taken out")
        console.note("Folders of earlier results are not the programme's: they are as they were.")
        elsewhere = programme.dossier(id_as_kept(programme, args.forget)).lists
        for name in elsewhere["name"].tolist():
            console.note(
                f"note: the list of {name} stands in a file of its own, which is not the programme's."
            )
        return DONE
    if args.retain is not None:
        removed = programme.retain(months=args.retain, as_of=args.as_of, undated=args.undated)
        if any(removed.values()):
            kept.save(programme)
        _say(console, removed, "dropped")
        return DONE
    rounds = programme.rounds
    lines = [f"{programme!r}"]
    if len(rounds):
        lines += ["", rounds.round(3).to_string(index=False)]
    if len(programme.sit_outs):
        lines += ["", "Who sat out:", programme.sit_outs.head(20).to_string(index=False)]
        more = len(programme.sit_outs) - 20
        lines += [f"and {more:,} more"] if more > 0 else []
    console.result("\n".join(lines))
    return DONE


def _say(console: Console, removed: dict[str, int], what: str) -> None:
    if not console.quiet:
        rows = ", ".join(f"{count:,} of {name}" for name, count in removed.items())
        console.result(f"Rows {what}: {rows}.")
