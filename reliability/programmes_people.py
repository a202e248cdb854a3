"""Made-up people for random programmes: ids of every sort, cells with gaps, many alike now and then."""

from __future__ import annotations

import random
from typing import Any

__all__ = ["GRADES", "Row", "ids_of", "people_of"]

Row = dict[str, Any]

GRADES = ("junior", "middle", "senior", "lead")
SKILLS = ("law", "python", "sales", "sql", "talks", "tax")
GOALS = ("balance", "grow", "lead", "learn")


def ids_of(rng: random.Random, count: int) -> list[Any]:
    """Return so many ids of one sort, all different."""
    kind = rng.randrange(5)
    numbers = rng.sample(range(1, 10 * count + 10), count)
    if kind == 0:
        return list(numbers)
    if kind == 1:
        return [f"{number:05d}" for number in numbers]
    if kind == 2:
        return [
            f"{rng.choice(('Zoë', 'Ñandú', '李', 'Ångström', 'o’Neil', 'İ', '🙂'))} {number}"
            for number in numbers
        ]
    if kind == 3:
        return [f"p{number}@example.org" for number in numbers]
    return [f"p{number}" for number in numbers]


def people_of(rng: random.Random, mine: list[Any], everyone: list[Any]) -> list[Row]:
    """Return people with these ids; `everyone` may be named by them. Nobody is below somebody who comes later."""
    gaps = rng.choice((0.0, 0.1, 0.3, 0.9))
    few = rng.random() < 0.2  # many alike: ties everywhere
    place = {id: at for at, id in enumerate(everyone)}

    def maybe(value: Any) -> Any:
        return None if rng.random() < gaps else value

    def several(words: tuple[str, ...]) -> str:
        return "; ".join(sorted(rng.sample(words, rng.randrange(1, 4))))

    rows = []
    for id in mine:
        above = everyone[: place[id]]
        rows.append(
            {
                "id": id,
                "name": f"Person {rng.randrange(100)}",
                "years": maybe(rng.choice((1, 2)) if few else rng.randrange(0, 41) / 2),
                "grade": maybe(rng.choice(GRADES)),
                "team": maybe(rng.choice("xy" if few else "uvwxyz")),
                "site": maybe(rng.choice(("north", "south"))),
                "goals": maybe(several(GOALS)),
                "offers": maybe(several(SKILLS)),
                "seeks": maybe(several(SKILLS)),
                "zone": maybe(rng.choice(("UTC", "UTC+2", "UTC-5"))),
                "hours": maybe(rng.choice(("09:00-17:00", "12:00-20:00", "Mon 09:00-10:00"))),
                "age": float(rng.randrange(20, 65)),
                "wants": rng.choice(("yes", "yes", "no")),
                "in": rng.choice(("yes",) * 9 + ("no",)),
                "places": rng.choice((1, 1, 2, 3)),
                "boss": rng.choice(above) if above and rng.random() < 0.8 else None,
                "not_with": "; ".join(
                    str(one) for one in rng.sample(everyone, min(2, len(everyone))) if one != id
                )
                or None,
                "wishes": "; ".join(str(one) for one in rng.sample(everyone, min(3, len(everyone)))) or None,
            }
        )
    return rows
