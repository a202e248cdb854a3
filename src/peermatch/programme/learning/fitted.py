"""What was learned: weights with intervals, how well they foretell, and the matcher that they make."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from peermatch.cohort.display import Bar, Cell, card, frame_table, one_line, paragraph, table
from peermatch.errors import ConfigError
from peermatch.explain.wording import counted, listing, text_table, wrapped

if TYPE_CHECKING:
    from peermatch.matcher import PeerMatcher
    from peermatch.programme.learning.skill import Skill

__all__ = ["FittedWeights", "mutual_frame", "skill_frame"]

LEARNED = "learned from outcomes"
"""Who decided on a learned weight."""

SELECTION = (
    "Only pairs that were made could be observed. Pairs that nobody made may go differently, most of all on a "
    "criterion of which little was seen (the column seen). A pair that went well shows what goes with it, not what "
    "caused it."
)


@dataclass(frozen=True, eq=False, repr=False)
class FittedWeights:
    """Weights learned from outcomes. `peermatch.fit_weights` makes it.

    Attributes
    ----------
    weights : dict of str to float
        Each criterion's share of weight: at least 0, adding up to 1.
    intervals : table
        One row a criterion: criterion, weight, low, high (90%), before (its present share), seen (how much rated pairs
        differ on it, as a share of how much all pairs do), known (how often it was known).
    mutual : str
        How two utilities make one score: the present way, unless another foretells pairs better beyond doubt.
    mutuals : table or None
        One row a way: mutual, skill, low, high, better (over the present way), better_low, better_high, chosen. None
        where outcomes say nothing about it.
    skill : table
        What foretells outcomes of rounds that were not learned from: predictor ("learned weights", "present weights",
        "learned over present"), skill (the share of a constant's squared error that is gone), low, high (90%).
    has_skill : bool
        Whether learned weights foretell anything beyond doubt.
    proxies : table or None
        For each protected column, how far each criterion still tells who agrees in it. None where none was named.
    learned : dict
        From what, as it stands in the settings of every result: pairs, ratings, rounds, last_round, people, outcome,
        skill, skill_low, as_of.
    notes : list of str
        What to know before the weights are used.
    report : str
        All of it as text.
    """

    weights: dict[str, float]
    intervals: pd.DataFrame
    mutual: str
    mutuals: pd.DataFrame | None
    skill: pd.DataFrame
    has_skill: bool
    proxies: pd.DataFrame | None
    learned: dict[str, Any]
    notes: list[str]
    basis: PeerMatcher
    """The matcher whose criteria were learned about, as it came."""

    @property
    def matcher(self) -> PeerMatcher:
        """The matcher with learned weights; a criterion without weight is left out.

        Raises
        ------
        ConfigError
            If the weights foretell nothing beyond doubt, or a rule needs a criterion that is left out.
        """
        if not self.has_skill:
            raise ConfigError(
                "These outcomes show no skill: learned weights do not foretell rounds that they were not learned from "
                "better than a constant does. Keep the present weights, and try again when more pairs were rated."
            )
        criteria = [
            replace(criterion, weight=self.weights[criterion.name], decided_by=LEARNED)
            for criterion in self.basis.criteria
            if self.weights[criterion.name] > 0
        ]
        names = {criterion.name for criterion in criteria}
        for rule in self.basis.rules:
            needed = rule.options.get("criterion")
            if needed is not None and needed not in names:
                raise ConfigError(
                    f"The rule {rule.public_name!r} looks at the criterion {needed!r}, whose learned weight is 0. Take "
                    "the rule out, or set the weights by hand."
                )
        return replace(self.basis, criteria=criteria, mutual=self.mutual, learned=self.learned)

    @property
    def report(self) -> str:
        """All of it as text."""
        lines = [
            _headline(self.learned),
            "",
            _weights_table(self.intervals),
            "",
            *map(wrapped, self._verdict()),
        ]
        lines += ["", _skill_table(self.skill)]
        if self.mutuals is not None:
            lines += ["", _mutual_table(self.mutuals)]
        if self.proxies is not None:
            lines += ["", "Proxies of protected columns (correlation with agreement in the column):"]
            lines += [_proxy_table(self.proxies)]
        return "\n".join([*lines, "", *map(wrapped, [*self.notes, SELECTION])])

    def _verdict(self) -> list[str]:
        learned = self.skill.iloc[0]
        told = f"{_signed(learned['skill'])} ({_signed(learned['low'])} to {_signed(learned['high'])})"
        if not self.has_skill:
            return [
                f"No skill: on rounds that they were not learned from, the weights are no better than a constant "
                f"beyond doubt: {told}. There is no learned matcher."
            ]
        lines = [
            f"Skill on rounds that they were not learned from: {told} of a constant's squared error is gone."
        ]
        dropped = [repr(name) for name, weight in self.weights.items() if not weight > 0]
        if dropped:
            lines.append(
                f"The learned matcher leaves out {listing(dropped)}: weight 0 fits best, which is not to say that "
                f"{'it does' if len(dropped) == 1 else 'they do'} not matter (see the interval)."
            )
        if self.mutual != self.basis.mutual:
            lines.append(
                f"The learned matcher changes the mutual score from {self.basis.mutual!r} to {self.mutual!r}."
            )
        return lines

    def __str__(self) -> str:
        return self.report

    def __repr__(self) -> str:
        weights = ", ".join(f"{name} {weight:.2f}" for name, weight in self.weights.items())
        return one_line(f"FittedWeights({weights}{'' if self.has_skill else ', no skill'})")

    def _repr_html_(self) -> str:
        rows: list[list[Cell]] = [
            [
                str(row["criterion"]),
                Bar(f"{row['weight']:.2f}", float(row["weight"])),
                _interval(row["low"], row["high"]),
                *(f"{row[name]:.2f}" for name in ("before", "seen", "known")),
            ]
            for row in self.intervals.to_dict("records")
        ]
        header = ["criterion", "weight", "90% interval", "before", "seen", "known"]
        weights = table("Learned weights", header, rows, numbers=[3, 4, 5])
        words = "\n\n".join([*self._verdict(), *self.notes, SELECTION])
        skill = frame_table("Rounds that were not learned from", self.skill)
        proxies = "" if self.proxies is None else frame_table("Proxies of protected columns", self.proxies)
        return card(_headline(self.learned), weights, skill, proxies, paragraph(words))


def _headline(learned: Mapping[str, Any]) -> str:
    return (
        f"Learned from {counted(learned['ratings'], 'rating')} of {counted(learned['pairs'], 'pair')} in "
        f"{counted(learned['rounds'], 'round')} ({learned['outcome']})."
    )


def _signed(value: float) -> str:
    return f"{100 * value:.1f}%"


def _weights_table(frame: pd.DataFrame) -> str:
    rows = [
        [
            str(row["criterion"]),
            f"{row['weight']:.2f}",
            _interval(row["low"], row["high"]),
            *(f"{row[name]:.2f}" for name in ("before", "seen", "known")),
        ]
        for row in frame.to_dict("records")
    ]
    return text_table(["criterion", "weight", "90% interval", "before", "seen", "known"], rows)


def _interval(low: float, high: float) -> str:
    """Return an interval of a share rounded outward, and never "0.00 to 0.00": nothing is as sure as that."""
    top = max(0.01, math.ceil(100 * high - 1e-6) / 100)
    return f"{math.floor(100 * low + 1e-6) / 100:.2f} to {top:.2f}"


def _skill_table(frame: pd.DataFrame) -> str:
    rows = [
        [str(row["predictor"]), _signed(row["skill"]), f"{_signed(row['low'])} to {_signed(row['high'])}"]
        for row in frame.to_dict("records")
    ]
    return text_table(["predictor", "skill", "90% interval"], rows)


def _mutual_table(frame: pd.DataFrame) -> str:
    rows = [
        [
            str(row["mutual"]) + (" (chosen)" if row["chosen"] else ""),
            _signed(row["skill"]),
            f"{_signed(row['better_low'])} to {_signed(row['better_high'])}",
        ]
        for row in frame.to_dict("records")
    ]
    return text_table(["mutual", "skill", "better than the present"], rows)


def _proxy_table(frame: pd.DataFrame) -> str:
    rows = [
        [
            str(row["protected"]),
            str(row["criterion"]),
            "" if row["note"] else f"{row['association']:+.2f}",
            str(row["note"]) or f"{row['low']:+.2f} to {row['high']:+.2f}",
        ]
        for row in frame.to_dict("records")
    ]
    return text_table(
        ["protected", "criterion", "association", "90% interval"], rows, limits=[24, 24, 12, 60]
    )


def skill_frame(found: Mapping[str, Skill]) -> pd.DataFrame:
    """Return skills as a table."""
    rows = [(name, skill.value, skill.low, skill.high) for name, skill in found.items()]
    return pd.DataFrame(rows, columns=["predictor", "skill", "low", "high"])


def mutual_frame(found: Mapping[str, tuple[Skill, Skill]], chosen: str) -> pd.DataFrame:
    """Return ways of making one score of two utilities as a table."""
    rows = [
        (name, own.value, own.low, own.high, over.value, over.low, over.high, name == chosen)
        for name, (own, over) in found.items()
    ]
    names = ["mutual", "skill", "low", "high", "better", "better_low", "better_high", "chosen"]
    return pd.DataFrame(rows, columns=names)
