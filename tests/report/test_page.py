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
        assert "veto" not in text
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
    assert data["columns"] == ["weight", "known"]


def test_the_auditor_sees_weights_and_what_was_known(tmp_path):
    rows = people()
    rows[0]["y"] = rows[5]["goals"] = None
    result = pairing(rows)
    _, data = read(result.report(tmp_path / "report.html", audience="auditor"))
    for pair, row in zip(data["pairs"], result.pairs.to_dict("records"), strict=True):
        table = result.explain(row["a"], audience="auditor").table
        told = [
            "(sensitive)" if criterion.sensitive else known
            for criterion, known in zip(
                (part.criterion for part in result.scores.criteria), table["known"], strict=True
            )
        ]
        assert [known for _, _, known, _, _ in pair["facts"]] == told
        weights = (table["weight"] + table["weight_back"]) / 2
        assert [weight for _, weight, *_ in pair["facts"]] == [f"{100 * share:.0f}%" for share in weights]


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


# ---- trios ----------------------------------------------------------------------------------------------


def trio_of_people(**more):
    rows = [
        {
            "id": f"{k:03d}",
            "name": HOSTILE if k == 2 else f"Person {'abcdefg'[k]}",
            "y": k,
            "goals": "write" if k < 5 else "write; speak",
        }
        for k in range(7)
    ]
    criteria = [pm.near("y", scale=4), pm.overlap("goals")]
    matcher = pm.PeerMatcher("id", criteria, label="name", show=["goals"], odd="trio", **more)
    return matcher.match(rows, round="2026-12")


def test_a_trio_is_one_group_with_its_three_pairs(tmp_path):
    result = trio_of_people()
    _, data = read(result.report(tmp_path / "r.html"))
    [trio] = data["trios"]
    table = result.pairs[result.pairs["group_id"] == trio["id"]]
    assert [data["pairs"][at]["id"] for at in trio["pairs"]] == table["pair_id"].tolist()
    assert trio["score"] == pytest.approx(table["score"].mean())
    members = result.members
    assert {trio["ia"], *trio["ib"].split()} == set(members[members["group_id"] == trio["id"]]["id"])
    shared, *_ = trio["guide"]
    assert shared == ["All of you named write (goals)."]


def test_a_page_without_trios_has_none(tmp_path):
    _, data = read(pairing().report(tmp_path / "r.html"))
    assert data["trios"] == []


# ---- groups ---------------------------------------------------------------------------------------------


def office(n=60, **more):
    rows = [
        {
            "id": k,
            "y": k % 7,
            "team": f"{HOSTILE} {k % 3}",
            "site": "north" if k < 4 else "south",
            "unit": k % 3,
        }
        for k in range(n)
    ]
    return pm.PeerMatcher("id", [pm.near("y")], **more).match(rows)


def cells(text, section):
    part = text[text.index(f'<section id="{section}"') :]
    part = part[: part.index("</section>")]
    rows = re.findall(r"<tr.*?</tr>", part, re.S)
    return [
        [html.unescape(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)] for row in rows
    ]


def test_groups_show_what_quality_shows(tmp_path):
    result = office()
    text, _ = read(result.report(tmp_path / "r.html", groups="team"))
    shown = {row[0]: row[1] for row in cells(text, "groups")[1:]}
    frame = result.quality("team").frame
    assert shown == {row["group"]: f"{row['mean']:.3f}" for row in frame.to_dict("records")}
    assert "<script>alert" not in text


def test_the_auditors_page_says_where_names_of_groups_come_from(tmp_path):
    assert (
        "Groups alone bear"
        in read(office().report(tmp_path / "r.html", audience="auditor", groups="team"))[0]
    )
    assert "Groups alone bear" not in read(office().report(tmp_path / "r.html", audience="auditor"))[0]


def test_small_groups_are_hidden_as_in_quality(tmp_path):
    result = office()
    text, _ = read(result.report(tmp_path / "r.html", groups=["site"]))
    frame = result.quality("site").frame
    hidden = sum(len(cell.split(", ")) for cell in frame["hidden"] if cell)
    assert hidden
    assert f"{hidden} cells are hidden" in text
    rows = cells(text, "groups")
    assert not any(row[0] == "north" and "4" in row for row in rows)
    assert all("hidden" in row for row in rows[2:])


