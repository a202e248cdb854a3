"""Two encodings of people, held against each other: by ids, and up to what depends on who else was there.

Criteria are encoded with what the run had learned, so their numbers must be equal. Codes of rules are given out anew at
each run: there two people must be equal, or not, as they were. Of lines of managers the order among those who are in
both must be the same.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Sameness", "compare_criteria", "compare_rules", "ids_taking_part"]

Key = tuple[str, Any]
Ids = tuple[Sequence[Key], Sequence[Key]]

_OWN = ({"left_own", "left_other"}, {"right_own", "right_other"})
_FIXED = ("primitive", "params", "directed", "fills")


@dataclass
class Sameness:
    """What was found to differ.

    Attributes
    ----------
    people : mapping of (hand, id) to list of str
        Who is encoded otherwise, and where.
    differs : list of str
        What differs beyond single people.
    """

    people: dict[tuple[int, Key], list[str]] = field(default_factory=dict)
    differs: list[str] = field(default_factory=list)

    def note(self, hand: int, id: Key, what: str) -> None:
        """Note that somebody's numbers differ."""
        found = self.people.setdefault((hand, id), [])
        if what not in found:
            found.append(what)

    def forget(self, name: str) -> None:
        """Take back what was said of a criterion."""
        said = f"criterion {name}"
        self.people = {
            person: rest
            for person, what in self.people.items()
            if (rest := [one for one in what if one != said])
        }
        self.differs = [one for one in self.differs if f"{name!r}" not in one]

    def places(self, then: Sequence[Any], now: Sequence[Any], old: Ids, new: Ids) -> None:
        """Compare how many partners each may have."""
        for hand in (0, 1):
            before = dict(zip(old[hand], then[hand] or [1] * len(old[hand]), strict=True))
            counts = [1] * len(new[hand]) if now[hand] is None else now[hand].tolist()
            for id, count in zip(new[hand], counts, strict=True):
                if id in before and before[id] != count:
                    self.note(hand, id, "places")


def ids_taking_part(document: Mapping[str, Any]) -> Ids:
    """Return the typed ids of those who took part, left and right; in one pool twice the same."""
    sides: tuple[list[Key], list[Key]] = ([], [])
    for one in document["people"]:
        if one["status"] == "not taking part":
            continue
        id = (
            one["id"]["type"],
            int(one["id"]["value"]) if one["id"]["type"] == "int" else one["id"]["value"],
        )
        hand = document["sides"].index(one["side"]) if document["two_sided"] else 0
        sides[hand].append(id)
    return sides if document["two_sided"] else (sides[0], sides[0])


def compare_criteria(old: Mapping[str, Any], new: Mapping[str, Any], old_ids: Ids, new_ids: Ids) -> Sameness:
    """Compare what each person brings to each criterion that stands in both, and what it counts for them.

    Parameters
    ----------
    old, new : evidence
    old_ids, new_ids : pair of lists of typed ids
        Of those who take part, in the order of the evidence.
    """
    found = Sameness()
    hands = (0, 1) if old["two_sided"] else (0,)
    for hand in hands:
        was, there = set(old_ids[hand]), set(new_ids[hand])
        for id in [
            *(was - there),
            *(there - was),
        ]:  # of those who are in both tables: others are erased or added
            found.note(hand, id, "whether they take part")
    if old["mutual"] != new["mutual"]:
        found.differs.append("two utilities are combined otherwise")
    parts = {part["name"]: part for part in new["criteria"]}
    for part in old["criteria"]:
        other = parts.get(part["name"])
        if other is None or part["primitive"] == "matrix":
            continue
        if any(part.get(name) != other.get(name) for name in _FIXED):
            found.differs.append(f"the criterion {part['name']!r} is another one, or learned something else")
            continue
        said = f"criterion {part['name']}"
        for hand in hands:
            before, now = (
                dict(zip(ids[hand], _brought(evidence, one, hand, ids), strict=True))
                for evidence, one, ids in ((old, part, old_ids), (new, other, new_ids))
            )
            for id in before.keys() & now.keys():
                if _among(before[id], new_ids[1 - hand]) != _among(now[id], old_ids[1 - hand]):
                    found.note(hand, id, said)
    if len(parts) == len(old["criteria"]):
        _compare_shares(found, old, new, old_ids, new_ids)
    return found


