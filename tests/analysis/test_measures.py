"""The measures give what one works out by hand, and what is printed of well-known networks."""

from __future__ import annotations

import math
from itertools import combinations

import pytest

from kg.analysis import measures
from kg.analysis.composite import Composite, ordered
from kg.analysis.networks import Network

#: Friendships in a karate club (Zachary 1977), as in igraph and the literature: 34 members.
KARATE = """
1-2 1-3 1-4 1-5 1-6 1-7 1-8 1-9 1-11 1-12 1-13 1-14 1-18 1-20 1-22 1-32 2-3 2-4 2-8 2-14 2-18 2-20
2-22 2-31 3-4 3-8 3-9 3-10 3-14 3-28 3-29 3-33 4-8 4-13 4-14 5-7 5-11 6-7 6-11 6-17 7-17 9-31 9-33
9-34 10-34 14-34 15-33 15-34 16-33 16-34 19-33 19-34 20-34 21-33 21-34 23-33 23-34 24-26 24-28
24-30 24-33 24-34 25-26 25-28 25-32 26-32 27-30 27-34 28-34 29-32 29-34 30-33 30-34 31-33 31-34
32-33 32-34 33-34
"""


def test_strengths_of_a_tie() -> None:
    # 20 joint works of partners with 100 and 400: √40000 = 200, union 480.
    assert measures.salton(20, 100, 400) == pytest.approx(0.1)
    assert measures.jaccard(20, 100, 400) == pytest.approx(20 / 480)
    assert measures.salton(20, 0, 400) is None
    assert measures.jaccard(0, 0, 0) is None


def test_activity_and_specialisation() -> None:
    # 30 of 100 own works are in a field that has 150 of 1000: twice as many as expected.
    assert measures.activity_index(30, 100, 150, 1000) == pytest.approx(2.0)
    assert measures.relative_specialisation(30, 100, 150, 1000) == pytest.approx(1 / 3)
    assert measures.relative_specialisation(0, 100, 150, 1000) == pytest.approx(-1.0)
    assert measures.activity_index(30, 100, 0, 1000) is None


def test_concentration_and_diversity() -> None:
    # Shares of 1/2, 1/4, 1/4.
    parts = [50, 25, 25]
    assert measures.hhi(parts) == pytest.approx(0.375)
    assert measures.simpson(parts) == pytest.approx(0.625)
    assert measures.shannon(parts) == pytest.approx(1.5 * math.log(2))
    assert measures.top_share(parts, 2) == pytest.approx(0.75)
    assert measures.hhi([7]) == 1.0
    assert measures.shannon([7]) == 0.0
    assert measures.hhi([]) is None
    assert measures.top_share([0, 0], 1) is None


def test_growth_is_that_of_compound_interest() -> None:
    # 100, 110, 121.
    assert measures.growth(100, 121, 2) == pytest.approx(0.1)
    assert measures.growth(0, 121, 2) is None
    assert measures.growth(100, 121, 0) is None


@pytest.mark.parametrize(
    ("method", "wanted"),
    [
        ("min-max", {"a": 0.0, "b": 0.25, "c": 1.0}),
        ("z-score", {"a": -0.98058, "b": -0.39223, "c": 1.37281}),
        ("rank", {"a": 0.0, "b": 0.5, "c": 1.0}),
    ],
)
def test_values_on_one_scale(method: str, wanted: dict[str, float]) -> None:
    found = measures.normalised({"a": 10, "b": 15, "c": 30}, method)
    assert found == pytest.approx(wanted, abs=1e-4)
    assert len(set(measures.normalised({"a": 3, "b": 3}, method).values())) == 1


def test_equal_scores_share_a_position() -> None:
    assert measures.ranks({"a": 5, "b": 7, "c": 5, "d": 1, "e": None}) == {
        "b": 1, "a": 2, "c": 2, "d": 4,
    }  # fmt: skip


# --- composite ------------------------------------------------------------------------------------

VALUES = {
    "x": {"a": 10.0, "b": 5.0, "c": 0.0},
    "y": {"a": 0.0, "b": 5.0, "c": 10.0},
    "z": {"a": 1.0, "b": 3.0},
}


def test_a_composite_is_the_weighted_mean_of_what_there_is() -> None:
    # z: a 0, b 1; c lacks z, a quarter of the weight, and is scored by x and y alone.
    composite = Composite(VALUES, {"x": 2, "y": 1, "z": 1})
    assert composite.index() == pytest.approx({"a": 0.5, "b": 0.625, "c": 1 / 3})
    assert list(ordered(composite.index())) == ["b", "a", "c"]


