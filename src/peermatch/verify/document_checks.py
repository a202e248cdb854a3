"""What a saved result says of itself, held together: people, pairs, sums, ids, and the words of its certificate."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from peermatch.problem import GRID
from peermatch.verify.document_reading import (
    ABSENT,
    UNMATCHED,
    Key,
    ReadDocument,
    ReadPair,
    ReadPerson,
    read_id,
)
from peermatch.verify.evidence_reading import choice, items, member, number, record, text, truth, whole
from peermatch.verify.proof import summed_up

__all__ = ["document_faults", "shown", "trios_of"]

_PROOFS = {
    "optimal": ("optimality", "protected", "worst_first", "leximin", "flow", "none"),
    "gap": ("bound", "worst_first", "flow", "optimality", "protected", "leximin"),
    "stable": ("stability",),
    "no_stable": ("no_stable", "none"),
    "undecided": ("none",),
    "infeasible": (),
}
"""What may stand behind each status. Trios are known to be optimal or not beyond what stands behind their pairs."""

_SAID = (
    ("nobody can make more pairs", ("optimal", "gap")),
    ("has a better total", ("optimal", "gap")),
    ("nor as many with a better total", ("optimal",)),
    ("no other set of pairs has a better total", ("optimal",)),
    ("no two people would both rather have each other", ("stable",)),
    ("no set of pairs is stable", ("no_stable",)),
    ("Not proved the best", ("gap",)),
    ("Undecided", ("undecided",)),
)
"""Words of a certificate's sentence, and the statuses with which they go."""

_OVER = re.compile(r"proved over all ([0-9,]+) allowed pairs", re.IGNORECASE)
_MORE = re.compile(r"could (?:have|be) at most .*?([0-9][0-9,]*\.[0-9]{3}) more")


def document_faults(read: ReadDocument) -> list[str]:
    """List every contradiction within a saved result, in sentences; empty where there is none.

    Checked are: that everybody stands there once a side; that pairs are of people who take part, each once, in the
    order of people, with the ids that round and people give; that contributions add up to scores; that partners,
    groups, numbers and places of people are those of the pairs, and that those without a partner are told of; that what
    is said of trios is so; and that kind, status, numbers, people and words of the certificate go together.
    """
    faults = list(read.faults)
    strangers = [
        f"Pair {k + 1} names {shown(key)}, who is not among those who take part."
        for k, pair in enumerate(read.pairs)
        for hand, key in enumerate((pair.a, pair.b))
        if key not in read.taking_part[hand]
    ]
    faults += summed_up(strangers, len(strangers), "such pairs")
    if strangers:
        return faults
    for found in (_pair_faults(read), _people_faults(read), _unmatched_faults(read)):
        faults += summed_up(found, len(found), "such faults")
    faults += _odd_faults(read)
    return faults + _claim_faults(read)


def shown(key: Key) -> str:
    """Return an id as it is written in sentences."""
    id = key[1] if len(key[1]) <= 60 else key[1][:60] + "..."
    return repr(id) if key[0] == "str" else id


# ---- pairs and people -------------------------------------------------------------------------------------


def _pair_faults(read: ReadDocument) -> list[str]:
    faults = []
    left, right = read.taking_part
    meeting = {(left.get(a, -1), left.get(b, -1)) for _, trio in trios_of(read) for a, b in _pairs_of(trio)}
    before: tuple[int, int] | None = None
    for k, pair in enumerate(read.pairs):
        who = f"Pair {k + 1} ({shown(pair.a)} and {shown(pair.b)})"
        place = (left[pair.a], right[pair.b])
        if not read.two_sided and place[0] == place[1]:
            faults.append(f"{who} is of one person.")
        elif not read.two_sided and place[0] > place[1]:
            faults.append(f"{who} does not name people in their order.")
        if before is not None and place <= before:
            faults.append(f"{who} stands there twice or out of order.")
        before = place
        if sum(pair.contributions) != pair.score:
            faults.append(f"{who} scores {pair.score / GRID!r}, which its contributions do not add up to.")
        if pair.pair_id != _pair_id(read, pair):
            faults.append(
                f"{who} has the id {pair.pair_id!r:.40}; round and people give {_pair_id(read, pair)!r}."
            )
        if pair.group_id != pair.pair_id and place not in meeting:
            faults.append(f"{who} is of the group {pair.group_id!r:.40}, which is no trio of theirs.")
    return faults


def _pair_id(read: ReadDocument, pair: ReadPair) -> str:
    keys = [list(pair.a), list(pair.b)]
    return "p-" + _digest(read.round, keys if read.two_sided else sorted(keys))