def _brought(evidence: Mapping[str, Any], part: Mapping[str, Any], hand: int, ids: Ids) -> list[Any]:
    """Return what each person of a side brings to a criterion."""
    if part["primitive"] == "listed":
        return _lists(part, hand, ids, evidence["two_sided"])
    places = sorted(_OWN[hand] if evidence["two_sided"] else _OWN[0] | _OWN[1])
    columns = [_rows(evidence["tables"][part[place]]) for place in places]
    return list(zip(*columns, strict=True))


def _rows(table: Mapping[str, Any]) -> list[Any]:
    """Return one value a person."""
    if table["kind"] == "bits":
        return [int(one, 16) if one else 0 for one in table["sets"]]
    return list(zip(*table["columns"], strict=True))


class _Listed(dict[Key, Any]):
    """Whom somebody listed, with values; only those who are in both tables count."""


def _lists(part: Mapping[str, Any], hand: int, ids: Ids, two_sided: bool) -> list[Any]:
    found: list[tuple[Any, _Listed]] = [
        (default, _Listed()) for default in part["left_default" if hand == 0 else "right_default"]
    ]
    mine, theirs = ("u", "v") if hand == 0 else ("v", "u")
    told = part["forward" if hand == 0 else "backward"]
    for own, other, value in zip(told[mine], told[theirs], told["value"], strict=True):
        found[own][1][ids[1 - hand][other] if two_sided else ids[0][other]] = value
    return found


def _among(value: Any, others: Sequence[Key]) -> Any:
    """Leave out of lists whoever is in one table only."""
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], _Listed):
        there = set(others)
        return value[0], {id: number for id, number in value[1].items() if id in there}
    return value


def _compare_shares(
    found: Sameness, old: Mapping[str, Any], new: Mapping[str, Any], old_ids: Ids, new_ids: Ids
) -> None:
    for hand, side in enumerate(("left", "right")):
        if hand and not old["two_sided"]:
            continue
        before, now = (
            {id: told["patterns"][at] for id, at in zip(ids[hand], told["of"], strict=True)}
            for told, ids in ((old["shares"][side], old_ids), (new["shares"][side], new_ids))
        )
        for id in before.keys() & now.keys():
            if before[id] != now[id]:
                found.note(hand, id, "what counts for them, and how much")


# ---- rules ----------------------------------------------------------------------------------------------


def compare_rules(
    found: Sameness,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    ids: tuple[Ids, Ids],
    skip: Mapping[str, str],
    *,
    private: bool,
) -> None:
    """Compare what each rule forbids among those who are in both tables.

    Parameters
    ----------
    found : Sameness
        Is added to.
    old, new : evidence
    ids : pair of pairs of lists
        Of the old and of the new evidence.
    skip : mapping
        Names of rules that are left out.
    private : bool
        Whether private rules are in the new evidence.
    """
    now = {rule["name"]: rule for rule in new["rules"]}
    if private:
        before, after = (_private_pairs(part, of) for part, of in zip((old, new), ids, strict=True))
        both = _both(ids)
        if {pair for pair in before if pair <= both} != {pair for pair in after if pair <= both}:
            found.differs.append("private rules forbid other pairs")
    for rule in old["rules"]:
        name = rule["name"]
        if name is None or name in skip or name not in now or rule["kind"] != now[name]["kind"]:
            continue
        _compare_rule(found, name, (rule, now[name]), (old, new), ids)


def _both(ids: tuple[Ids, Ids]) -> frozenset[Any]:
    parts = [{(hand, id) for hand in (0, 1) for id in of[hand]} for of in ids]
    return frozenset(parts[0] & parts[1])


def _private_pairs(evidence: Mapping[str, Any], ids: Ids) -> set[frozenset[Any]]:
    found = set()
    for rule in evidence["rules"]:
        if rule["name"] is None and rule["kind"] == "listed":
            found |= _pairs(rule, ids, evidence["two_sided"])
    return found


def _pairs(rule: Mapping[str, Any], ids: Ids, two_sided: bool) -> set[frozenset[Any]]:
    right = 1 if two_sided else 0
    return {
        frozenset([(0, ids[0][u]), (right, ids[right][v])]) for u, v in zip(rule["u"], rule["v"], strict=True)
    }


