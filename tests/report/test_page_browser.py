"""The report page in a real browser: it opens without a word on the console, searches, sorts, opens pairs, prints."""

from __future__ import annotations

from contextlib import contextmanager
from types import SimpleNamespace

import pandas as pd
import pytest

import peermatch as pm
from support.browser import axe_script, browser

N = 160


@pytest.fixture(scope="module")
def chromium():
    with browser() as running:
        yield running


@pytest.fixture(scope="module")
def result():
    people = pm.datasets.make_organisation(N, seed=2)
    people.loc[5, "display_name"] = "<script>alert(1)</script>"
    people.loc[9, "display_name"] = "Zoë Müller"
    criteria = [
        pm.near("years_experience", scale=5),
        pm.complement("can_teach", "wants_to_learn", weight=3),
        pm.different(["department"]),
    ]
    matcher = pm.PeerMatcher(
        "employee_id",
        criteria,
        [pm.not_in_line("manager_id")],
        label="display_name",
        show=["can_teach", "wants_to_learn"],
    )
    return matcher.match(people, round="2026-12")


@pytest.fixture(scope="module")
def address(result, tmp_path_factory):
    return result.report(tmp_path_factory.mktemp("page") / "report.html").as_uri()


@contextmanager
def opened(chromium, address, **options):
    """Open a page, and hold at the end that it said nothing, asked nothing and wanted nothing from elsewhere."""
    tab = chromium.new_page(**{"viewport": {"width": 1200, "height": 900}, **options})
    heard = []
    tab.on("console", lambda message: heard.append(message.text))
    tab.on("pageerror", lambda error: heard.append(str(error)))
    tab.on("dialog", lambda dialog: heard.append("dialog"))
    tab.on(
        "request",
        lambda request: heard.append(request.url) if request.url != address.partition("#")[0] else None,
    )
    tab.goto(address)
    yield tab
    assert heard == []
    tab.close()


def faults(tab):
    """Return what the accessibility checker finds, of any weight."""
    tab.evaluate(axe_script())
    return tab.evaluate(
        "axe.run(document).then(found => found.violations.map(one => [one.id, one.impact, one.nodes[0].html]))"
    )


@pytest.fixture
def page(chromium, address):
    with opened(chromium, address) as tab:
        tab.wait_for_selector("#pairs-table tbody tr")
        yield tab


def rows(page):
    return [text.split("\t") for text in page.locator("#pairs-table tbody tr").all_inner_texts()]


def test_it_opens_with_the_best_pairs(page, result):
    shown = [float(row[2]) for row in rows(page)]
    assert shown == sorted(shown, reverse=True)
    assert shown[0] == round(result.pairs["score"].max(), 2)
    assert page.inner_text("#found") == f"{len(result.pairs)} pairs"


def test_search_finds(page):
    page.fill("#search", "alert(1)")
    assert page.inner_text("#found") == "1 pair"
    page.fill("#search", "nobody of this name")
    assert page.inner_text("#found") == "0 pairs"
    assert rows(page) == []


@pytest.mark.parametrize("words", ["zoë", "ZOE", "zoe\u0308 müller", "muller"])
def test_search_looks_past_case_and_marks(page, words):
    page.fill("#search", words)
    assert page.inner_text("#found") == "1 pair"
    assert "Zoë Müller" in page.inner_text("#pairs-table tbody")


def test_sort_sorts_and_says_so(page):
    page.click("#pairs-table thead button >> nth=2")
    shown = [float(row[2]) for row in rows(page)]
    assert shown == sorted(shown)
    assert page.get_attribute("#pairs-table thead th >> nth=2", "aria-sort") == "ascending"
    page.click("#pairs-table thead button >> nth=1")
    names = [row[1] for row in rows(page)]
    assert page.get_attribute("#pairs-table thead th >> nth=1", "aria-sort") == "ascending"
    assert len(names) > 1


def test_pages_hold_every_pair(page, result):
    seen = {tuple(row[:2]) for row in rows(page)}
    while page.is_enabled("#next"):
        page.click("#next")
        seen |= {tuple(row[:2]) for row in rows(page)}
    assert len(seen) == len(result.pairs)


