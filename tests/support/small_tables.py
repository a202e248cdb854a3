"""Small tables of invented people, written to files for the command line."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

TEAMS = ("Ops", "Law", "IT", "HR")
SKILLS = ("Excel", "Law", "Python", "Writing", "Budgets", "Speaking")


def people(count: int = 12) -> list[dict[str, Any]]:
    """Return records of invented people: two levels of managers, years, teams, skills offered and sought."""
    return [
        {
            "person_id": f"{k:03d}",
            "display_name": f"Person {k}",
            "opted_in": "no" if k == count - 1 else "yes",
            "manager_id": "" if k == 0 else f"{(k - 1) // 3:03d}",
            "years_experience": str((7 * k) % 20 + 1),
            "department": TEAMS[k % 4],
            "can_teach": f"{SKILLS[k % 6]}; {SKILLS[(k + 1) % 6]}",
            "wants_to_learn": SKILLS[(k + 3) % 6],
        }
        for k in range(count)
    ]


def write_csv(path: Path, rows: Iterable[Mapping[str, Any]], encoding: str = "utf-8") -> Path:
    """Write records as CSV."""
    rows = list(rows)
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


CONFIG = """\
schema = 1
id = "person_id"
label = "display_name"
eligible = "opted_in"

[[criteria]]
kind = "near"
column = "years_experience"
scale = 3
weight = 2

[[criteria]]
kind = "complement"
offers = "can_teach"
seeks = "wants_to_learn"
weight = 3

[[rules]]
kind = "not_in_line"
manager = "manager_id"
"""

MENTORING = """\
id = "email"
sides = ["mentee", "mentor"]
capacity = { mentor = "places" }

[[criteria]]
kind = "above"
column = "grade"
by = [1, 3]

[[rules]]
kind = "must_differ"
column = "team"
"""


def mentees() -> list[dict[str, Any]]:
    """Return records of invented mentees."""
    return [{"email": f"e{k}@example.org", "grade": str(k % 3 + 1), "team": TEAMS[k % 4]} for k in range(5)]


def mentors() -> list[dict[str, Any]]:
    """Return records of invented mentors with places."""
    return [
        {"email": f"r{k}@example.org", "grade": str(k % 2 + 4), "team": TEAMS[(k + 1) % 4], "places": "2"}
        for k in range(3)
    ]
