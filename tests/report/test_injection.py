"""No cell of any table that is written starts a formula, whatever people, columns, criteria and sides are called.

The oracle knows nothing of how text is shielded: it does to a cell what the most obliging program could do on the way
in (drop what is not seen, make full-width forms plain), and looks at what comes first then.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sys
import unicodedata

import openpyxl
import pandas as pd
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

import peermatch as pm
from peermatch.report import csv_text, plain_text, safe_text
from peermatch.report.workbook import workbook_bytes

STEADY = settings(derandomize=True, database=None, deadline=None, max_examples=300)
FEW = settings(STEADY, max_examples=15)

HOSTILE = [
    "=1+1", "+1", "-1+1", "@SUM(A1)", "=cmd|' /C calc'!A0", "  =1", "\t=1", "\r=1", "\n=1", "\u200b=1", "\ufeff=1",
    "\u00a0=1", "\u3000=1", "＝1", "＋1", "－1", "＠SUM(1)", " ＝1", "'=1", "''=1", "' =1", '"=1', '=HYPERLINK("http://x")',
    "\x00=1", "\u2212 1", "\u202e=1", "\U000e0041=1", 'a",=1', "a\n=1", "a\r\n=1", "a;=1", "=1;2", "|=1", "_x003D_1",
    "'", "''", "'a", "", " ", "=", "-", "#REF!", "007", "-5", "1e5", "\x85=1", "\u2028=1", "\u2800=1", "⁼1", "﹦1",
]  # fmt: skip
PIECES = ["=", "+", "-", "@", "＝", "＋", "－", "＠", "'", '"', ",", ";", "\t", "\r", "\n", " ", "\u200b", "\ufeff",
          "\x00", "\u00a0", "cmd|' /C calc'!A0", "SUM(1)", "1", "a", "_x003D_"]  # fmt: skip
texts = st.one_of(
    st.sampled_from(HOSTILE), st.lists(st.sampled_from(PIECES), max_size=6).map("".join), st.text(max_size=12)
)
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?|-?inf")


def unseen(sign):
    return (
        unicodedata.category(sign) in ("Cc", "Cf", "Zs", "Zl", "Zp")
        or sign in "\u2800\u3164\u115f\u1160\uffa0"
    )


def starts_a_formula(cell):
    """Whether some program could take a text for a formula."""
    if cell[:1] in ("\t", "\r", "\n"):
        return True
    seen = "".join(sign for sign in cell if not unseen(sign))
    return unicodedata.normalize("NFKC", seen)[:1] in ("=", "+", "-", "@", "\u2212")


def check_cell(cell):
    assert NUMBER.fullmatch(cell) or not starts_a_formula(cell), repr(cell)


def read_csv(text):
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert len({len(row) for row in rows}) == 1
    return rows


def check_book(data):
    """Look at every cell of a workbook, as it is loaded and as it is written."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    for sheet in book:
        for row in sheet:
            for cell in row:
                assert cell.data_type in ("s", "n", "b"), (cell.data_type, cell.value)
                assert cell.hyperlink is None
                if isinstance(cell.value, str):
                    assert not starts_a_formula(cell.value), repr(cell.value)
    return book


# ---- texts and tables -----------------------------------------------------------------------------------


def test_the_oracle_sees_what_is_hostile():
    for text in HOSTILE[:20]:
        assert starts_a_formula(text) or text.startswith(("'", '"')), repr(text)
    assert not any(map(starts_a_formula, ("", "a", "'=1", "'\u200b=1", "007", "a=1", "#REF!")))


@STEADY
@given(texts)
def test_shielded_text_starts_no_formula_and_finds_the_way_back(text):
    assert not starts_a_formula(safe_text(text))
    assert plain_text(safe_text(text)) == text
    assert plain_text(plain_text(safe_text(safe_text(text)))) == text


def test_every_sign_and_every_unseen_character_is_known():
    points = [chr(point) for point in range(sys.maxunicode + 1) if not 0xD800 <= point < 0xE000]
    signs = [one for one in points if unicodedata.normalize("NFKC", one)[0] in "=+-@\u2212"]
    assert len(signs) > 15
    for sign in signs:
        assert safe_text(sign + "1") == f"'{sign}1", hex(ord(sign))
    for one in filter(unseen, points):
        assert safe_text(one + "=1") == f"'{one}=1", hex(ord(one))


def test_shielding_takes_no_longer_than_the_text_is_long():
    for text in ("'" * 1_000_000, " " * 1_000_000, "' " * 500_000, " '" * 500_000 + "="):
        assert plain_text(safe_text(text)) == text


@STEADY
@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=4), texts, texts)
@example([("a\r\n=1", "\x00")], "=x", "\n")
def test_a_table_has_a_row_a_record(rows, first, second):
    assume(first != second)
    frame = pd.DataFrame(rows, columns=[first, second], dtype=object)
    found = read_csv(csv_text(frame))
    for row in found:
        for cell in row:
            check_cell(cell)
    back = [[plain_text(cell) for cell in row] for row in found]
    assert back == [[first, second], *map(list, rows)]
    numbered = pd.concat([frame, pd.DataFrame({"number": range(len(rows))})], axis=1)
    sheet = check_book(workbook_bytes({"people": numbered}))["people"]
    assert [row[2] for row in sheet.iter_rows(min_row=2, values_only=True)] == list(range(len(rows)))


