"""Matrices: each number in its own row and column, whichever corner is shown."""

from __future__ import annotations

import numpy as np
import pytest

from lesson.charts.matrices import matrix_chart
from lesson.numeric.compare import Verdict
from lesson.numeric.experiments.your_turn import Judged
from lesson.numeric.training.curves import CELLS
from tests.unit.charts.drawn import WORDS, drawn

MATRIX = np.array([[1.5, 8.0, -7.0], [0.0, -10.0, 2.25]])
PLACES = [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3)]


def test_each_cell_has_the_number_of_its_row_and_column() -> None:
    squares, numbers = drawn(matrix_chart(MATRIX, "W", WORDS))
    assert (squares.kind, numbers.kind) == ("rect", "text")
    assert squares.see("y", "x") == numbers.see("y", "x") == PLACES
    assert numbers.each("text") == ["1.5", "8", "-7", "0", "-10", "2.25"]


def test_a_cell_is_coloured_by_sign_and_by_its_share_of_the_largest() -> None:
    squares, _ = drawn(matrix_chart(MATRIX, "W", WORDS))
    assert squares.each("color") == [0.15, 0.8, -0.7, 0, -1, 0.225]
    assert squares.scale("color") == {"scheme": "blueorange", "domain": [-1, 0, 1]}


def test_numbers_are_white_on_dark_squares_of_either_sign() -> None:
    _, numbers = drawn(matrix_chart(MATRIX, "W", WORDS))
    assert numbers.each("color") == ["#000", "#fff", "#000", "#000", "#fff", "#000"]


def test_a_pointer_is_told_the_place_and_every_digit() -> None:
    squares, numbers = drawn(matrix_chart(np.array([[3, 0.1]], np.float32), "W", WORDS))
    row, column, value = (WORDS[word] for word in ("row", "column", "value"))
    assert squares.tooltips() == [
        {row: 1, column: 1, value: "3.0"},
        {row: 1, column: 2, value: "0.10000000149011612"},
    ]
    assert numbers.tooltips() == squares.tooltips()


def test_a_matrix_of_zeros_has_no_colour() -> None:
    with np.errstate(invalid="raise"):
        squares, numbers = drawn(matrix_chart(np.zeros((1, 2)), "W", WORDS))
    assert squares.each("color") == [0, 0]
    assert numbers.each("text") == ["0", "0"]


def test_what_is_no_number_is_called_so_and_leaves_the_others_their_colour() -> None:
    squares, numbers = drawn(
        matrix_chart(np.array([[2.0, np.nan], [np.inf, -np.inf], [-1.0, 0.0]]), "W", WORDS)
    )
    assert numbers.each("text") == ["2", "nan", "inf", "-inf", "-1", "0"]
    assert squares.each("color") == [1, 0, 1, -1, -0.5, 0]


def test_the_title_and_the_height_are_those_of_the_matrix() -> None:
    flat, tall = (matrix_chart(np.ones(shape), "W2", WORDS).drawing for shape in ((1, 4), (3, 1)))
    assert flat["title"] == "W2"
    assert tall["height"] - flat["height"] == 2 * 34


def test_a_large_matrix_shows_its_corner() -> None:
    assert len(matrix_chart(np.ones((100, 100), np.float32), "W", WORDS).table) == 25


LARGE = np.arange(7 * 9).reshape(7, 9) - 30.5


@pytest.mark.parametrize("first", [(0, 0), (2, 0), (0, 4), (1, 3), (2, 4)])
def test_rows_and_columns_of_a_corner_have_their_true_numbers(first: tuple[int, int]) -> None:
    _, numbers = drawn(matrix_chart(LARGE, "W", WORDS, first=first))
    top, left = first
    assert numbers.see("y", "x", "text") == [
        (row + 1, column + 1, f"{LARGE[row, column]:g}")
        for row in range(top, top + CELLS)
        for column in range(left, left + CELLS)
    ]


def test_a_corner_is_coloured_by_its_own_largest_cell() -> None:
    squares, _ = drawn(matrix_chart(LARGE, "W", WORDS))
    assert min(squares.each("color")) == -1
    squares, _ = drawn(matrix_chart(LARGE, "W", WORDS, first=(2, 4)))
    assert max(squares.each("color")) == 1


@pytest.mark.parametrize("shape", [(7, 9), (2, 12), (12, 1), (3, 4)])
def test_the_corner_around_the_largest_difference_shows_it(shape: tuple[int, int]) -> None:
    for row, column in np.ndindex(shape):
        difference = np.full(shape, 0.5)
        difference[row, column] = -3
        judged = Judged(shape, shape, Verdict.DIFFERENT, difference)
        squares, numbers = drawn(matrix_chart(difference, "W", WORDS, first=judged.around))
        assert (row + 1, column + 1, "-3") in numbers.see("y", "x", "text")
        assert len(squares.rows) == min(CELLS, shape[0]) * min(CELLS, shape[1])
