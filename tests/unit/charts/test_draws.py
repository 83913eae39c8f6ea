"""Draws: how many fall into each bin of which estimator, and where mean and truth are."""

from __future__ import annotations

import numpy as np

from lesson.charts import theme
from lesson.charts.draws import draws_chart
from lesson.charts.picture import Picture
from lesson.numeric.experiments.bernoulli_gate.estimates import Distribution
from tests.unit.charts.drawn import WORDS, drawn

EDGES = np.array([-2.0, -1.0, 1.0, 4.0])
SHARES = {"sum": np.array([0.1, 0.2, 0.4]), "ste": np.array([0.0, 0.8, 0.2])}
MEANS = {"sum": 0.75, "ste": -0.25}
NAMES = {"sum": "exact", "ste": "naive"}


def picture(shares: dict[str, np.ndarray] = SHARES) -> Picture:
    return draws_chart(Distribution(EDGES, shares, MEANS, 0.5), NAMES, "gradient", WORDS)


def test_each_bin_is_as_strong_as_its_share_of_the_fullest_of_its_estimator() -> None:
    cells, _, _ = drawn(picture())
    assert cells.kind == "rect"
    assert cells.see("y", "x", "x2", "opacity") == [
        ("exact", -2, -1, 0.25),
        ("exact", -1, 1, 0.5),
        ("exact", 1, 4, 1),
        ("naive", -2, -1, 0),
        ("naive", -1, 1, 1),
        ("naive", 1, 4, 0.25),
    ]
    assert cells.scale("opacity") == {"domain": [0, 1], "range": [0, 1]}
    assert cells.style["color"] == theme.AUTOGRAD


def test_each_estimator_has_its_mean_and_all_have_one_truth() -> None:
    _, rule, points = drawn(picture())
    assert (rule.kind, points.kind) == ("rule", "point")
    assert points.see("y", "x", "color") == [("exact", 0.75, theme.BY_HAND), ("naive", -0.25, theme.BY_HAND)]
    assert rule.see("x", "color") == [(0.5, theme.ERROR)]
    assert "y" not in rule.encoding, "the truth goes through all rows"
    assert rule.style["strokeDash"], "the truth is dashed"


def test_the_legend_tells_mean_from_truth() -> None:
    _, rule, points = drawn(picture())
    for marks in (rule, points):
        assert marks.domain("color") == [WORDS["mean"], WORDS["truth"]]
        assert marks.encoding["color"]["legend"]["orient"] == "bottom"


def test_a_pointer_is_told_estimator_place_and_share() -> None:
    cells, _, _ = drawn(picture())
    assert cells.tooltips()[5] == {" ": "naive", "gradient": "1", WORDS["draws"]: "20.0%"}


def test_the_axes_hold_all_bins_and_all_names_in_their_order() -> None:
    cells, rule, points = drawn(picture())
    assert cells.domain("x") == rule.domain("x") == points.domain("x") == [-2, 4]
    assert cells.domain("y") == points.domain("y") == ["exact", "naive"]
    assert cells.title("x") == "gradient"


def test_where_nothing_was_drawn_no_bin_is_seen() -> None:
    cells, _, _ = drawn(picture({**SHARES, "ste": np.zeros(3)}))
    assert cells.each("opacity")[3:] == [0, 0, 0]


def test_more_estimators_make_a_higher_picture() -> None:
    one = picture({"sum": SHARES["sum"]}).drawing["height"]
    assert picture().drawing["height"] - one == 44