@STEADY
@given(st.lists(st.lists(texts, max_size=3), min_size=1, max_size=3))
def test_lists_start_no_formula(lists):
    frame = pd.DataFrame({"partners": pd.Series(lists, dtype=object), "number": range(len(lists))})
    found = read_csv(csv_text(frame))
    assert len(found) == len(lists) + 1
    for row in found:
        for cell in row:
            check_cell(cell)
    check_book(workbook_bytes({"people": frame}))


# ---- whole results --------------------------------------------------------------------------------------


def hostile_result(ids, label, value, column, criterion, side, round, rule="rule"):
    """A result in which everything has a hostile name; None where the library refuses one of the names."""
    rows = [
        {
            "key": id,
            "name": f"{label}{number}",
            column: f"{value}; b",
            "boss": f"{value}{number % 2}",
            "years": number,
        }
        for number, id in enumerate(ids)
    ]
    try:
        matcher = pm.PeerMatcher(
            "key",
            [pm.overlap(column, name=criterion), pm.near("years", name="years")],
            [pm.must_differ("boss", name=rule)],
            label="name",
            sides=None if side is None else (side, "other"),
            show=[column],
        )
        half = len(rows) // 2
        return matcher.match(
            rows if side is None else rows[:half], None if side is None else rows[half:], round=round
        )
    except (pm.InputError, pm.ConfigError):
        return None


def check_result(found, folder):
    written = [
        path
        for audience in ("administrator", "auditor", "participant")
        for path in found.to_csv(folder / audience, audience=audience)
    ]
    tables = [path for path in written if path.suffix == ".csv"]
    assert len(tables) > 10
    for path in tables:
        with path.open(encoding="utf-8", newline="") as file:
            rows = read_csv(file.read())
        for row in rows:
            for cell in row:
                check_cell(cell)
        if path.stem in ("people", "pairs"):
            assert len(rows) == len(getattr(found, path.stem)) + 1
        if path.name == "people.csv" and path.parent.name == "administrator":
            place = rows[0].index("id")
            assert [plain_text(row[place]) for row in rows[1:]] == list(map(str, found.people["id"]))
            assert [plain_text(row[place + 1]) for row in rows[1:]] == list(map(str, found.people["label"]))
    for audience in ("administrator", "auditor"):
        check_book(found.to_excel(folder / "r.xlsx", audience=audience).read_bytes())


def ids_of(text):
    return [f"{text}{number}" for number in range(6)]


@pytest.mark.parametrize("text", [*HOSTILE[:12], *HOSTILE[18:32]], ids=ascii)
def test_a_result_of_hostile_names_starts_no_formula(text, tmp_path):
    """Each name hostile on its own, so that one that is refused hides no other."""
    plain = {"ids": ids_of("p"), "label": "L", "value": "v", "column": "goals", "criterion": "fit"}
    plain |= {"side": None, "round": "r"}
    names = ("ids", "label", "value", "column", "criterion", "round", "rule", "side")
    hostile = {name: ids_of(text) if name == "ids" else text for name in names}
    made = 0
    for number, (name, value) in enumerate(hostile.items()):
        found = hostile_result(**{**plain, name: value})
        if found is not None:
            made += 1
            check_result(found, tmp_path / str(number))
    assert made >= 3, made


@FEW
@given(texts, texts, texts, texts, texts, st.none() | texts, texts)
def test_no_mixture_of_names_starts_a_formula(
    tmp_path_factory, id, label, value, column, criterion, side, round
):
    found = hostile_result(ids_of(id), label, value, column, criterion, side, round)
    assume(found is not None)
    check_result(found, tmp_path_factory.mktemp("mixed"))


@pytest.mark.parametrize("text", ["=1+1", "\u200b=1", "＝1", "'=1", "\t=1", "a\r\nb"], ids=ascii)
def test_history_and_changes_find_the_way_back(text, tmp_path):
    """What was shielded for a spreadsheet comes in again as it was."""
    rows = [{"key": id, "years": number} for number, id in enumerate(ids_of(text))]
    matcher = pm.PeerMatcher("key", [pm.near("years")], [pm.no_repeat()])
    first = matcher.match(rows, round="1")
    second = matcher.update(rows[:-1], first, round="1")
    second.to_csv(tmp_path)
    with (tmp_path / "changes.csv").open(encoding="utf-8", newline="") as file:
        found = read_csv(file.read())
    assert [plain_text(row[0]) for row in found[1:]] == second.changes["id"].tolist()
    for row in found:
        for cell in row:
            check_cell(cell)
    ids = {
        person["id"]["value"]
        for person in json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))["people"]
    }
    assert ids == set(second.people["id"])
