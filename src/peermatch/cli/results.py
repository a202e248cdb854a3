"""The folder of results: the tables, the summary, everyone's reasons, and the history for next time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from peermatch.cli.files import HISTORY
from peermatch.cohort.aside import is_missing, read_table
from peermatch.errors import ConfigError
from peermatch.problem import FORBIDDEN
from peermatch.programme import extend_history
from peermatch.publication import finish
from peermatch.report import csv_text, plain_text, write_files

if TYPE_CHECKING:
    from peermatch.pairing import Pairing

__all__ = [
    "RESULT_FILES",
    "all_alike",
    "check_history_kept",
    "explanations_text",
    "lost_rounds",
    "read_history",
    "write_results",
]

RESULT_FILES = (
    *("people.csv", "pairs.csv", "members.csv", "unmatched.csv", "rules.csv", "result.json"),
    *("summary.txt", "explanations.md", HISTORY),
)
"""What `write_results` writes."""

_LOOKED_AT = 64
_MARKS = str.maketrans({sign: f"\\{sign}" for sign in "\\`*[]<>"})


def write_results(
    folder: Path, pairing: Pairing, history: pd.DataFrame | None, *, evidence: bool = False
) -> list[str]:
    """Write a round's results into a folder.

    Parameters
    ----------
    folder : Path
        Made where it is missing.
    pairing : Pairing
    history : pandas.DataFrame or None
        Earlier pairs, as `read_history` returned them. They may have come from this folder.
    evidence : bool, default False
        Whether result.json holds the encoded numbers that were scored.

    Returns
    -------
    list of str
        The names of the files: `RESULT_FILES`.

    Raises
    ------
    OutputError
    """
    explanations = explanations_text(
        pairing
    )  # first: it reads everyone's cells at once, and the summary some again
    texts = {
        "summary.txt": pairing.summary(),
        "explanations.md": explanations,
        HISTORY: csv_text(extend_history(history, pairing)),
    }
    tables = pairing.to_csv(folder, evidence=evidence)
    return [path.name for path in (*tables, *write_files(folder, texts))]


def read_history(path: str, round: str | None) -> tuple[pd.DataFrame, int]:
    """Read earlier pairs.

    Parameters
    ----------
    path : str
        A table. Where it is CSV, apostrophes that were put before risky signs for spreadsheets' sake are taken away.
    round : str or None
        This round's name. Its own earlier pairs are left out: who runs a round again wants it anew.

    Returns
    -------
    history : pandas.DataFrame
    again : int
        How many pairs of this very round were left out.
    """
    finish(Path(path).parent)
    frame = read_table(path, what="history")
    if Path(path).suffix.lower() in (".csv", ".tsv", ".txt"):
        frame = frame.map(lambda cell: plain_text(cell) if isinstance(cell, str) else cell)
    if round is None or "round" not in frame.columns:
        return frame, 0
    own = [not is_missing(cell) and str(cell) == round for cell in frame["round"]]
    kept = frame[[not one for one in own]].reset_index(drop=True)
    return kept, sum(own)


def check_history_kept(folder: Path, history: pd.DataFrame | None, round: str | None) -> None:
    """Refuse to replace a folder's history by one that lacks rounds of it.

    Raises
    ------
    ConfigError
        Where the folder's history.csv holds rounds that are neither in `history` nor this one.
    """
    lost = lost_rounds(folder, history, round)
    if lost:
        path = folder / HISTORY
        raise ConfigError(
            f"{path} holds earlier pairs ({', '.join(lost)}), which this run would replace. Build on them with "
            f"--history {path}, or name another folder with --out."
        )


def lost_rounds(folder: Path, history: pd.DataFrame | None, round: str | None) -> list[str]:
    """Return the rounds of a folder's history.csv, in words, that are neither in `history` nor this one."""
    path = folder / HISTORY
    if not path.exists():
        return []
    lost = _rounds(read_table(path, what="history")) - {round or ""} - _rounds(history)
    return sorted(name or "of no named round" for name in lost)


def _rounds(history: pd.DataFrame | None) -> set[str]:
    """The rounds of a history; an empty text for pairs of none."""
    if history is None or history.empty:
        return set()
    if "round" not in history.columns:
        return {""}
    return {"" if is_missing(cell) else plain_text(str(cell)) for cell in history["round"]}


def explanations_text(pairing: Pairing) -> str:
    """Return the reasons of every pair, and of everyone who was left without a partner, in Markdown.

    Pairs come in the order of pairs.csv, a heading and a paragraph each. Values of sensitive criteria are not in it;
    what people offer, seek and hope for is, so it is for the administrator.
    """
    parts = [
        "# Why these pairs",
        "For the administrator of the programme: this page shows what people wrote in their profiles. Hand a "
        "paragraph on only to the two whom it is about.",
    ]
    table = pairing.pairs
    groups = dict(zip(table["pair_id"], table["group_id"], strict=True)) if "group_id" in table else {}
    for pair in pairing.explanations():
        names = f"{pair.label} and {pair.partner_label}"
        group = groups.get(pair.pair_id, pair.pair_id)
        of_trio = "" if group == pair.pair_id else f", of the trio {group}"
        parts += [f"## {_plain(names)}", f"Pair {pair.pair_id}{of_trio}. {_plain(pair.text)}"]
    left = [f"- {_plain(line)}" for line in _left_out(pairing)]
    parts += ["# Without a partner", "\n".join(left) or "Nobody."]
    return "\n\n".join(parts) + "\n"


def _left_out(pairing: Pairing) -> list[str]:
    """One line for everyone who takes part and has no partner."""
    people = pairing.people
    left = people[(people["status"] == "unmatched").to_numpy(dtype=bool)]
    return [
        f"{row.get('label', row['id'])}{' (' + row['side'] + ')' if 'side' in row else ''}: {row['reason']}."
        for row in left.to_dict("records")
    ]


def _plain(text: str) -> str:
    """Text that Markdown shows as it is, in one line."""
    return " ".join(text.split()).translate(_MARKS)


def all_alike(pairing: Pairing) -> bool:
    """Whether all pairs that could be made have one and the same score, as far as a few dozen people tell."""
    scores = pairing.scores
    rows = np.arange(min(_LOOKED_AT, scores.shape[0]), dtype=np.int64)
    block = scores.block(rows)
    possible = block[block > FORBIDDEN]
    return len(possible) > 1 and int(possible.min()) == int(possible.max())