def test_who_lacks_more_than_a_third_of_the_weight_is_left_out() -> None:
    assert Composite(VALUES, {"x": 1, "y": 1, "z": 2}).units == ["a", "b"]


def test_the_band_shows_what_weights_can_do() -> None:
    composite = Composite(VALUES, {"x": 2, "y": 1, "z": 1})
    # Without x: a 0, b 0.75, c 1. Without z: a 2/3, b 1/2, c 1/3.
    assert composite.without("x") == {"c": 1, "b": 2, "a": 3}
    assert composite.without("z") == {"a": 1, "b": 2, "c": 3}
    assert composite.bands() == {"a": (1, 3), "b": (1, 2), "c": (1, 3)}


# --- networks -------------------------------------------------------------------------------------


def test_positions_on_two_triangles_joined_by_a_tie() -> None:
    ends = [*combinations("abc", 2), *combinations("def", 2), ("c", "d")]
    network = Network([(one, other, 1) for one, other in ends])
    at = network.positions()
    assert [at[n].degree for n in "abcdef"] == [2, 2, 3, 3, 2, 2]
    # c lies between a, b and d, e, f: 2 · 3 of the 5 · 4 / 2 pairs of others.
    assert at["c"].betweenness == pytest.approx(0.6)
    assert at["a"].betweenness == 0
    assert {at[n].core for n in "abcdef"} == {2}
    assert at["a"].community == at["b"].community == at["c"].community != at["d"].community
    assert network.bridges() == [("c", "d")]
    assert network.cut_nodes() == ["c", "d"]
    # 3 + 3 of 7 ties within; expected half: 6/7 − 1/2.
    groups = {name: position.community for name, position in at.items()}
    assert network.modularity(groups) == pytest.approx(6 / 7 - 0.5)


def test_eigenvector_centrality_of_a_star() -> None:
    # The centre has 1, a leaf 1/√4 of it.
    at = Network([("centre", leaf, 1) for leaf in "wxyz"]).positions()
    assert at["centre"].eigenvector == pytest.approx(1)
    assert at["w"].eigenvector == pytest.approx(0.5)
    assert at["centre"].betweenness == pytest.approx(1)


def test_a_strong_tie_is_a_short_way() -> None:
    # From a to c it is shorter by b, whose ties are strong, than straight.
    at = Network([("a", "b", 10), ("b", "c", 10), ("a", "c", 1)]).positions()
    assert at["b"].betweenness == pytest.approx(1)
    assert Network([("a", "b", 10), ("b", "c", 10), ("a", "c", 1)]).positions(by_weight=False)[
        "b"
    ].betweenness == pytest.approx(0)


def test_betweenness_of_a_large_network_is_estimated_near_the_exact_one() -> None:
    # A tree of 2,187 leaves: a node of the first rank lies between its third and the others.
    ties = [(str((n - 1) // 3), str(n), 1.0) for n in range(1, 3280)]
    at = Network(ties).positions()
    third, nodes = 1093, 3280
    exact = ((third - 1) * (nodes - third) + 3 * 364**2) / ((nodes - 1) * (nodes - 2) / 2)
    assert [at[n].betweenness for n in "123"] == pytest.approx([exact] * 3, rel=0.1)
    assert at["3279"].betweenness == 0


def test_weights_of_one_pair_add_up_and_loops_are_left_out() -> None:
    network = Network([("a", "b", 1), ("b", "a", 2), ("a", "a", 9), ("a", "c", 0)], ["d"])
    assert network.weights == {("a", "b"): 3.0}
    assert network.names == ["a", "b", "d"]
    assert network.positions()["a"].strength == 3.0
    assert network.components() == [["a", "b"], ["d"]]


def test_the_karate_club_has_the_positions_that_are_published() -> None:
    ties = [(*pair.split("-"), 1.0) for pair in KARATE.split()]
    assert len(ties) == 78
    network = Network([(one, other, weight) for one, other, weight in ties])
    at = network.positions()
    # Betweenness as given with the network in the literature, e.g. Newman, Networks (2010).
    published = {"1": 0.43764, "34": 0.30407, "33": 0.14525, "3": 0.14366, "32": 0.13828}
    ranked = sorted(at, key=lambda name: -at[name].betweenness)
    assert {n: at[n].betweenness for n in ranked[:5]} == pytest.approx(published, abs=1e-4)
    assert max(position.core for position in at.values()) == 4
    # The best partition known: four communities, modularity 0.4198 (Brandes et al. 2008).
    groups = {name: position.community for name, position in at.items()}
    assert len(set(groups.values())) == 4
    assert network.modularity(groups) == pytest.approx(0.4198, abs=1e-4)
    assert network.positions() == at
