"""Results that take the place of a programme's latest round: ``peermatch update`` and ``draft`` with --programme."""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from peermatch.cli.console import Console
from peermatch.cli.kept import PROGRAMME, KeptFile
from peermatch.errors import ConfigError

if TYPE_CHECKING:
    from peermatch.matcher import PeerMatcher
    from peermatch.pairing import Pairing
    from peermatch.programme import Programme

__all__ = ["LatestRound", "note_of_programme"]


@dataclass(frozen=True)
class LatestRound:
    """A programme whose latest round is about to change, and the file that it is kept in."""

    kept: KeptFile
    programme: Programme

    @classmethod
    def of(cls, args: argparse.Namespace) -> LatestRound | None:
        """Load the programme that was named; None where none was.

        Raises
        ------
        ConfigError
            If there is no such file, or no round in it, or an option does not go with it.
        InputError, OutputError
            If it cannot be read, or replaced.
        """
        if args.programme is None:
            return None
        for option in ("history", "round"):
            if getattr(args, option) is not None:
                raise ConfigError(
                    f"--{option} does not go with --programme, which knows its earlier pairs and its latest round."
                )
        from peermatch.matcher import PeerMatcher
        from peermatch.programme import Programme

        kept = KeptFile.at(args.programme)
        if kept.before is None:
            raise ConfigError(f"There is no programme {kept.path}. Begin one with peermatch round.")
        matcher: PeerMatcher | None = None if args.config is None else PeerMatcher.from_toml(args.config)
        programme = Programme.load(kept.path, matcher=matcher)
        if programme.latest is None:
            raise ConfigError(f"{kept.path} holds no round yet. Run one first with peermatch round.")
        return cls(kept, programme)

    @property
    def looked_at(self) -> Any:
        """The pairs before the round; None where there are none, or nothing looks at them."""
        from peermatch.criteria import looks_back

        matcher, before = self.programme.matcher, self.programme.history_before
        return before if len(before) and looks_back(matcher.criteria, matcher.rules) else None

    def check_folder(self, folder: Path) -> None:
        """Refuse a folder whose history holds rounds that the programme does not."""
        from peermatch.cli.round import check_history_kept

        before, name = self.programme.history_before, str(self.programme.latest)
        check_history_kept(folder, before, name, self.kept.path)

    def save(self, pairing: Pairing, console: Console) -> None:
        """Replace the file, and say so; a round in which nobody has a partner takes no other's place."""
        if not len(pairing.matching.pairs):
            console.note(f"{self.kept.path} is as it was, since nobody has a partner.")
            return
        self.kept.save(self.programme)
        console.note(f"Round {self.programme.latest} of {self.kept.path} is now this one.")


def note_of_programme(round: str | None, console: Console) -> None:
    """Say that a programme in this folder still has the round as it was, where it has."""
    path = Path(PROGRAMME)
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        place = data["attendance"]["columns"].index("round")
        latest = data["attendance"]["rows"][-1][place]
    except (OSError, ValueError, LookupError, TypeError):
        return  # no programme, or none that says
    if round is not None and latest == round:
        console.note(
            f"note: {path} has round {round} as it was before, and goes on from that. To put this one in its place, "
            f"run this again with --programme {path}."
        )
