"""Columns of one of several kinds, clean or not, for tables that nobody thought of."""

from __future__ import annotations

SKILLS = (
    "Excel",
    "SQL",
    "Python",
    "Public speaking",
    "Negotiation",
    "Coaching",
    "Writing",
    "Budgeting",
    "Hiring",
)


def column_of(draw, count):
    """A column of one of several kinds, clean or not."""
    kinds = (
        lambda k: draw.choice(("yes", "no", "")),
        lambda k: "; ".join(draw.sample(SKILLS, draw.randint(0, 3))),
        lambda k: draw.choice(("3 years", "10+", "")),
        lambda k: str(draw.randint(0, 40)),
        lambda k: draw.choice(("inf", "1e400", "5", "-3")),
        lambda k: draw.choice("ABC"),
        lambda k: "" if k == 0 else f"E{draw.randrange(k)}",
        lambda k: f"20{draw.randint(10, 25)}-03-1{draw.randint(0, 9)}",
        lambda k: f"a sentence of someone's own, number {draw.random()}",
        lambda k: "same",
    )
    make = draw.choice(kinds)
    return [make(k) for k in range(count)]
