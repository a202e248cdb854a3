"""The report page: self-contained, escaped, made for its reader."""

from __future__ import annotations

import html
import json
import re

import pytest

import peermatch as pm

HOSTILE = "</script><script>alert(1)</script>"


def people(n=12):
    return [
        {
            "id": f"{k:03d}",
            "name": HOSTILE if k == 3 else f"Person {k}",
            "y": k % 5,
            "t": "xyz"[k % 3],
            "goals": "speak; write" if k % 2 else "write",
            "faith": "rare" if k < 2 else "common",
        }
        for k in range(n)
    ]


def pairing(rows=None, **more):
    criteria = [pm.near("y"), pm.overlap("goals"), pm.same("faith", sensitive=True)]
    rules = [pm.must_differ("t"), pm.veto(table=[("000", "001")])]
    matcher = pm.PeerMatcher("id", criteria, rules, label="name", show=["goals"], **more)
    return matcher.match(people() if rows is None else rows, round="2026-12")


def read(path):
    text = path.read_text(encoding="utf-8")
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.S)
    return text, json.loads(found.group(1))


def test_the_page_loads_nothing_from_elsewhere(tmp_path):
    text, _ = read(pairing().report(tmp_path / "report.html"))
    assert "default-src 'none'" in html.unescape(text)
    assert "unsafe" not in text
    assert not re.search(r"(?:src|href)\s*=\s*[\"'](?!#)", text)
    assert not re.search(r"url\(|@import|https?:", text)


def test_a_hostile_name_stays_text(tmp_path):
    text, data = read(pairing().report(tmp_path / "report.html"))
    assert "<script>alert" not in text
    assert HOSTILE in {pair["a"] for pair in data["pairs"]} | {pair["b"] for pair in data["pairs"]}
    assert text.count("<script") == 2


def test_pairs_and_reasons_are_those_of_the_tables(tmp_path):
    result = pairing()
    _, data = read(result.report(tmp_path / "report.html"))
    table = result.pairs
    assert [pair["id"] for pair in data["pairs"]] == table["pair_id"].tolist()
    assert [pair["score"] for pair in data["pairs"]] == table["score"].tolist()
    for pair, row in zip(data["pairs"], table.to_dict("records"), strict=True):
        for criterion, _, _, adds, _ in pair["facts"]:
            assert adds == row[f"contribution_{result.scores.criteria[criterion].criterion.name}"]
        assert pair["text"] == result.explain(row["a"]).pairs[0].text


def test_sensitive_values_and_private_rules_are_in_no_page(tmp_path):
    for audience in ("administrator", "auditor"):
        text, _ = read(pairing().report(tmp_path / "report.html", audience=audience))
        assert "rare" not in text
        assert "veto" not in text.replace("kind: veto", "")
        assert "a private rule" in text


def test_the_guides_hold_only_what_is_fit_to_show(tmp_path):
    _, data = read(pairing().report(tmp_path / "report.html"))
    told = json.dumps([pair["guide"] for pair in data["pairs"]])
    assert "write" in told
    assert not re.search(r"\d", re.sub(r"Person \d+", "", told))


def test_the_auditor_sees_nothing_that_people_wrote(tmp_path):
    text, data = read(pairing().report(tmp_path / "report.html", audience="auditor"))
    assert "Person" not in text
    assert "speak" not in text
    assert all(not pair["text"] and pair["guide"] is None for pair in data["pairs"])
    assert "same faith" in text.lower()


def test_who_is_left_and_who_is_away_is_told(tmp_path):
    rows = people(5)
    for row in rows:
        row["in"] = row["id"] != "004"
    rows.append({**rows[0], "id": "005", "in": True})
    text, _ = read(pairing(rows, eligible="in").report(tmp_path / "report.html"))
    assert "Person 4" in text
    assert "1 not taking part" in text
    assert "has to sit out" in text


def test_a_result_without_pairs_has_a_page(tmp_path):
    rows = [{**row, "t": "x"} for row in people(4)]
    text, data = read(pairing(rows).report(tmp_path / "report.html"))
    assert data["pairs"] == []
    assert "No pairs were made." in text


def test_two_sides_have_their_names(tmp_path):
    matcher = pm.PeerMatcher("id", [pm.near("y")], sides=("mentee", "mentor"))
    text, data = read(
        matcher.match(people(4), [{**p, "id": "m" + p["id"]} for p in people(3)]).report(tmp_path / "r.html")
    )
    assert data["sides"] == ["mentee", "mentor"]
    assert '<th scope="col">side</th>' in text


def test_wrong_arguments_are_refused(tmp_path):
    with pytest.raises(pm.ConfigError, match="Say whose with id="):
        pairing().report(tmp_path / "r.html", audience="participant")
    with pytest.raises(pm.ConfigError, match="'administrator' or 'auditor' or 'participant'"):
        pairing().report(tmp_path / "r.html", audience="boss")
    with pytest.raises(pm.ConfigError, match="are not one"):
        pairing().meeting_guide("000", "001")
    with pytest.raises(pm.ConfigError, match="show parameter"):
        pm.PeerMatcher("id", [pm.near("y")], show="goals")


def test_show_goes_through_plain_data():
    matcher = pm.PeerMatcher("id", [pm.overlap("goals")], show=["goals"])
    assert pm.PeerMatcher.from_dict(matcher.to_dict()).show == ("goals",)
    rows = [{"id": k, "goals": "write"} for k in range(2)]
    assert matcher.match(rows).settings["show"] == ["goals"]
    assert "You both named write (goals)." in str(matcher.match(rows).meeting_guide(0, 1))


def test_the_same_result_is_the_same_page(tmp_path):
    first = pairing().report(tmp_path / "a.html").read_bytes()
    second = pairing(people()[::-1]).report(tmp_path / "b.html").read_bytes()
    assert first == second