def _digest(round: str | None, keys: list[list[str]]) -> str:
    text = json.dumps([round, *keys], ensure_ascii=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode("ascii"), digest_size=6).hexdigest()


def _people_faults(read: ReadDocument) -> list[str]:
    partners: tuple[dict[Key, list[Key]], dict[Key, list[Key]]] = ({}, {})
    groups: tuple[dict[Key, list[str]], dict[Key, list[str]]] = ({}, {})
    hands = (0, 1) if read.two_sided else (0, 0)
    for pair in read.pairs:
        for hand, one, other in ((hands[0], pair.a, pair.b), (hands[1], pair.b, pair.a)):
            partners[hand].setdefault(one, []).append(other)
            groups[hand].setdefault(one, []).append(pair.group_id)
    faults = []
    for person in read.people:
        made = partners[person.hand].get(person.key, [])
        held = list(dict.fromkeys(groups[person.hand].get(person.key, [])))
        faults += [f"{shown(person.key)} {what}" for what in _wrong_of(person, made, held)]
    return faults


def _wrong_of(person: ReadPerson, made: list[Key], held: list[str]) -> Iterator[str]:
    if Counter(person.partners) != Counter(made):
        yield "has other partners among the people than among the pairs."
    if sorted(person.groups) != sorted(held):
        yield "is in other groups among the people than among the pairs."
    if person.used != len(held):
        yield f"is said to be in {person.used} groups and is in {len(held)}."
    if (person.status == "paired") != bool(made):
        yield f"is called {person.status!r} and has {len(made)} partners."
    if len(held) > person.capacity:
        yield f"is in {len(held)} groups and has {person.capacity} places."
    if person.status == ABSENT and (person.used or person.capacity):
        yield "does not take part and has places all the same."
    if person.at_least is not None and person.at_least > person.used > 0:
        yield f"has {person.used} partners and needs {person.at_least}."


def _unmatched_faults(read: ReadDocument) -> list[str]:
    alone = Counter((person.hand, person.key) for person in read.people if person.status == UNMATCHED)
    told = Counter(read.unmatched)
    return [
        f"{shown(key)} is without a partner, and {'not ' if alone[hand, key] else ''}among the people and "
        f"{'' if told[hand, key] else 'not '}among those unmatched."
        if bool(alone[hand, key]) != bool(told[hand, key])
        else f"{shown(key)} stands among those unmatched {told[hand, key]} times."
        for hand, key in sorted(set(alone) | set(told))
        if alone[hand, key] != told[hand, key]
    ]


# ---- trios ------------------------------------------------------------------------------------------------


def trios_of(read: ReadDocument) -> list[tuple[str, list[Key]]]:
    """Return the trios as (group id, ids)."""
    if read.odd is None:
        return []
    found = []
    for k, one in enumerate(items(member(read.odd, "trios", "odd"), "odd.trios")):
        where = f"odd.trios[{k}]"
        told = record(one, where)
        members = items(member(told, "members", where), f"{where}.members", 3)
        ids = [read_id(id, f"{where}.members[{j}]") for j, id in enumerate(members)]
        found.append((text(member(told, "group_id", where), f"{where}.group_id"), ids))
    return found


def _pairs_of(trio: list[Key]) -> list[tuple[Key, Key]]:
    return [(trio[a], trio[b]) for a, b in ((0, 1), (0, 2), (1, 2))]


def _odd_faults(read: ReadDocument) -> list[str]:
    if read.odd is None:
        return []
    faults, trios = [], trios_of(read)
    scores = {frozenset((pair.a, pair.b)): pair for pair in read.pairs}
    doubled = 2 * sum(pair.score for pair in read.pairs)
    for group, trio in trios:
        if group != "t-" + _digest(read.round, sorted(list(key) for key in trio)):
            faults.append(f"The trio {group!r:.40} has another id than round and people give.")
        for one, other in _pairs_of(trio):
            pair = scores.get(frozenset((one, other)))
            if pair is None or pair.group_id != group:
                faults.append(f"{shown(one)} and {shown(other)} are of a trio and do not meet in it.")
            else:
                doubled -= pair.score
    faults += _odd_total_faults(read, read.odd, len(trios), doubled)
    return summed_up(faults, len(faults), "such faults")