def test_a_pair_opens_by_keyboard_with_its_reasons_and_guide(page, result):
    page.focus("#pairs-table tbody button >> nth=0")
    page.keyboard.press("Enter")
    dialog = page.locator("dialog[open]")
    best = result.pairs.sort_values("score", ascending=False, kind="stable").iloc[0]
    text = dialog.inner_text()
    assert best["pair_id"] in text
    assert f"{best['score']:.3f}" in text
    assert "What each can teach the other" in text
    assert page.url.endswith("#" + best["pair_id"])
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0
    focused = page.evaluate("document.activeElement.className")
    assert focused == "open"


def test_an_address_opens_its_pair(chromium, address, result):
    tab = chromium.new_page()
    wanted = result.pairs.iloc[4]["pair_id"]
    tab.goto(f"{address}#{wanted}")
    assert wanted in tab.inner_text("dialog[open]")
    tab.close()


def test_a_name_that_is_markup_stays_text(page):
    page.fill("#search", "<script>")
    assert "<script>alert(1)</script>" in page.inner_text("#pairs-table tbody")
    page.click("#pairs-table tbody button >> nth=0")
    assert "<script>alert(1)</script>" in page.inner_text("dialog[open]")


@pytest.mark.parametrize("width", [1200, 390])
def test_it_is_accessible_and_fits(chromium, address, width):
    tab = chromium.new_page(viewport={"width": width, "height": 800})
    tab.goto(address)
    tab.evaluate(axe_script())
    check = "axe.run(document).then(found => found.violations.map(one => [one.id, one.impact, one.nodes[0].html]))"
    assert tab.evaluate(check) == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    tab.click("#pairs-table tbody button >> nth=0")
    assert tab.evaluate(check) == []
    tab.close()


def test_the_dark_look_is_readable(chromium, address):
    tab = chromium.new_page(color_scheme="dark")
    tab.goto(address)
    tab.evaluate(axe_script())
    check = (
        "axe.run(document, {runOnly: ['color-contrast']}).then(found => found.violations.map(one => one.id))"
    )
    assert tab.evaluate(check) == []
    tab.close()


def test_print_has_every_pair(page, result):
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert len(rows(page)) == len(result.pairs)
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert len(rows(page)) < len(result.pairs)


def test_the_guide_page_opens_without_a_word(chromium, result, tmp_path):
    row = result.pairs.iloc[0]
    path = tmp_path / "guide.html"
    path.write_text(result.meeting_guide(row["a"], row["b"]).html, encoding="utf-8")
    tab = chromium.new_page(viewport={"width": 390, "height": 800})
    heard = []
    tab.on("console", lambda message: heard.append(message.text))
    tab.goto(path.as_uri())
    tab.evaluate(axe_script())
    check = "axe.run(document).then(found => found.violations.map(one => one.id))"
    assert tab.evaluate(check) == []
    assert heard == []
    tab.close()


# ---- a page with everything in it: trios, groups, advisers, what was used; hostile text in every place ----

