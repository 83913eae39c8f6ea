"""Intervals: a point between the ends of its own interval, in the row of its name."""

from __future__ import annotations

import pytest

from lesson.charts import theme
from lesson.charts.intervals import Interval, intervals_chart
from lesson.charts.picture import Picture
from tests.unit.charts.drawn import drawn

FOUND = {"late": Interval(0.2, 0.3, 0.7), "early": Interval(-0.5, 0.1, 0.25)}


def picture(least: float = 0, greatest: float = 1) -> Picture:
    return intervals_chart(FOUND, "share", least, greatest)


def test_each_name_has_its_point_on_its_interval() -> None:
    reach, points = drawn(picture())
    assert (reach.kind, points.kind) == ("rule", "point")
    assert reach.see("y", "x", "x2") == [("late", 0.2, 0.7), ("early", -0.5, 0.25)]
    assert points.see("y", "x") == [("late", 0.3), ("early", 0.1)]
    assert (reach.style["color"], points.style["color"]) == (theme.AUTOGRAD, theme.BY_HAND)


def test_rows_stand_in_the_order_given() -> None:
    reach, _ = drawn(picture())
    assert reach.domain("y") == ["late", "early"]
    assert reach.title("x") == "share"


def test_a_pointer_is_told_the_point_and_both_ends() -> None:
    _, points = drawn(picture())
    assert points.tooltips()[1] == {" ": "early", "share": "0.1 (-0.5 – 0.25)"}


@pytest.mark.parametrize(
    ("least", "greatest", "reach"),
    [(0, 1, [-0.5, 1]), (-2, 0.5, [-2, 0.7]), (0, 0.6, [-0.5, 0.7]), (-1, 3, [-1, 3])],
)
def test_the_axis_reaches_over_every_interval_and_as_far_as_asked(
    least: float, greatest: float, reach: list[float]
) -> None:
    rules, _ = drawn(picture(least, greatest))
    assert rules.domain("x") == reach


def test_more_names_make_a_higher_picture() -> None:
    one = intervals_chart({"late": FOUND["late"]}, "share", 0, 1)
    assert picture().drawing["height"] - one.drawing["height"] == 34