def _odd_total_faults(read: ReadDocument, odd: Mapping[str, Any], trios: int, doubled: int) -> list[str]:
    """What is said of totals adds up, and whoever was called takes part."""
    faults = []
    whole(member(odd, "left", "odd"), "odd.left", 0)
    truth(member(odd, "verified", "odd"), "odd.verified")
    text(member(odd, "sentence", "odd"), "odd.sentence")
    seated = whole(member(odd, "seated", "odd"), "odd.seated", 0)
    total, out, loss = (
        number(member(odd, key, "odd"), f"odd.{key}") for key in ("total", "sitting_out", "loss")
    )
    bound, gap = (
        None if member(odd, key, "odd") is None else number(odd[key], f"odd.{key}")
        for key in ("bound", "gap")
    )
    for k, one in enumerate(items(member(odd, "called", "odd"), "odd.called")):
        key = read_id(one, f"odd.called[{k}]")
        if key not in read.taking_part[0]:
            faults.append(f"{shown(key)} is said to be called, and does not take part.")
    if choice(member(odd, "kind", "odd"), "odd.kind", ("trio", "reserve")) == "trio":
        if seated != trios:
            faults.append(f"{seated} people are said to have joined pairs; there are {trios} trios.")
        if total != doubled / (2 * GRID):
            faults.append(
                f"The groups are said to be worth {total!r}; their scores come to {doubled / (2 * GRID)!r}."
            )
    if loss != out - total:
        faults.append(f"The loss is given as {loss!r}; it is {out - total!r}.")
    if gap != (None if bound is None else bound - total):
        faults.append(f"The gap is given as {gap!r}; the bound is {bound!r} and the total {total!r}.")
    return faults


# ---- what is claimed --------------------------------------------------------------------------------------


def _claim_faults(read: ReadDocument) -> list[str]:
    claim, faults = read.claim, []
    if (claim.evidence is None) != (claim.kind == "none"):
        faults.append(f"The certificate is called {claim.kind!r}, and its evidence is something else.")
    elif claim.evidence is not None and member(claim.evidence, "kind", "certificate.evidence") != claim.kind:
        faults.append(f"The certificate is called {claim.kind!r}, and its evidence is of another kind.")
    if claim.evidence is not None:
        covered = member(claim.evidence, "pairs_covered", "certificate.evidence")
        if claim.status != "gap" and covered != claim.pairs_covered and read.update is None:
            faults.append(
                f"The certificate covers {claim.pairs_covered} pairs, and its evidence another number."
            )
    if claim.kind not in _PROOFS[claim.status]:
        faults.append(
            f"The status {claim.status!r} does not go with a certificate of the kind {claim.kind!r}."
        )
    if claim.verified and claim.evidence is None:
        faults.append("The result is called verified, and there is nothing to verify.")
    if claim.status == "optimal" and (claim.gap or claim.pairs_gap or claim.worst_gap):
        faults.append("The result is called optimal, and gaps are given.")
    if claim.worst_gap is not None and read.settings.get("objective") != "worst_first":
        faults.append("Something is said of the worst pair, which does not come first here.")
    if claim.status == "gap" and claim.gap is None:
        faults.append("The status is 'gap', and no gap is given.")
    known = [set(side) for side in read.taking_part]
    if claim.vertices is not None and not set(claim.vertices) <= known[0] | known[1]:
        faults.append("The certificate is about people who do not take part.")
    return faults + _sentence_faults(read)


def _sentence_faults(read: ReadDocument) -> list[str]:
    claim, faults = read.claim, []
    if not claim.sentence.strip():
        return ["The certificate says nothing in words."]
    counted = _OVER.search(claim.sentence)
    if counted and int(counted[1].replace(",", "")[:30] or -1) != claim.pairs_covered:
        faults.append(
            f"The sentence speaks of {counted[1]:.40} allowed pairs; {claim.pairs_covered} are claimed."
        )
    if "Proved over the one allowed pair" in claim.sentence and claim.pairs_covered != 1:
        faults.append(f"The sentence speaks of one allowed pair; {claim.pairs_covered} are claimed.")
    if (counted or "Proved" in claim.sentence) and claim.evidence is None:
        faults.append("The sentence speaks of a proof, and the certificate has no evidence.")
    if "group_floor" in read.settings:  # its sentence is about the floor, the rest of the certificate is not
        return faults
    for words, statuses in _SAID:
        if words in claim.sentence and claim.status not in statuses:
            faults.append(f"The sentence says {words!r}, and the status is {claim.status!r}.")
    if "(checked independently)" in claim.sentence and not claim.verified:
        faults.append("The sentence says that it was checked independently, and it is not called verified.")
    if "(not checked independently)" in claim.sentence and claim.verified:
        faults.append("The sentence says that it was not checked independently, and it is called verified.")
    more = _MORE.search(claim.sentence)
    if more and claim.gap is not None and read.update is None:
        gap = f"{claim.gap / (2 * GRID):.3f}"
        if more[1].replace(",", "") != gap:
            faults.append(f"The sentence leaves room for {more[1]:.40} more, and the gap is {gap}.")
    return faults