HOSTILE = "<img src=x onerror=alert(1)><script>alert(1)</script>"
MANY = 90


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """Pages of all audiences of one result, in which whatever people may write is markup."""
    from peermatch.report.guide_texts import guide_texts
    from peermatch.report.page import advisers_view, group_sections, report_page

    folder = tmp_path_factory.mktemp("everything")
    rows = [
        {
            "id": f"{k:03d}{HOSTILE if k % 9 == 0 else ''}",
            "name": f"Person {k} {HOSTILE}",
            "y": k % 7,
            "goals": f"write {HOSTILE}; speak" if k % 2 else f"write {HOSTILE}",
            "team": f"team {k % 4} {HOSTILE}",
        }
        for k in range(MANY + 1)
    ]
    criteria = [pm.near("y", scale=3), pm.overlap("goals", name=f"goals {HOSTILE}")]
    matcher = pm.PeerMatcher("id", criteria, label="name", show=["goals"], odd="trio", audit_only=["team"])
    result = matcher.match(rows, round=f"r {HOSTILE}")
    advisers = [
        {"pair_id": id, "adviser": f"s{k} {HOSTILE}", "label_adviser": f"Senior {k} {HOSTILE}"}
        for k, id in enumerate(result.pairs["pair_id"])
        if k % 3
    ]
    options = {"advisers": advisers, "contact": f"the office {HOSTILE}"}
    pages = {
        audience: result.report(folder / f"{audience}.html", audience=audience, **options)
        for audience in ("administrator", "auditor")
    }
    trio = next(id for id in result.members["group_id"] if id.startswith("t-"))
    who = result.members[result.members["group_id"] == trio]["id"].tolist()[0]
    pages["participant"] = result.report(folder / "mine.html", audience="participant", id=who, **options)
    used = pd.DataFrame([{"column": "y", "used_for": HOSTILE, "decided_by": f"me {HOSTILE}"}])
    pages["used"] = folder / "used.html"
    text = report_page(
        result._outcome, result.certificate, {**result.settings, f"note {HOSTILE}": HOSTILE}, result._frames, "auditor",
        shown=frozenset(), texts=guide_texts(), groups=group_sections(result._outcome, {}, "team", 1),
        notes=[(f"Note {HOSTILE}", HOSTILE)], advisers=advisers_view(advisers, result._outcome), used=used,
        runner_up=f"The next best is near {HOSTILE}.", manifest={f"print {HOSTILE}": HOSTILE},
    )  # fmt: skip
    pages["used"].write_text(text, encoding="utf-8")
    return SimpleNamespace(
        result=result, trio=trio, who=who, at={name: path.as_uri() for name, path in pages.items()}
    )


AUDIENCES = ("administrator", "auditor", "participant", "used")


@pytest.mark.parametrize("audience", AUDIENCES)
def test_markup_stays_text_in_every_place(chromium, everything, audience):
    with opened(chromium, everything.at[audience]) as tab:
        if audience != "participant":
            assert HOSTILE in tab.inner_text("#pairs-table tbody")
            tab.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
            tab.fill("#search", everything.trio)
            tab.click("#pairs-table tbody button >> nth=0")
            assert HOSTILE in tab.inner_text("dialog[open]")
        assert HOSTILE in tab.inner_text("main") or audience == "auditor"
        assert tab.locator("img").count() == 0
        # the page's own two scripts, or none
        assert tab.evaluate("document.scripts.length") == (0 if audience == "participant" else 2)


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("look", [{}, {"color_scheme": "dark"}, {"viewport": {"width": 390, "height": 800}}])
def test_every_audiences_page_is_accessible_and_fits(chromium, everything, audience, look):
    with opened(chromium, everything.at[audience], **look) as tab:
        assert faults(tab) == []
        assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        if audience != "participant":
            tab.click("#pairs-table tbody button >> nth=0")
            assert faults(tab) == []


def test_a_trio_is_one_row_that_opens_with_three_pairs(chromium, everything):
    result = everything.result
    with opened(chromium, everything.at["administrator"]) as tab:
        trios = (result.members["group_id"].str.startswith("t-")).sum() // 3
        groups = result.members["group_id"].nunique()
        assert tab.inner_text("#found") == f"{groups - trios} pairs and {trios} trio"
        tab.fill("#search", everything.trio)
        assert tab.inner_text("#found") == "1 trio"
        tab.click("#pairs-table tbody button >> nth=0")
        text = tab.inner_text("dialog[open]")
        assert tab.locator("dialog[open] table").count() == 3
        mean = result.pairs[result.pairs["group_id"] == everything.trio]["score"].mean()
        assert f"{mean:.3f}" in text
        assert "Senior" in text
    member = result.pairs[result.pairs["group_id"] == everything.trio]["pair_id"].iloc[1]
    with opened(chromium, f"{everything.at['administrator']}#{member}") as tab:
        assert everything.trio in tab.inner_text("dialog[open]")


