"""The synthetic tables of mentees and mentors."""

import hashlib

import pandas as pd
import pytest

from peermatch.datasets import GRADES, make_two_sides


def digest(frames: tuple[pd.DataFrame, pd.DataFrame]) -> str:
    return hashlib.sha256(
        "".join(frame.to_csv(index=False, lineterminator="\n") for frame in frames).encode()
    ).hexdigest()


def test_both_tables():
    mentees, mentors = make_two_sides(400, 300, seed=2)
    assert (len(mentees), len(mentors)) == (400, 300)
    for frame in (mentees, mentors):
        assert frame["email"].is_unique
        assert frame["email"].str.endswith("@example.org").all()
        assert frame["last_name"].is_unique
        assert frame.attrs["synthetic"] is True
        assert set(frame["grade"]) <= set(GRADES)
    assert mentors["places"].between(1, 3).all()
    higher = mentors["grade"].map(GRADES.index).mean() - mentees["grade"].map(GRADES.index).mean()
    assert higher > 1.5


def test_those_who_are_in_both_are_the_same_people():
    mentees, mentors = make_two_sides(400, 300, seed=2)
    both = mentees.merge(mentors, on=["first_name", "last_name"])
    assert len(both) == 30
    for column in ("grade", "organisation", "profession"):
        assert (both[f"{column}_x"] == both[f"{column}_y"]).all()


def test_identities_are_only_given_by_those_who_wish_to_be_matched_by_them():
    mentees, _ = make_two_sides(400, 300, seed=2)
    assert (mentees["identity_to_match"].notna() == (mentees["match_with_similar_identity"] == "yes")).all()


def test_the_same_seed_gives_the_same_bytes():
    assert digest(make_two_sides(50, 40, seed=1)) == digest(make_two_sides(50, 40, seed=1))
    assert digest(make_two_sides(50, 40, seed=1)) != digest(make_two_sides(50, 40, seed=2))


def test_one_of_each():
    mentees, mentors = make_two_sides(1, 1)
    assert len(mentees) == len(mentors) == 1


@pytest.mark.parametrize("arguments", [(0, 5), (5, 0), (5, 5, -1), ("5", 5)])
def test_wrong_arguments(arguments):
    with pytest.raises(ValueError, match="of make_two_sides\\(\\) must be a whole number of at least"):
        make_two_sides(*arguments)
