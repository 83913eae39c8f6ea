"""Who is ahead: a bar to the side of whoever ends lower."""

from __future__ import annotations

import numpy as np

from lesson.charts import theme
from lesson.charts.lead import lead_chart
from lesson.charts.picture import Picture
from tests.unit.charts.drawn import WORDS, drawn

DIFFERENCES = np.array([0.5, -2.0, 3.0, -0.25])
"""The loss by hand minus that by autograd."""


def picture(differences: np.ndarray = DIFFERENCES) -> Picture:
    return lead_chart(7, differences, WORDS)


def test_each_seed_has_its_bar_in_the_colour_of_the_lower_loss() -> None:
    bars, _ = drawn(picture())
    assert bars.kind == "bar"
    assert bars.see("x", "y", "color") == [
        (7, 0.5, theme.AUTOGRAD),
        (8, -2, theme.BY_HAND),
        (9, 3, theme.AUTOGRAD),
        (10, -0.25, theme.BY_HAND),
    ]


def test_a_pointer_is_told_seed_difference_and_who_is_ahead() -> None:
    bars, _ = drawn(picture())
    seed, difference = WORDS["seed"], WORDS["loss-difference"]
    assert bars.tooltips()[:2] == [
        {seed: 7, difference: "0.5", " ": WORDS["autograd-ahead"]},
        {seed: 8, difference: "-2", " ": WORDS["by-hand-ahead"]},
    ]
    assert bars.domain("color") == [WORDS["autograd-ahead"], WORDS["by-hand-ahead"]]


def test_a_line_stands_at_zero_and_the_axis_always_has_it() -> None:
    bars, zero = drawn(picture())
    assert zero.kind == "rule"
    assert set(zero.each("y")) == {0}
    assert bars.domain("y") == [-2, 3]
    assert drawn(picture(np.array([0.5, 0.25])))[0].domain("y") == [0, 0.5]
    assert drawn(picture(np.array([-0.5, -0.25])))[0].domain("y") == [-0.5, 0]
    assert (bars.title("x"), bars.title("y")) == (WORDS["seed"], WORDS["loss-difference"])


def test_where_neither_is_ahead_no_bar_is_seen() -> None:
    bars, _ = drawn(picture(np.array([0.0, np.nan, 1.0])))
    assert bars.each("y") == [0, None, 1]
