"""Pictures show what the tables say; each has its words, and the same picture is the same bytes."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

import peermatch as pm
from peermatch.problem import FORBIDDEN
from peermatch.programme import plot_rounds
from peermatch.report.plots import alt_text, draw_growth, draw_rounds, save_plot
from peermatch.report.plots.cohort import cohort_positions, random_pairs
from peermatch.report.plots.style import BLUE, GREEN, ORANGE, PURPLE, shade
from peermatch.report.plots.weights import draw_sensitivity
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
        lines, *points = ax.collections
        people = sum(len(outcome_of(found).cohort(hand)) for hand in outcome_of(found).hands)
        assert sum(len(drawn.get_offsets()) for drawn in points) == people
        assert len(lines.get_segments()) == len(found.pairs)


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


DRAW = {
    "scores": lambda pairing, ax: pairing.plot.scores(ax=ax),
    "map": lambda pairing, ax: pairing.plot.map(ax=ax),
    "frontier": lambda pairing, ax: pairing.plot.frontier(3, ax=ax),
    "sensitivity": lambda pairing, ax: pairing.plot.sensitivity(0.5, ax=ax),
    "quality": lambda pairing, ax: pairing.plot.quality("department", ax=ax),
    "rounds": lambda _, ax: plot_rounds(HISTORY, ax=ax),
    "growth": lambda _, ax: draw_growth(MEASURED, ax),
}
HISTORY = pd.DataFrame({"round": ["r1", "r1", "r2", "r10"], "a": [1, 3, 2, 1], "b": [2, 4, 1, 3]})
MEASURED = [
    {"contender": "one", "size": 100, "seconds": [0.3, 0.1, 0.2]},
    {"contender": "one", "size": 1000, "seconds": [4.0]},
    {"contender": "two", "size": 100, "seconds": [], "cap": 25.0},
    {"contender": "none", "size": 100, "seconds": []},
]


@pytest.mark.parametrize("draw", DRAW)
def test_axes_are_taken_labelled_and_returned(pairing, draw):
    _, ax = pyplot.subplots()
    assert DRAW[draw](pairing, ax) is ax
    assert ax.get_xlabel()
    assert ax.get_ylabel()
    assert ax.get_title(loc="left")
    assert alt_text(ax)


@pytest.mark.parametrize("ending", [".svg", ".png"])
@pytest.mark.parametrize("draw", DRAW)
def test_the_same_picture_is_the_same_bytes_and_keeps_its_words(pairing, tmp_path, draw, ending):
    _, ax = pyplot.subplots()
    first = save_plot(DRAW[draw](pairing, ax), tmp_path / f"a{ending}").read_bytes()
    _, again = pyplot.subplots()
    assert save_plot(DRAW[draw](pairing, again), tmp_path / f"b{ending}").read_bytes() == first
    assert alt_text(ax)[:30].encode() in first


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


# ---- sensitivity ----------------------------------------------------------------------------------------


def numbers(ax):
    return [text.get_text() for text in ax.texts]


def test_each_cell_says_how_many_pairs_change(pairing):
    found = pairing.sensitivity((0.2, 0.5))
    ax = pairing.plot.sensitivity(found)
    table = found.moves.sort_values("change", kind="stable")
    expected = [
        f"{int(changed):,}"
        for criterion in dict.fromkeys(found.moves["criterion"])
        for changed in table[table["criterion"] == criterion]["pairs_changed"]
    ]
    assert numbers(ax) == expected
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["-50", "-20", "+20", "+50"]
    assert f"of {len(pairing.pairs)} pairs" in ax.get_title(loc="left")


def test_asking_the_picture_moves_the_weights_itself(pairing):
    assert numbers(pairing.plot.sensitivity(0.5)) == numbers(
        pairing.plot.sensitivity(pairing.sensitivity(0.5))
    )


def test_moves_without_an_answer_or_a_proof_say_so():
    rows = [("a", -0.5, "gap", 6, 4), ("a", 0.5, "infeasible", 0, 10), ("b", -0.5, "optimal", 10, 0)]
    moves = pd.DataFrame(rows, columns=["criterion", "change", "status", "pairs_kept", "pairs_changed"])
    ax = draw_sensitivity(moves, complete=False)
    assert numbers(ax) == ["4?", "×", "0", ""]
    assert "stopped early" in ax.get_title(loc="left")
    assert "cannot both be met" in alt_text(ax)
    assert "not proved" in alt_text(ax)


def test_polars_tables_are_drawn_as_well():
    polars = pytest.importorskip("polars")
    people = polars.DataFrame([{"id": k, "y": k * k % 7, "t": "xy"[k % 2]} for k in range(12)])
    pairing = pm.PeerMatcher("id", [pm.near("y"), pm.same("t")]).match(people)
    assert numbers(pairing.plot.sensitivity(pairing.sensitivity(0.5))) == numbers(
        pairing.plot.sensitivity(0.5)
    )


# ---- groups ---------------------------------------------------------------------------------------------


def drawn_numbers(ax):
    """Every position along the score that anything on the axes has, but the ends of the axis itself."""
    return {round(float(x), 9) for line in ax.lines for x in line.get_xdata()}


@pytest.mark.parametrize(("by", "hide_below"), [("department", 1), ("department", 10), ("site", 25)])
def test_a_group_shows_what_the_table_shows_and_no_more(pairing, by, hide_below):
    table = pairing.quality(by, hide_below=hide_below).frame
    ax = pairing.plot.quality(by, hide_below=hide_below)
    shown = {
        round(float(value), 9) for name in ("mean", "median", "lowest") for value in table[name].dropna()
    }
    assert drawn_numbers(ax) == shown
    labels = [tick.get_text().replace("\n", " ") for tick in ax.get_yticklabels()]
    for row in table.to_dict("records"):
        if pd.notna(row["mean"]):
            count = "" if pd.isna(row["taking_part"]) else f" ({row['taking_part']:,})"
            assert f"{row['group']}{count}" in labels
    # no number of a hidden cell, in no text
    words = " ".join([*labels, *numbers(ax), alt_text(ax)])
    whole = pairing.quality(by, hide_below=1).frame
    for hidden, true in zip(table.to_dict("records"), whole.to_dict("records"), strict=True):
        if pd.isna(hidden["taking_part"]):
            assert f"{true['group']} (" not in words


def test_a_wholly_hidden_table_has_no_marks(two_sided):
    ax = two_sided.plot.quality("t")
    assert drawn_numbers(ax) == set()
    assert set(numbers(ax)) == {"hidden"}


def test_sides_and_columns_are_named(pairing):
    ax = pairing.plot.quality(["department", "site"])
    labels = [tick.get_text() for tick in ax.get_yticklabels()]
    assert any(label.startswith("everyone, by department") for label in labels)
    assert any(label.startswith("everyone, by site") for label in labels)


def test_a_wrong_column_is_refused_as_by_the_table(pairing):
    with pytest.raises(pm.InputError, match="departmnt"):
        pairing.plot.quality("departmnt")


# ---- rounds ---------------------------------------------------------------------------------------------


def lines(ax):
    return {line.get_label(): list(line.get_ydata()) for line in ax.lines}


def test_rounds_of_a_history_are_in_their_order_with_their_new_pairs():
    ax = plot_rounds(HISTORY)
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["r1 (2)", "r2 (1)", "r10 (1)"]
    assert lines(ax) == {"share of pairs that had not met": [1.0, 0.0, 1.0]}


def test_on_two_sides_the_order_of_a_pair_counts():
    history = HISTORY.rename(columns={"a": "mentee", "b": "mentor"})
    ax = plot_rounds(history, sides=("mentee", "mentor"))
    assert lines(ax)["share of pairs that had not met"] == [1.0, 1.0, 1.0]


def test_a_history_without_rounds_is_refused():
    with pytest.raises(pm.InputError, match="name their round"):
        plot_rounds([{"a": 1, "b": 2}])


@pytest.fixture(scope="module")
def programme():
    people = [{"id": k, "y": k * k % 11} for k in range(5)]
    made = pm.Programme(pm.PeerMatcher("id", [pm.near("y")], [pm.no_repeat(rounds=1)]), [{"a": 0, "b": 1}])
    for month in range(1, 5):
        made.run(people, round=f"2026-{month:02d}")
    return made


def test_a_programme_shows_its_table(programme):
    ax = programme.plot.rounds()
    table, drawn = programme.rounds, lines(ax)
    assert drawn["mean score"] == pytest.approx(table["mean"].tolist())
    assert drawn["score of the weakest pair"] == pytest.approx(table["worst"].tolist())
    assert drawn["share of people who went without"] == pytest.approx([0.2] * 4)
    met, new = [{0, 1}], []
    for _, rows in programme.history.dropna(subset=["round"]).groupby("round"):
        pairs = [{a, b} for a, b in zip(rows["a"], rows["b"], strict=True)]
        new.append(sum(pair not in met for pair in pairs) / len(pairs))
        met += pairs
    assert drawn["share of pairs that had not met"] == pytest.approx(new)
    assert min(new) < 1


def test_a_plan_shows_its_table():
    people = [{"id": k, "y": k * k % 11} for k in range(7)]
    plan = pm.plan_rounds(pm.PeerMatcher("id", [pm.near("y")]), people, 3, start="2026-12")
    drawn = lines(plan.plot.rounds())
    assert drawn["mean score"] == pytest.approx(plan.rounds["mean"].tolist())
    assert drawn["share of people who went without"] == pytest.approx([1 / 7] * 3)
    assert drawn["share of pairs that had not met"] == [1.0] * 3


def test_many_rounds_keep_their_names_apart():
    table = pd.DataFrame({"round": [f"round {k}" for k in range(60)], "pairs": 3, "mean": 0.5})
    assert len(draw_rounds(table).get_xticks()) <= 14


def test_a_round_without_pairs_leaves_a_gap():
    people = [{"id": k, "t": "x"} for k in range(4)]
    made = pm.Programme(pm.PeerMatcher("id", [pm.same("t")], [pm.must_differ("t")]))
    made.run(people, round="2026-01")
    made.run([*people[:3], {"id": 9, "t": "y"}], round="2026-02")
    drawn = lines(made.plot.rounds())
    assert np.isnan(drawn["mean score"][0])
    assert drawn["share of people who went without"] == [1.0, 0.5]


# ---- growth ---------------------------------------------------------------------------------------------


def test_medians_are_drawn_and_those_that_were_stopped_are_open():
    ax = draw_growth(MEASURED)
    done, stopped = ax.lines
    assert list(zip(done.get_xdata(), done.get_ydata(), strict=True)) == [(100, 0.2), (1000, 4.0)]
    assert stopped.get_markerfacecolor() == "white"
    assert list(stopped.get_ydata()) == [25.0]
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert "two stopped at 25 seconds" in alt_text(ax)


def test_the_same_place_has_the_same_look():
    both = draw_growth(MEASURED, names={"one": "One", "two": "Two"}).lines
    late = draw_growth(MEASURED, names={"absent": "Absent", "two": "Two"}).lines
    assert late[0].get_color() == both[1].get_color()
    assert late[0].get_marker() == both[1].get_marker()


def test_rows_without_what_is_needed_are_refused():
    with pytest.raises(pm.ConfigError, match="a contender and a size"):
        draw_growth([{"contender": "one", "seconds": 1}])


# ---- style ----------------------------------------------------------------------------------------------


def luminance(colour):
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


def test_text_on_every_shade_can_be_read():
    for share in np.linspace(0, 1, 201):
        face, ink = shade(share)
        light, dark = sorted([luminance(face), 1.0 if ink == "white" else 0.0], reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, share


# how people without one kind of cone see (Viénot, Brettel and Mollon 1999), on linear red, green and blue
MISSING = {
    "protan": [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
    "deutan": [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]],
}


def linear_rgb(colour):
    channels = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


@pytest.mark.parametrize("kind", MISSING)
def test_colours_stay_apart_for_those_who_see_fewer(kind):
    seen = [np.array(MISSING[kind]) @ linear_rgb(colour) for colour in (BLUE, ORANGE, GREEN, PURPLE)]
    for one, other in itertools.combinations(seen, 2):
        assert np.linalg.norm(one - other) > 0.1


def test_colours_alone_tell_nothing():
    from peermatch.report.plots.growth import LOOKS

    assert (
        len({look["marker"] for look in LOOKS})
        == len({str(look["linestyle"]) for look in LOOKS})
        == len(LOOKS)
    )
