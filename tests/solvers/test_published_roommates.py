"""Published instances of stable roommates, as their sources print them, with what is known about them."""

from __future__ import annotations

from itertools import permutations

from peermatch.problem import NoStableCertificate, Status
from peermatch.solvers import stable_roommates
from support.roommates import BruteForce, stable_matchings


def from_one(rows: list[str]) -> list[list[int]]:
    """Lists of people who are numbered from 1."""
    return [[int(name) - 1 for name in row.split()] for row in rows]


def test_four_people_of_gale_and_shapley() -> None:
    """D. Gale and L. S. Shapley (1962), College admissions and the stability of marriage, section 3, example 3.

    The first three love each other in a ring and all rank the fourth last, whose own list is immaterial.
    """
    for last in permutations(range(3)):
        matching = stable_roommates([[1, 2, 3], [2, 0, 3], [0, 1, 3], list(last)])
        assert matching.status == Status.NO_STABLE
        assert isinstance(matching.certificate, NoStableCertificate)
        assert matching.certificate.odd_parties == [[0, 1, 2]]
        assert matching.partition is not None
        assert matching.partition.tolist() == [1, 2, 0, 3]
        assert matching.pairs.tolist() == []


def test_the_solvable_example_of_irving() -> None:
    """R. W. Irving (1985), Journal of Algorithms 6: six people and their one stable matching.

    As in the tests of the library ``matching`` (daffidwilde/matching, ``test_original_paper_stable``).
    """
    lists = from_one(["4 6 2 5 3", "6 3 5 1 4", "4 5 1 6 2", "2 6 5 1 3", "4 2 3 6 1", "5 1 4 2 3"])
    matching = stable_roommates(lists)
    assert matching.status == Status.STABLE
    assert matching.pairs.tolist() == [[0, 5], [1, 2], [3, 4]]
    assert stable_matchings(lists) == [[(0, 5), (1, 2), (3, 4)]]


def test_the_unsolvable_example_of_irving() -> None:
    """R. W. Irving (1985): six people without a stable matching.

    The lists are from memory, not from a copy of the paper; that no matching is stable is checked by brute force.
    """
    lists = from_one(["2 6 4 3 5", "3 5 1 6 4", "1 6 2 5 4", "5 2 3 6 1", "6 1 3 4 2", "4 2 5 1 3"])
    matching = stable_roommates(lists)
    assert matching.status == Status.NO_STABLE
    assert isinstance(matching.certificate, NoStableCertificate)
    brute = BruteForce(lists)
    assert not brute.stable.any()
    assert brute.is_partition(matching.certificate.successor.tolist())
    assert matching.certificate.odd_parties == [[0, 1, 2], [3, 4, 5]]


def test_ten_people_of_gusfield_and_irving() -> None:
    """D. Gusfield and R. W. Irving (1989), The Stable Marriage Problem, section 4.2.3: seven stable matchings.

    As in the tests of the library ``matching`` (daffidwilde/matching, ``test_large_example_from_book``), whose answer
    is the last of the seven.
    """
    lists = from_one(
        [
            "8 2 9 3 6 4 5 7 10",
            "4 3 8 9 5 1 10 6 7",
            "5 6 8 2 1 7 10 4 9",
            "10 7 9 3 1 6 2 5 8",
            "7 4 10 8 2 6 3 1 9",
            "2 8 7 3 4 10 1 5 9",
            "2 1 8 3 5 10 4 6 9",
            "10 4 2 5 6 7 1 3 9",
            "6 7 2 5 10 3 4 8 1",
            "3 1 6 5 2 9 8 4 7",
        ]
    )
    brute = BruteForce(lists)
    assert brute.stable.sum() == 7
    assert brute.stable[brute.number_of([6, 7, 5, 8, 9, 2, 0, 1, 3, 4])]
    assert brute.stable[brute.number_of(stable_roommates(lists).mate)]
    fair = stable_roommates(lists, among="minimum_regret").stability
    cheap = stable_roommates(lists, among="egalitarian").stability
    assert fair is not None
    assert cheap is not None
    assert fair.regret == fair.regret_bound == brute.regrets[brute.stable].min() == 6
    assert cheap.cost == cheap.cost_bound == brute.costs[brute.stable].min() == 38


def test_eight_people_of_irving() -> None:
    """Eight people with three stable matchings, from the data of P. Prosser's roommates programs (Glasgow)."""
    rows = ["2546783", "3617854", "4728561", "1835672", "6182347", "7253418", "8364125", "5471236"]
    lists = from_one([" ".join(row) for row in rows])
    brute = BruteForce(lists)
    assert brute.stable.sum() == 3
    for among, values in (("minimum_regret", brute.regrets), ("egalitarian", brute.costs)):
        number = brute.number_of(stable_roommates(lists, among=among).mate)
        assert brute.stable[number]
        assert values[number] == values[brute.stable].min()