def _compare_rule(
    found: Sameness,
    name: str,
    rules: tuple[Mapping[str, Any], Mapping[str, Any]],
    evidence: tuple[Mapping[str, Any], Mapping[str, Any]],
    ids: tuple[Ids, Ids],
) -> None:
    kind, two_sided = rules[0]["kind"], evidence[0]["two_sided"]
    if kind == "listed":
        both = _both(ids)
        before, after = (_pairs(rule, of, two_sided) for rule, of in zip(rules, ids, strict=True))
        count = len({pair for pair in before ^ after if pair <= both})
        if count:
            found.differs.append(
                f"the rule {name!r} forbids or allows {count:,} {'pair' if count == 1 else 'pairs'} more"
            )
        return
    if rules[0].get("threshold") != rules[1].get("threshold") or rules[0].get("floor") != rules[1].get(
        "floor"
    ):
        found.differs.append(f"the rule {name!r} has another limit")
        return
    if kind == "floor":
        return  # a floor reads what its criterion reads, which is compared there
    marks = [_marks(rule, of, at, two_sided) for rule, of, at in zip(rules, evidence, ids, strict=True)]
    both_people = marks[0].keys() & marks[1].keys()
    then, now = ({person: mark[person] for person in both_people} for mark in marks)
    wrong = _lines_differ(then, now) if kind == "in_line" else _codes_differ(then, now)
    for hand, id in wrong:
        found.note(hand, id, f"rule {name}")


def _marks(
    rule: Mapping[str, Any], evidence: Mapping[str, Any], ids: Ids, two_sided: bool
) -> dict[Any, tuple[int, ...]]:
    tables = evidence["tables"]
    found: dict[Any, tuple[int, ...]] = {}
    for hand, place in ((0, "left"), (1, "right")):
        if hand == 0 or two_sided:
            rows = _rows(tables[rule[place]])
            found.update({(hand, id): row for id, row in zip(ids[hand], rows, strict=True)})
    return found


def _codes_differ(then: Mapping[Any, Sequence[int]], now: Mapping[Any, Sequence[int]]) -> Iterator[Any]:
    """Yield those whose codes are not the same up to other names of the codes, column by column."""
    wrong = set()
    for column in range(len(next(iter(then.values()), ()))):
        together: defaultdict[int, Counter[int]] = defaultdict(Counter)
        for person, codes in then.items():
            together[codes[column]][now[person][column]] += 1
        names: dict[int, int] = {-1: -1}
        taken = {-1}
        for code, counts in sorted(together.items(), key=lambda part: (-max(part[1].values()), part[0])):
            if code == -1:
                continue
            free = [
                other
                for other, _ in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
                if other not in taken
            ]
            if free:
                names[code] = free[0]
                taken.add(free[0])
        wrong |= {person for person, codes in then.items() if names.get(codes[column]) != now[person][column]}
    yield from sorted(wrong, key=repr)


def _lines_differ(then: Mapping[Any, Sequence[int]], now: Mapping[Any, Sequence[int]]) -> Iterator[Any]:
    """Yield those whose nearest manager, among all who are in both tables, is another one."""
    before, after = _nearest_above(then), _nearest_above(now)
    yield from (person for person in sorted(then, key=repr) if before[person] != after[person])


def _nearest_above(lines: Mapping[Any, Sequence[int]]) -> dict[Any, Any]:
    """Return of everybody the nearest one above them, -1 where they stand in no line.

    A line is when somebody is entered and left on a walk through the tree of managers: who is above is entered before
    and left after. The same person on both sides stands at one place.
    """
    at: defaultdict[tuple[int, int], list[Any]] = defaultdict(list)
    found: dict[Any, Any] = {}
    for person, line in lines.items():
        if line[0] < 0:
            found[person] = -1
        else:
            at[line[0], line[1]].append(person)
    above: list[tuple[int, int]] = []
    for enter, leave in sorted(at):
        while above and above[-1][1] <= enter:
            above.pop()
        for person in at[enter, leave]:
            found[person] = None if not above else tuple(sorted(at[above[-1]], key=repr))
        above.append((enter, leave))
    return found