def test_nothing_of_groups_unless_declared_or_asked(tmp_path):
    text, _ = read(office().report(tmp_path / "r.html"))
    assert 'id="groups"' not in text
    guarded = office(audit_only=["team"], protected=["site"])
    text, _ = read(guarded.report(tmp_path / "r.html"))
    assert "By team" in text
    assert "By site" in text
    text, _ = read(guarded.report(tmp_path / "r.html", groups=[]))
    assert 'id="groups"' not in text


def test_declared_columns_that_would_tell_on_each_other_are_named(tmp_path):
    text, _ = read(office(audit_only=["team", "unit"]).report(tmp_path / "r.html"))
    assert "By team" in text
    assert "By unit" not in text
    assert "Not told: unit" in text
    with pytest.raises(pm.ConfigError, match="together the same people"):
        office().report(tmp_path / "r.html", groups=["team", "unit"])


# ---- advisers -------------------------------------------------------------------------------------------


def test_advisers_of_a_table_are_in_pairs_and_guides(tmp_path):
    result = pairing()
    one, two = result.pairs["pair_id"].tolist()[:2]
    table = [
        {"pair_id": one, "adviser": 7, "label_adviser": f"Ann {HOSTILE}"},
        {"pair_id": two, "adviser": None, "label_adviser": None},
    ]
    text, data = read(result.report(tmp_path / "r.html", advisers=table, contact="the office"))
    by_id = {pair["id"]: pair for pair in data["pairs"]}
    assert by_id[one]["adviser"] == f"Ann {HOSTILE}"
    assert by_id[one]["ask"].endswith(f"Ann {HOSTILE}.")
    assert "adviser" not in by_id[two]
    assert f"1 of {len(result.pairs)} pairs can ask one of 1 adviser" in text
    section, item = data["help"]
    assert "help" in data["guide"][section]["items"][item]
    assert any("the office" in line for part in data["guide"] for line in part["lines"])
    _, data = read(result.report(tmp_path / "r.html", audience="auditor", advisers=table))
    assert "Ann" not in json.dumps(data)
    assert {pair["id"]: pair for pair in data["pairs"]}[one]["adviser"] == "7"


def test_advisers_of_assign_advisers_come_with_their_proof(tmp_path):
    rows = [{**row, "years": 3 + k} for k, row in enumerate(people())]
    result = pairing(rows)
    seniors = [
        {"id": f"s{k}", "years": 14, "y": 1, "goals": "write", "faith": "x", "t": "s"} for k in range(3)
    ]
    advised = pm.assign_advisers(result, seniors, experience="years", by=1)
    text, data = read(result.report(tmp_path / "r.html", advisers=advised))
    expected = dict(zip(advised.pairs["pair_id"], advised.pairs["adviser"], strict=True))
    assert {pair["id"]: pair["adviser"] for pair in data["pairs"] if "adviser" in pair} == expected
    assert html.escape(advised.certificate.sentence) in text
    for reason in advised.unadvised["reason"]:
        assert html.escape(reason, quote=False) in html.unescape(text) or reason in html.unescape(text)


def test_wrong_advisers_are_refused(tmp_path):
    with pytest.raises(pm.InputError, match="not of this result"):
        pairing().report(tmp_path / "r.html", advisers=[{"pair_id": "p-000", "adviser": 1}])
    for wrong in ([{"group": 1}], 7):
        with pytest.raises(pm.ConfigError, match="columns pair_id and adviser"):
            pairing().report(tmp_path / "r.html", advisers=wrong)


