"""Arrows: from one running sum to the next, in the row of their entry."""

from __future__ import annotations

import numpy as np

from lesson.charts import theme
from lesson.charts.arrows import arrows_chart
from tests.unit.charts.drawn import WORDS, drawn

SUMS = np.array([[2.0, -1.0, 0.5], [5.0, -4.0, 0.25]])
"""After each of two presses, what three entries hold."""

REACH = (-8.0, 16.0)

ARROWS = [(1, 0, 2), (2, 0, -1), (3, 0, 0.5), (1, 2, 5), (2, -1, -4), (3, 0.5, 0.25)]
"""The entry, and from where to where."""


def test_each_arrow_begins_where_the_one_before_has_ended() -> None:
    shafts, heads = drawn(arrows_chart(SUMS, REACH, WORDS))
    assert (shafts.kind, heads.kind) == ("rule", "point")
    assert shafts.see("y", "x", "x2") == ARROWS
    assert heads.see("y", "x") == [(entry, end) for entry, _, end in ARROWS]
    assert {shafts.style["color"], heads.style["color"]} == {theme.ERROR}


def test_a_head_points_to_where_its_arrow_goes() -> None:
    _, heads = drawn(arrows_chart(SUMS, REACH, WORDS))
    right, left = 90, -90
    assert heads.style["shape"] == "triangle"
    assert heads.each("angle") == [right, left, right, right, left, left]
    assert heads.encoding["angle"]["scale"] is None, "an angle is in degrees"


def test_a_pointer_is_told_entry_press_and_sum() -> None:
    _, heads = drawn(arrows_chart(SUMS, REACH, WORDS))
    entry, press, gradient = WORDS["entry-number"], WORDS["press"], WORDS["gradient"]
    assert heads.tooltips()[2:4] == [
        {entry: 3, press: 1, gradient: "0.5"},
        {entry: 1, press: 2, gradient: "5"},
    ]


def test_the_axis_stands_still_while_sums_grow() -> None:
    """Or nothing would grow: after one press the picture would look as after eight."""
    for presses in range(3):
        shafts, _ = drawn(arrows_chart(SUMS[:presses], REACH, WORDS))
        assert shafts.domain("x") == list(REACH)
    assert shafts.domain("y") == [1, 2, 3]
    assert (shafts.title("x"), shafts.title("y")) == (WORDS["gradient"], WORDS["entry-number"])


def test_without_a_press_there_is_no_arrow() -> None:
    shafts, heads = drawn(arrows_chart(np.empty((0, 3)), REACH, WORDS))
    assert shafts.rows == heads.rows == []
