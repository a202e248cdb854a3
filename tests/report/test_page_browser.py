"""The report page in a real browser: it opens without a word on the console, searches, sorts, opens pairs, prints."""

from __future__ import annotations

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


@pytest.fixture
def page(chromium, address):
    tab = chromium.new_page(viewport={"width": 1200, "height": 900})
    heard = []
    tab.on("console", lambda message: heard.append(message.text))
    tab.on("pageerror", lambda error: heard.append(str(error)))
    tab.on("dialog", lambda dialog: heard.append("dialog"))
    tab.on("request", lambda request: heard.append(request.url) if request.url != address else None)
    tab.goto(address)
    tab.wait_for_selector("#pairs-table tbody tr")
    yield tab
    assert heard == []
    tab.close()


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