def test_advisers_come_in_any_kind_of_table_and_never_of_circles(tmp_path):
    polars = pytest.importorskip("polars")
    from peermatch.programme import form_circles

    rows = [{"id": f"{k:02d}", "y": k % 4, "years": k} for k in range(12)]
    matcher = pm.PeerMatcher("id", [pm.near("y")])
    result = matcher.match(polars.DataFrame(rows), round="1")
    advised = pm.assign_advisers(result, polars.DataFrame(rows), experience="years", by=1)
    pages = [
        result.report(tmp_path / "r.html", advisers=source).read_text(encoding="utf-8")
        for source in (advised.pairs, [dict(row) for row in advised.pairs.to_dicts()])
    ]
    assert pages[0] == pages[1]
    assert f'"adviser":"{advised.pairs["adviser"][0]}"' in pages[0]
    circles = form_circles(matcher, rows, size=4)
    with pytest.raises(pm.ConfigError, match="for these pairs"):
        result.report(
            tmp_path / "r.html", advisers=pm.assign_advisers(circles, rows, experience="years", by=1)
        )


# ---- a participant's page -------------------------------------------------------------------------------


def participant(result, folder, id, **more):
    return result.report(folder / "mine.html", audience="participant", id=id, **more).read_text(
        encoding="utf-8"
    )


def visible(text):
    return html.unescape(re.sub(r"<[^>]+>", " ", text[text.index("<body") :]))


def test_a_participants_page_tells_their_notice_and_guide(tmp_path):
    result = pairing()
    row = result.pairs.iloc[1]
    text = participant(result, tmp_path, row["a"], contact="the office")
    assert result.explain(row["a"], audience="participant").lead in visible(text)
    guide = result.meeting_guide(row["a"], row["b"], contact="the office")
    for section in guide.sections:
        for said in (section.title, *section.lines, *section.items):
            assert said in visible(text)
    assert "<script" not in text
    assert "default-src 'none'" in html.unescape(text)
    assert not re.search(r"url\(|@import|https?:", text)


@pytest.mark.parametrize("place", range(6))
def test_the_bytes_of_a_participants_page_hold_nobody_else_and_no_number(tmp_path, place):
    result = pairing()
    row = result.pairs.iloc[place]
    text = participant(result, tmp_path, row["b"])
    labels = dict(zip(result.people["id"], result.people["label"], strict=True))
    words = visible(text)
    for id, label in labels.items():
        if id in (row["a"], row["b"]):
            words = words.replace(label, "")
    for id, label in labels.items():
        assert id not in re.sub(r"<style>.*?</style>", "", text, flags=re.S)
        if id not in (row["a"], row["b"]):
            assert not re.search(rf"{re.escape(label)}(?!\d)", visible(text))
    assert not re.search(r"\d", words)
    assert "rare" not in text
    assert row["pair_id"] not in text


def test_a_trios_page_is_one_guide_for_three(tmp_path):
    result = trio_of_people()
    group = next(id for id in result.members["group_id"] if id.startswith("t-"))
    members = result.members[result.members["group_id"] == group]["id"].tolist()
    texts = {visible(participant(result, tmp_path, id)).partition("A meeting guide")[2] for id in members}
    assert len(texts) == 1
    told = visible(participant(result, tmp_path, members[0]))
    assert told.count("A meeting guide for") == 1
    assert "Nobody here is the teacher" in told
    outside = [row["label"] for row in result.people.to_dict("records") if row["id"] not in members]
    assert not any(label in told for label in outside)


def test_whoever_has_several_partners_has_a_guide_for_each(tmp_path):
    matcher = pm.PeerMatcher("id", [pm.near("y")], sides=("mentee", "mentor"), capacity={"mentor": 2})
    result = matcher.match(people(4), [{**row, "id": "m" + row["id"]} for row in people(2)])
    mentor = visible(participant(result, tmp_path, "m000"))
    assert mentor.count("A meeting guide for") == 2
    mentee = visible(participant(result, tmp_path, "000"))
    assert mentee.count("A meeting guide for") == 1


def test_the_same_id_on_both_sides_needs_a_side(tmp_path):
    matcher = pm.PeerMatcher("id", [pm.near("y")], sides=("mentee", "mentor"))
    result = matcher.match(people(3), people(3))
    with pytest.raises(pm.InputError):
        participant(result, tmp_path, "000")
    for side, other in (("mentee", "mentor"), ("mentor", "mentee")):
        partner = result.pairs.set_index(side).loc["000", other]
        assert f"Your partner is {partner}." in visible(participant(result, tmp_path, "000", side=side))


