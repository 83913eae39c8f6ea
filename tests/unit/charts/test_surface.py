"""The surface: each loss in the cell of its two weights, each path step by step."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from lesson.charts.picture import Picture
from lesson.charts.surface import surface_chart
from lesson.charts.theme import COLORS, DASHES
from lesson.numeric.experiments.optimizers.surface import Surface
from tests.unit.charts.drawn import WORDS, drawn

ACROSS, UP = np.array([-1.0, 1.0, 3.0]), np.array([10.0, 11.0])
LOSSES = np.array([[4.0, 9.0, 2.0], [7.0, 0.5, 3.0]])
"""A row for each value of up."""

PATHS = {
    "sgd": np.array([[1.0, 10.5], [2.5, 10.25], [0.5, 11.0]]),
    "adam": np.array([[1.0, 10.5], [-0.5, 10.75]]),
}


def picture(losses: np.ndarray = LOSSES, paths: Mapping[str, np.ndarray] = PATHS) -> Picture:
    return surface_chart(Surface(ACROSS, UP, losses, paths, rows=5), "w1[1,2]", "b2[1,1]", WORDS)


def test_each_loss_fills_the_cell_around_its_two_weights() -> None:
    cells, *_ = drawn(picture())
    assert cells.kind == "rect"
    assert cells.see("x", "x2", "y", "y2", "fill") == [
        (-2, 0, 9.5, 10.5, 4),
        (0, 2, 9.5, 10.5, 9),
        (2, 4, 9.5, 10.5, 2),
        (-2, 0, 10.5, 11.5, 7),
        (0, 2, 10.5, 11.5, 0.5),
        (2, 4, 10.5, 11.5, 3),
    ]
    assert cells.tooltips()[1] == {WORDS["loss"]: "9"}


def test_a_higher_loss_is_darker_and_valleys_stay_visible() -> None:
    cells, *_ = drawn(picture())
    assert cells.domain("fill") == [0.5, 9]
    assert cells.scale("fill")["type"] == "sqrt"
    assert cells.scale("fill")["scheme"] == "greys"
    assert "reverse" not in cells.scale("fill")
    assert cells.encoding["fill"]["legend"]["title"] == WORDS["loss"]


def test_each_path_goes_from_the_start_step_by_step_in_its_own_look() -> None:
    _, lines, *_ = drawn(picture())
    assert lines.kind == "line"
    assert lines.see("x", "y", "order", "color", "strokeDash") == [
        (1, 10.5, 0, COLORS[0], DASHES[0]),
        (2.5, 10.25, 1, COLORS[0], DASHES[0]),
        (0.5, 11, 2, COLORS[0], DASHES[0]),
        (1, 10.5, 0, COLORS[1], DASHES[1]),
        (-0.5, 10.75, 1, COLORS[1], DASHES[1]),
    ]
    assert lines.domain("color") == lines.domain("strokeDash") == [WORDS["sgd"], WORDS["adam"]]
    assert lines.tooltips()[2] == {" ": WORDS["sgd"], WORDS["step"]: 2}


def test_dots_move_down_the_paths_and_wait_where_they_end() -> None:
    sgd, adam = (list(map(tuple, path.tolist())) for path in PATHS.values())
    for shown, ends in enumerate([(sgd[0], adam[0]), (sgd[1], adam[1]), (sgd[2], adam[1])]):
        _, lines, dots, _ = drawn(picture(), shown=shown)
        assert dots.see("x", "y") == list(ends)
        assert dots.each("color") == [COLORS[0], COLORS[1]]
        assert set(lines.each("order")) == set(range(shown + 1))
    assert drawn(picture(), shown=2)[2].rows == drawn(picture())[2].rows, "at first all is shown"


def test_a_cross_marks_the_start_of_every_path() -> None:
    *_, start = drawn(picture())
    assert start.style["shape"] == "cross"
    assert start.see("x", "y") == [(1, 10.5)] == [tuple(path[0]) for path in PATHS.values()][:1]


def test_the_axes_end_where_the_cells_do_and_name_the_weights() -> None:
    for marks in drawn(picture()):
        assert (marks.domain("x"), marks.domain("y")) == ([-2, 4], [9.5, 11.5])
        assert (marks.title("x"), marks.title("y")) == ("w1[1,2]", "b2[1,1]")
        assert (marks.scale("x")["nice"], marks.scale("y")["nice"]) == (False, False)


@pytest.mark.parametrize("beyond", [np.inf, np.nan])
def test_a_loss_that_is_no_number_leaves_its_cell_empty(beyond: float) -> None:
    losses = LOSSES.copy()
    losses[0, 1] = beyond
    cells, *_ = drawn(picture(losses))
    assert cells.each("fill") == [4, None, 2, 7, 0.5, 3]
    assert cells.domain("fill") == [0.5, 7]
