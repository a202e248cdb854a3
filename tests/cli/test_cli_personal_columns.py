"""What people are never becomes an active criterion of a draft, in one pool or between two sides."""

from __future__ import annotations

import random
import tomllib

import pytest

from peermatch.cli.init import PEER, draft_configuration
from peermatch.cli.templates import TEMPLATES
from peermatch.errors import InputError
from support.small_tables import write_csv

PERSONAL = (
    "country_of_origin", "Nationality", "first_language", "Muttersprache", "Staatsbürgerschaft", "religion", "Ethnie",
    "Alter", "Geschlecht", "Familienstand", "estado_civil", "Jahresgehalt", "Bruttolohn",
    "Leistungsbewertung", "Abwesenheit",
    "raza", "rémunération", "disability", "union_member", "Migrationshintergrund", "fecha_nacimiento",
)  # fmt: skip


def rows(name, cells, *, sides=False, count=30, **more):
    draw = random.Random(7)
    return [
        {
            "id": f"E{k:03d}",
            **({"mentoring_role": ("mentee", "mentor")[k % 2]} if sides else {}),
            name: cells[k % len(cells)],
            **{key: draw.choice(values) for key, values in more.items()},
        }
        for k in range(count)
    ]


def uses(data, name):
    return any(name in str(part) for part in (*data["criteria"], *data.get("rules", ())))


@pytest.mark.parametrize("name", [*PERSONAL, "Country", "pays", "Land"])
@pytest.mark.parametrize("template", [None, PEER, *TEMPLATES])
def test_no_draft_matches_on_it_for_want_of_better(tmp_path, name, template):
    sides = template in TEMPLATES
    path = str(write_csv(tmp_path / "p.csv", rows(name, ("A1", "B2", "C3"), sides=sides)))
    with pytest.raises(InputError, match=r"looks fit to match people on|could be compared"):
        draft_configuration(path, template=template)
    path = str(
        write_csv(
            tmp_path / "q.csv", rows(name, ("A1", "B2", "C3"), sides=sides, mood=("calm", "loud", "odd"))
        )
    )
    text = draft_configuration(path, template=template)
    data = tomllib.loads(text)
    assert not uses(data, name)
    assert "Left alone because" in text
    assert repr(name) in text[text.index("Left alone") :].replace("\n# ", " ")


@pytest.mark.parametrize("values", [("M", "F"), ("männlich", "weiblich", "divers"), ("ledig", "verheiratet")])
def test_values_tell_where_the_name_does_not(tmp_path, values):
    path = str(write_csv(tmp_path / "p.csv", rows("Feld 7", values, mood=("calm", "loud", "odd"))))
    text = draft_configuration(path)
    assert not uses(tomllib.loads(text), "Feld 7")
    assert "they sound personal: 'Feld 7'" in text


def test_the_country_of_an_office_is_a_background(tmp_path):
    for name in ("office_country", "Country of work", "Land (Standort)"):
        text = draft_configuration(
            str(write_csv(tmp_path / "p.csv", rows(name, ("Norway", "Italy", "Spain"))))
        )
        assert uses(tomllib.loads(text), name), name


def test_a_country_that_follows_from_the_site_is_a_background(tmp_path):
    table = rows("country", ("Norway", "Italy"))
    for k, row in enumerate(table):
        row["site"] = {"Norway": ("Oslo", "Bergen"), "Italy": ("Rome", "Milan")}[row["country"]][k // 2 % 2]
    path = write_csv(tmp_path / "p.csv", table)
    assert uses(tomllib.loads(draft_configuration(str(path))), "country")
    table[4]["country"] = "Italy"  # somebody in Oslo who is from elsewhere
    path = write_csv(tmp_path / "q.csv", table)
    text = draft_configuration(str(path))
    assert not uses(tomllib.loads(text), "country")
    assert "nothing tells whether it is where people work or where they are from: 'country'" in text.replace(
        "\n# ", " "
    )


def test_wide_tables_get_a_handful_of_criteria(tmp_path):
    draw = random.Random(3)
    lists = {
        f"Topic{n}{what}": [f"{n}{sign}" for sign in "abcdefg"]
        for n in range(15)
        for what in ("Have", "Want")
    }
    table = [
        {
            "id": f"E{k:03d}",
            **{name: "; ".join(draw.sample(values, 3)) for name, values in lists.items()},
            **{f"Number {n}": draw.randint(1, 9) for n in range(60)},
            **{f"Kind {n}": draw.choice("ABC") + str(n) for n in range(60)},
        }
        for k in range(60)
    ]
    text = draft_configuration(str(write_csv(tmp_path / "p.csv", table)))
    assert len(tomllib.loads(text)["criteria"]) <= 8
    assert text.count("# [[criteria]]") <= 8
    flat = " ".join(text.replace("\n# ", " ").split())
    assert all(f"'{name}'" in flat or f'"{name}"' in flat for name in table[0] if name != "id")