def test_whoever_has_nobody_reads_the_same_whatever_the_reason(tmp_path):
    rows = [{**row, "in": k != 4} for k, row in enumerate(people(6))]
    result = pairing(rows, eligible="in")
    alone = result.people[result.people["status"] == "unmatched"]["id"].tolist()
    pages = {visible(participant(result, tmp_path, id)) for id in alone}
    assert len(pages) == 1
    assert "This says nothing about you" in pages.pop()
    assert "You are not taking part this time." in visible(participant(result, tmp_path, "004"))


def test_a_participants_page_names_the_adviser_of_their_pair_only(tmp_path):
    result = pairing()
    one, two = result.pairs["pair_id"].tolist()[:2]
    table = [{"pair_id": one, "adviser": "Ann"}, {"pair_id": two, "adviser": "Zoe"}]
    text = visible(participant(result, tmp_path, result.pairs["a"].iloc[0], advisers=table))
    assert "you can ask Ann." in text
    assert "Zoe" not in text


def test_a_participants_page_speaks_the_language_of_its_texts(tmp_path):
    from importlib.resources import files

    catalogue = files("peermatch.report").joinpath("texts/guide_en.toml").read_text(encoding="utf-8")
    path = tmp_path / "guide_xx.toml"
    path.write_text(catalogue.replace('language = "en"', 'language = "xx"').replace("You two", "<i>Both"))
    text = participant(pairing(), tmp_path, "000", texts=path)
    assert '<html lang="xx">' in text
    assert "&lt;i&gt;Both" in text


def test_what_does_not_belong_to_the_reader_is_refused(tmp_path):
    result = pairing()
    with pytest.raises(pm.ConfigError, match="nothing of groups"):
        participant(result, tmp_path, "000", groups="t")
    with pytest.raises(pm.ConfigError, match="only a participant's page"):
        result.report(tmp_path / "r.html", id="000")
    with pytest.raises(pm.InputError, match="Nobody has the id"):
        participant(result, tmp_path, "nobody")


# ---- what was used, the manifest, notes -----------------------------------------------------------------


def whole_page(result, audience="auditor", **more):
    from peermatch.report.guide_texts import guide_texts
    from peermatch.report.page import report_page

    return report_page(
        result._outcome, result.certificate, result.settings, result._frames, audience,
        shown=frozenset(), texts=guide_texts(), **more,
    )  # fmt: skip


def test_what_was_used_is_shown_as_it_is_and_escaped():
    import pandas as pd

    used = pd.DataFrame([{"column": "y", "used_for": "near y", "decided_by": HOSTILE}, {"column": None}])
    text = whole_page(pairing(), used=used, runner_up=f"The next best is {HOSTILE} worse.")
    assert ["column", "used for", "decided by"] in cells(text, "used")
    assert ["y", "near y", HOSTILE] in cells(text, "used")
    assert "The next best is &lt;/script&gt;" in text
    assert "<script>alert" not in text
    assert 'id="used"' not in whole_page(pairing())


def test_the_manifest_says_how_the_result_came_about(tmp_path):
    result = pairing()
    rows = cells(result.report(tmp_path / "r.html").read_text(encoding="utf-8"), "settings")
    assert ["version of peermatch", pm.__version__] in rows
    assert ["round", "2026-12"] in rows
    assert ["solver", "blossom"] in rows
    assert ["status", result.certificate.status] in rows
    text = whole_page(result, manifest={"fingerprint": HOSTILE})
    assert ["fingerprint", HOSTILE] in cells(text, "settings")
    assert "<script>alert" not in text


def test_who_was_left_over_is_told_on_top(tmp_path):
    result = trio_of_people()
    text = result.report(tmp_path / "r.html").read_text(encoding="utf-8")
    assert html.escape(result.odd.sentence) in text


def test_an_update_says_what_changed(tmp_path):
    matcher = pm.PeerMatcher("id", [pm.near("y")])
    rows = [{"id": k, "y": k * k % 7} for k in range(8)]
    after = matcher.update(rows[:-1], matcher.match(rows, round="1"), round="1")
    text = html.unescape(after.report(tmp_path / "r.html").read_text(encoding="utf-8"))
    assert after.update.text in text