def test_the_guide_of_a_pair_names_its_adviser(chromium, everything):
    with opened(chromium, everything.at["administrator"]) as tab:
        line = tab.locator("#pairs-table tbody tr", has_text="Senior 1 <img").first
        line.locator("button").click()
        assert "you can ask Senior 1 <img" in tab.inner_text("dialog[open]")
        tab.keyboard.press("Escape")
        tab.click("#pairs-table thead button >> nth=2")
        shown = tab.locator("#pairs-table tbody tr td:nth-child(3)").all_inner_texts()
        numbers = [int(name.split()[1]) for name in shown if name.startswith("Senior")]
        assert numbers == sorted(numbers)


def test_groups_are_told_with_what_is_hidden(chromium, everything):
    with opened(chromium, everything.at["administrator"]) as tab:
        text = tab.inner_text("#groups")
        assert "By team" in text
        assert "everyone" in text


def test_a_walk_by_keyboard_alone(page):
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "search":
            break
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.type("person")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    name = page.evaluate("document.activeElement.textContent")
    assert name == page.inner_text("#pairs-table tbody button >> nth=1")
    page.keyboard.press("Enter")
    assert name in page.inner_text("dialog[open] h2")
    # what is behind the dialog cannot be reached
    for _ in range(4):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0
    assert page.evaluate("document.activeElement.textContent") == name
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.id") == "search"


def test_the_first_stop_skips_to_the_pairs(page):
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.url.endswith("#pairs")


def test_nothing_moves(chromium, address):
    with opened(chromium, address, reduced_motion="reduce") as tab:
        tab.click("#pairs-table tbody button >> nth=0")
        assert tab.evaluate("document.getAnimations().length") == 0


def test_paper_is_black_on_white_without_controls(chromium, everything):
    with opened(chromium, everything.at["administrator"], color_scheme="dark") as tab:
        tab.emulate_media(media="print")
        tab.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        groups = everything.result.members["group_id"].nunique()
        assert len(rows(tab)) == groups
        assert tab.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
        assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        seen = tab.evaluate(
            "[...document.querySelectorAll('input, nav, .pages button')].filter((one) => one.checkVisibility()).length"
        )
        assert seen == 0
        # a button in the head of a table is missing from the heads of all printed pages but the first
        assert tab.locator("#pairs-table thead button").count() == 0
        assert "score" in tab.inner_text("#pairs-table thead")
        assert tab.evaluate("[...document.querySelectorAll('details')].every((one) => one.open)")
        assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_reasons_are_printed_where_they_were_asked_for(chromium, everything):
    with opened(chromium, everything.at["administrator"]) as tab:
        tab.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        assert tab.locator("#printed article").count() == 0
        tab.evaluate("window.dispatchEvent(new Event('afterprint'))")
        tab.fill("#search", "Person 1")
        tab.check("#whole")
        found = len(rows(tab))
        tab.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        assert tab.locator("#printed article").count() == found
        assert HOSTILE in tab.inner_text("#printed")
        tab.evaluate("window.dispatchEvent(new Event('afterprint'))")
        assert tab.locator("#printed article").count() == 0


def test_an_open_pair_prints_alone(chromium, everything):
    with opened(chromium, everything.at["administrator"]) as tab:
        tab.click("#pairs-table tbody button >> nth=0")
        tab.emulate_media(media="print")
        tab.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        assert not tab.is_visible("main")
        assert not tab.is_visible("dialog")
        assert tab.is_visible("#alone table")
        told = tab.evaluate("document.getElementById('reasons-body').textContent")
        assert tab.evaluate("document.getElementById('alone').textContent").endswith(told)
        assert HOSTILE in tab.inner_text("#alone")
        tab.emulate_media(media="screen")
        tab.evaluate("window.dispatchEvent(new Event('afterprint'))")
        assert tab.is_visible("main")
        assert tab.locator("#alone > *").count() == 0


def test_a_participants_page_has_no_others(chromium, everything):
    result = everything.result
    names = dict(zip(result.people["id"], result.people["label"], strict=True))
    mine = set(result.members[result.members["group_id"] == everything.trio]["id"])
    with opened(chromium, everything.at["participant"], viewport={"width": 390, "height": 800}) as tab:
        text = tab.inner_text("body")
        for id, name in names.items():
            assert (name in text) == (id in mine)
        assert tab.locator("button, input, script").count() == 0
