"""Nothing that people write becomes an element or an attribute: pages are parsed, and compared with plain ones."""

from __future__ import annotations

from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import peermatch as pm
from peermatch.report.plots import save_plot

STEADY = settings(derandomize=True, database=None, deadline=None, max_examples=12)

HOSTILE = [
    "</script><mark-x onload=alert(1)>", "\"><mark-x y-mark='1'>", "' onmouseover='alert(1)", "<!--<script>",
    "--><mark-x>", "]]><mark-x/>", "</style></title><mark-x>", "&lt;mark-x&gt;", "`${alert(1)}`", "{{ 7 * 7 }}",
    "<svg onload=alert(1)>", "{% raw %}", "<?mark x?>", "[a](javascript:alert(1))", "<a href='javascript:alert(1)'>",
    "\x00<mark-x>", "\u2028<mark-x>", "</textarea><mark-x>", "<mark-x", "&#60;mark-x&#62;", "![a](http://x)",
]  # fmt: skip
texts = st.lists(
    st.sampled_from([*HOSTILE, "a", " ", "\n", '"', "'", "<", ">", "&", "/"]), min_size=1, max_size=4
).map("".join)


class Outline(HTMLParser):
    """What a page is made of: elements with the names of their attributes, comments, declarations."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.parts, self.addresses, self.scripts = set(), set(), 0
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.parts |= {(tag, name) for name, _ in attrs} | {(tag, None)}
        self.addresses |= {
            value for name, value in attrs if name in ("href", "src", "action", "style", "formaction")
        }
        self.scripts += tag == "script"

    def handle_comment(self, data):
        self.parts.add(("a comment", None))

    def handle_decl(self, decl):
        self.parts.add(("a declaration", None))

    def unknown_decl(self, data):
        self.parts.add(("a strange declaration", None))

    def handle_pi(self, data):
        self.parts.add(("an instruction", None))


def result(text, *, ids=None, two_sides=False, odd=None, column=None):
    """A result in which everything is called by a text; the shape does not depend on it."""
    column = f"goals {text}" if column is None else column
    rows = [
        {
            "key": f"{number}{text if ids is None else ids}", "name": f"{text}{number}", column: f"{text}; b",
            "team": f"{text}{number % 3}", "years": number % 4, "in": number != 7, "faith": f"{text}{number % 2}",
        }
        for number in range(9)
    ]  # fmt: skip
    matcher = pm.PeerMatcher(
        "key",
        [pm.overlap(column, name=f"fit {text}"), pm.near("years", name=f"years {text}")],
        [pm.must_differ("team", name=f"apart {text}")],
        label="name", eligible="in", show=[column], decided_by=f"by {text}", protected=["faith"],
        sides=(f"left {text}", f"right {text}") if two_sides else None, odd="sit_out" if odd is None else odd,
    )  # fmt: skip
    if two_sides:
        return matcher.match(rows[:4], rows[4:], round=f"round {text}")
    return matcher.match(rows, round=f"round {text}")


def pages(found, text, folder):
    """Every page that is written of a result, by its kind."""
    made = {
        "administrator": found.report(folder / "a.html").read_text(encoding="utf-8"),
        "auditor": found.report(folder / "b.html", audience="auditor").read_text(encoding="utf-8"),
        "groups": found.report(folder / "g.html", groups=["team"], hide_below=2).read_text(encoding="utf-8"),
    }
    id, side = found.members["id"].iloc[0], found.members["role"].iloc[0]
    own = {} if side == "peer" else {"side": side}
    page = found.report(folder / "c.html", audience="participant", id=id, contact=text, **own)
    made["participant"] = page.read_text(encoding="utf-8")
    for path in found.to_csv(folder / "out", audience="participant", contact=text):
        if path.suffix == ".html":
            made["guide"] = made.get("guide", "") + path.read_text(encoding="utf-8")
    for name, shown in {
        "look": found, "certificate look": found.certificate, "reasons look": found.explain(id, **own),
        "quality look": found.quality("team", hide_below=2), "protection look": found.data_protection(),
        "auditor's look": found.explain(id, audience="auditor", **own),
        "participant's look": found.explain(id, audience="participant", **own),
    }.items():  # fmt: skip
        made[name] = shown._repr_html_()
    return made


def made_by_nobody(found, text, folder, plain):
    for kind, page in pages(found, text, folder).items():
        outline, expected = Outline(page), plain[kind]
        assert outline.parts <= expected.parts, (kind, outline.parts - expected.parts)
        assert outline.scripts == expected.scripts, kind
        assert not any("javascript:" in (address or "") for address in outline.addresses), kind
        assert "\x00" not in page, kind


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """The outlines of pages of plain results; of one pool, a trio and two sides."""
    folder = tmp_path_factory.mktemp("plain")
    return {
        shape: {
            kind: Outline(page)
            for kind, page in pages(result("plain", **more), "plain", folder / str(number)).items()
        }
        for number, (shape, more) in enumerate(SHAPES.items())
    }


SHAPES = {"one pool": {}, "trio": {"odd": "trio"}, "two sides": {"two_sides": True}}


def test_the_outline_sees_what_is_hostile():
    for text in HOSTILE[:2]:
        assert ("mark-x", None) in Outline(f'<p title="{text}">{text}</p>').parts


@pytest.mark.parametrize("shape", SHAPES)
def test_every_page_is_made_as_a_plain_one(shape, plain, tmp_path):
    text = " ".join(HOSTILE)
    found = result(text.replace("\x00", "").replace("\u2028", ""), **SHAPES[shape])
    made_by_nobody(found, text, tmp_path, plain[shape])


@STEADY
@given(texts)
def test_no_mixture_makes_an_element(plain, tmp_path_factory, text):
    try:
        found = result(text)
    except (pm.InputError, pm.ConfigError):
        assume(False)
    made_by_nobody(found, text, tmp_path_factory.mktemp("mixed"), plain["one pool"])


@pytest.mark.parametrize("draw", ["waterfall", "scores", "map"])
def test_pictures_hold_hostile_names_as_text(draw, tmp_path):
    """Two dollar signs are a formula to matplotlib: it must not be one here."""
    pyplot = pytest.importorskip("matplotlib.pyplot")

    def parts(text, ids):
        found = result(text, ids=ids)
        arguments = found.pairs.iloc[0][["a", "b"]].tolist() if draw == "waterfall" else []
        ax = getattr(found.plot, draw)(*arguments)
        tree = ElementTree.fromstring(save_plot(ax, tmp_path / "p.svg").read_text(encoding="utf-8"))
        pyplot.close("all")
        return {(one.tag, name) for one in tree.iter() for name in (None, *one.attrib)}

    assert parts("$<mark-x y-mark='1'>&\"$", "<mark-x>") <= parts("plain", "plain")
