"""Pictures show what the tables say; each has its words, and the same picture is the same bytes."""

from __future__ import annotations

import numpy as np
import pytest

import peermatch as pm
from peermatch.problem import FORBIDDEN
from peermatch.report.plots import alt_text, save_plot
from peermatch.report.plots.cohort import cohort_positions, random_pairs
from support.pairings import outcome_of

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")
pyplot = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def _close():
    yield
    pyplot.close("all")


@pytest.fixture(scope="module")
def pairing():
    people = pm.datasets.make_organisation(80, seed=4)
    criteria = [
        pm.near("years_experience", scale=5),
        pm.complement("can_teach", "wants_to_learn", weight=4),
        pm.different(["department"]),
    ]
    matcher = pm.PeerMatcher("employee_id", criteria, [pm.not_in_line("manager_id")], label="display_name")
    return matcher.match(people)


@pytest.fixture(scope="module")
def two_sided():
    left = [{"id": f"e{k}", "y": k % 5, "t": "xyz"[k % 3]} for k in range(9)]
    right = [{"id": f"m{k}", "y": 2 * k, "t": "xyz"[k % 3], "places": 1 + k % 2} for k in range(5)]
    matcher = pm.PeerMatcher("id", [pm.near("y")], [pm.must_differ("t")], sides=("mentee", "mentor"),
                             capacity={"mentor": "places"})  # fmt: skip
    return matcher.match(left, right)


def test_the_bars_of_a_waterfall_end_at_the_score(pairing):
    row = pairing.pairs.iloc[3]
    ax = pairing.plot.waterfall(row["a"])
    bars = sorted((bar.get_y(), bar.get_x(), bar.get_width()) for bar in ax.patches)
    *reasons, (_, zero, total) = bars
    assert zero == 0
    assert total == pytest.approx(row["score"])
    end = 0.0
    for _, start, width in reasons:
        assert start == pytest.approx(end)
        end += width
    assert end == pytest.approx(total)
    assert "together the score" in alt_text(ax)


def test_a_waterfall_needs_a_pair(two_sided):
    alone = two_sided.unmatched["id"].tolist()[0]
    with pytest.raises(pm.ConfigError, match="has no partner"):
        two_sided.plot.waterfall(alone)
    mentor = two_sided.people.query("used == 2")["id"].tolist()[0]
    partners = two_sided.people.set_index("id").loc[mentor, "partners"]
    for partner in partners:
        assert partner in two_sided.plot.waterfall(mentor, partner).get_title(loc="left")
    with pytest.raises(pm.ConfigError, match="are not a pair"):
        two_sided.plot.waterfall(mentor, "e99")
    with pytest.raises(pm.InputError, match="Nobody has the id"):
        two_sided.plot.waterfall("nobody")


@pytest.mark.parametrize("which", ["pairing", "two_sided"])
def test_chance_makes_allowed_pairs_within_places(which, request):
    pairing = request.getfixturevalue(which)
    outcome = outcome_of(pairing)
    for pairs in random_pairs(outcome, 3, 4):
        scores = outcome.scores.at(pairs[:, 0], pairs[:, 1])
        assert (scores != FORBIDDEN).all()
        if outcome.two_sided:
            assert len({tuple(pair) for pair in pairs.tolist()}) == len(pairs)
            for hand in (0, 1):
                counts = np.bincount(pairs[:, hand], minlength=len(outcome.cohort(hand)))
                assert (counts <= outcome.places(hand)).all()
        else:
            assert len(set(pairs.ravel().tolist())) == pairs.size
    again = random_pairs(outcome, 3, 4)
    assert all(np.array_equal(a, b) for a, b in zip(random_pairs(outcome, 3, 4), again, strict=True))


def test_the_spread_counts_every_pair(pairing):
    ax = pairing.plot.scores(seed=1)
    heights = {step.get_label().split(":")[0]: float(np.sum(step.get_data().values)) for step in ax.patches}
    assert heights["these pairs"] == len(pairing.pairs)
    assert heights["best pair first (greedy)"] == len(pairing.pairs)
    assert f"mean {pairing.pairs['score'].mean():.2f}" in alt_text(ax)


def test_the_map_has_everybody_and_every_pair(pairing, two_sided):
    for found in (pairing, two_sided):
        ax = found.plot.map()
        points = sum(len(drawn.get_offsets()) for drawn in ax.collections)
        assert points == sum(len(outcome_of(found).cohort(hand)) for hand in outcome_of(found).hands)
        assert len(ax.lines) == len(found.pairs)


def test_places_on_the_map_are_principal_components(two_sided):
    outcome = outcome_of(two_sided)
    left, right = cohort_positions(outcome)
    assert left.shape == (9, 2)
    assert right.shape == (5, 2)
    assert np.allclose(left.mean(axis=0), 0)
    # whoever is alike stands at one place
    assert np.allclose(left[0], left[5])


def test_the_frontier_has_the_points_of_the_table(pairing):
    table = pairing.frontier(5)
    ax = pairing.plot.frontier(5)
    assert ax.lines[-1].get_xdata().tolist() == table["worst_score"].tolist()
    assert ax.lines[-1].get_ydata().tolist() == table["total"].tolist()


@pytest.mark.parametrize("draw", ["scores", "map", "frontier"])
def test_axes_are_taken_labelled_and_returned(pairing, draw):
    _, ax = pyplot.subplots()
    assert getattr(pairing.plot, draw)(ax=ax) is ax
    assert ax.get_xlabel()
    assert ax.get_ylabel()
    assert ax.get_title(loc="left")
    assert alt_text(ax)


@pytest.mark.parametrize("ending", [".svg", ".png"])
def test_the_same_picture_is_the_same_bytes(pairing, tmp_path, ending):
    first = save_plot(pairing.plot.scores(), tmp_path / f"a{ending}").read_bytes()
    second = save_plot(pairing.plot.scores(), tmp_path / f"b{ending}").read_bytes()
    assert first == second
    assert b"Spread of the scores" in first


def test_other_endings_and_places_are_refused(pairing, tmp_path):
    ax = pairing.plot.map()
    with pytest.raises(pm.OutputError, match=r"saved as \.svg or \.png"):
        save_plot(ax, tmp_path / "a.pdf")
    with pytest.raises(pm.OutputError, match="cannot be written"):
        save_plot(ax, tmp_path / "missing" / "a.svg")


def test_sensitive_criteria_show_no_values():
    people = [{"id": k, "y": k, "faith": "rare" if k < 2 else None} for k in range(4)]
    criteria = [pm.near("y"), pm.same("faith", sensitive=True)]
    ax = pm.PeerMatcher("id", criteria).match(people).plot.waterfall(0)
    words = " ".join(text.get_text() for text in ax.texts) + alt_text(ax)
    assert "rare" not in words
    assert "not known" not in words


def test_scores_of_a_pairing_without_pairs():
    people = [{"id": k, "t": "x"} for k in range(3)]
    pairing = pm.PeerMatcher("id", [pm.same("t")], [pm.must_differ("t")]).match(people)
    assert "0 pairs" in alt_text(pairing.plot.scores())
    assert "3 without a partner" in alt_text(pairing.plot.map())
