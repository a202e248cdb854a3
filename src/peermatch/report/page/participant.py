"""One person's own page: whom they have, their meeting guides, and nothing of anybody else."""

from __future__ import annotations

from typing import Any

from peermatch.criteria import key_of
from peermatch.explain import Outcome, read_ahead
from peermatch.explain.explanation import find_person
from peermatch.report.group_guide import group_guide
from peermatch.report.guide import MeetingGuide, meeting_guide
from peermatch.report.guide_texts import GuideTexts
from peermatch.report.page.advisers import AdvisersView
from peermatch.report.page.build import participant_html
from peermatch.report.participant import notice

__all__ = ["participant_page"]


def participant_page(
    outcome: Outcome,
    id: Any,
    side: str | None,
    *,
    shown: frozenset[str],
    texts: GuideTexts,
    advisers: AdvisersView | None = None,
    contact: str | None = None,
) -> str:
    """Return one person's page as HTML: their notice, and a guide for each pair, or for the trio, that they stand in.

    Parameters
    ----------
    outcome : Outcome
    id : str or int
    side : str, optional
        Needed where both sides have this id.
    shown : frozenset of str
        The columns that were declared fit to show.
    texts : GuideTexts
    advisers : AdvisersView, optional
    contact : str, optional
        Whom to turn to for saying no, as people read it.

    Raises
    ------
    InputError
        If nobody has this id, or both sides have it.
    """
    read_ahead(outcome)  # kept with the outcome: the next person's page is ten times as quick
    told = notice(outcome, id, side, shown, texts, contact=contact)
    guides = [
        _guide(outcome, indices, shown, texts, advisers or AdvisersView(), contact)
        for indices in _groups_of(outcome, told.id, find_person(outcome, told.id, side))
    ]
    return participant_html({"lead": told.lead, "language": texts.language, "guides": guides})


def _groups_of(outcome: Outcome, id: Any, hand: int) -> list[list[int]]:
    """Return the pairs that someone stands in, those of a trio together."""
    positions = outcome.sides.left_positions if hand == 0 else outcome.sides.right_positions
    position = positions.get(key_of(id))
    groups: dict[str, list[int]] = {}
    for index in [] if position is None else outcome.pairs_of[hand][position]:
        groups.setdefault(outcome.group_ids[index], []).append(index)
    trios = dict(zip(outcome.trio_ids, outcome.trios.tolist(), strict=True))
    return [_whole(outcome, indices, trios.get(group)) for group, indices in groups.items()]


def _whole(outcome: Outcome, indices: list[int], trio: list[int] | None) -> list[int]:
    if trio is None:
        return indices
    wanted = {*trio}
    return [index for index, pair in enumerate(outcome.pairs.tolist()) if wanted.issuperset(pair)]


def _guide(
    outcome: Outcome,
    indices: list[int],
    shown: frozenset[str],
    texts: GuideTexts,
    advisers: AdvisersView,
    contact: str | None,
) -> MeetingGuide:
    adviser = advisers.names([outcome.pair_ids[index] for index in indices])
    if len(indices) == 1:
        return meeting_guide(outcome, indices[0], shown, texts, adviser=adviser, contact=contact)
    members = sorted({person for index in indices for person in outcome.pairs[index].tolist()})
    return group_guide(outcome, members, shown, texts, adviser=adviser, contact=contact)
