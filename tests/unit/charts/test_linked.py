"""Linked tensors: a number stands where it belongs, and pointing lights exactly what a cell is made of."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest

from lesson.charts.linked import DIM, Tensor, linked_chart, short
from lesson.charts.picture import Picture
from lesson.numeric.experiments.one_step import lines
from lesson.numeric.operands import Cell, entrywise, product
from tests.unit.charts.drawn import Marks, drawn

WORDS = {"hint": "point at a cell", "more": "and {count} more"}
SIZES = (3, 2, 3, 2)
NOTHING: dict[str, list[object]] = {}


def step(bias: bool, later: Iterable[str] = ()) -> list[Tensor]:
    """The tensors of a step side by side, of numbers that are all different."""
    numbers = iter(range(1, 1000))
    return [
        Tensor(
            name,
            lines.kind(name),
            np.array([[next(numbers) for _ in range(columns)] for _ in range(rows)], dtype=float),
            (place, 0),
            (rows, columns),
            made=name not in later,
        )
        for place, (name, (rows, columns)) in enumerate(lines.shapes(SIZES, bias).items())
    ]


def pointed_at(cell: Cell) -> dict[str, list[object]]:
    return {"tensor": [cell.tensor], "row": [cell.row], "col": [cell.column]}


def cells_with(marks: Marks, channel: str, value: object) -> set[Cell]:
    return {
        Cell(row["tensor"], row["row"], row["col"])
        for row, (shown,) in zip(marks.rows, marks.see(channel), strict=True)
        if shown == value
    }


def whole_step(bias: bool = True, chosen: Cell = Cell("h", 0, 0), later: Iterable[str] = ()) -> Picture:  # noqa: B008
    return linked_chart(step(bias, later), lines.operations(bias), chosen, WORDS)


@pytest.mark.parametrize("bias", [True, False])
def test_pointing_at_any_cell_lights_exactly_what_it_is_made_of(bias: bool) -> None:
    picture, shapes = whole_step(bias), lines.shapes(SIZES, bias)
    for line in lines.operations(bias):
        rows, columns = shapes[line.result]
        for row, column in np.ndindex(rows, columns):
            cell = Cell(line.result, row, column)
            squares, numbers, frames, *_ = drawn(picture, hov=pointed_at(cell))
            expected = line.made_of(cell, shapes) | {cell}
            assert cells_with(frames, "strokeWidth", 3) == expected
            assert cells_with(squares, "opacity", 1) == cells_with(numbers, "opacity", 1) == expected
            assert set(squares.each("opacity")) <= {1, DIM}


def test_without_a_pointer_nothing_is_pale_and_the_chosen_cell_is_linked() -> None:
    chosen = Cell("grad_w1", 1, 2)
    squares, _, frames, *_ = drawn(whole_step(chosen=chosen), hov=NOTHING)
    assert set(squares.each("opacity")) == {1}
    columns = {Cell(name, row, at) for row in range(3) for name, at in (("x", 1), ("grad_h", 2))}
    assert cells_with(frames, "strokeWidth", 3) == columns | {chosen}


def test_the_pointer_goes_before_what_is_chosen() -> None:
    pointed = Cell("x", 0, 0)
    _, _, frames, *_ = drawn(whole_step(), hov=pointed_at(pointed))
    assert cells_with(frames, "strokeWidth", 3) == {pointed}


def test_each_number_stands_in_the_cell_that_it_belongs_to() -> None:
    tensors = step(True)
    squares, numbers, *_ = drawn(whole_step(), hov=NOTHING)
    values = {tensor.name: tensor.values for tensor in tensors}
    boxes = {(row["tensor"], row["row"], row["col"]): row for row in squares.rows}
    assert len(boxes) == sum(tensor.values.size for tensor in tensors)
    for row, (x, y, text) in zip(numbers.rows, numbers.see("x", "y", "text"), strict=True):
        box = boxes[row["tensor"], row["row"], row["col"]]
        assert box["x"] < x < box["x2"]
        assert box["y"] < y < box["y2"]
        assert text == f"{values[row['tensor']][row['row'], row['col']]:g}"


def test_no_two_cells_lie_on_each_other() -> None:
    stacked = [Tensor(name, "data", np.ones((2, 3)), (0, 0), (2, 3)) for name in ("p", "q")]
    beside = Tensor("r", "data", np.ones((4, 1)), (1, 1), (9, 1))
    picture = linked_chart([*stacked, beside], (), Cell("p", 0, 0), WORDS)
    squares, *_ = drawn(picture, hov=NOTHING)
    corners = [(row["x"], row["y"]) for row in squares.rows]
    for index, (x, y) in enumerate(corners):
        assert all(abs(x - left) >= 0.999 or abs(y - top) >= 0.999 for left, top in corners[:index])
    (_, width), (height, _) = (squares.domain(channel) for channel in ("x", "y"))
    assert all(row["x2"] <= width and row["y2"] <= height for row in squares.rows)


def test_a_later_tensor_is_an_empty_frame() -> None:
    squares, numbers, *_ = drawn(whole_step(later=["grad_w1"]), hov=NOTHING)
    for row, (text, color) in zip(
        numbers.rows, zip(numbers.each("text"), squares.each("color"), strict=True), strict=True
    ):
        assert (text == "") == (color == "transparent") == (row["tensor"] == "grad_w1")


def test_a_band_says_how_much_is_not_drawn() -> None:
    corner = Tensor("p", "data", np.ones((2, 3)), (0, 0), (1062, 5), first=(60, 1))
    lines_of = (product("z", "p", "q"), entrywise("s", "{p}", "p"))
    picture = linked_chart([corner], lines_of, Cell("p", 61, 2), WORDS)
    squares, _, frames, names, bands, *_ = drawn(picture, hov=NOTHING)
    assert "and 1,060 more" in bands.each("text")
    assert "+2" in bands.each("text")
    assert names.each("text") == ["p"]
    assert {(row["row"], row["col"]) for row in squares.rows} == {
        (row, column) for row in (60, 61) for column in (1, 2, 3)
    }
    assert cells_with(frames, "strokeWidth", 3) == {Cell("p", 61, 2)}


def test_the_number_under_the_pointer_is_written_out_below_and_else_a_hint() -> None:
    picture = whole_step()
    for hov, seen in ((NOTHING, set()), (pointed_at(Cell("x", 1, 0)), {"x[2,1] = 3"})):
        *_, readout, hint = drawn(picture, hov=hov)
        shown = {text for text, opacity in readout.see("text", "opacity") if opacity}
        assert shown == seen
        assert hint.see("text", "opacity") == [("point at a cell", int(not seen))]


def test_what_is_no_number_takes_no_color_from_the_others() -> None:
    values = np.array([[np.nan, -2.0, np.inf, 4.0]])
    picture = linked_chart([Tensor("p", "data", values, (0, 0), (1, 4))], (), Cell("p", 0, 0), WORDS)
    squares, numbers, *_ = drawn(picture, hov=NOTHING)
    assert numbers.each("text") == ["nan", "−2", "inf", "4"]
    assert [row["strength"] for row in squares.rows] == [0, -0.5, 1, 1]


def test_a_click_on_a_cell_is_a_selection_of_its_own() -> None:
    selections = {one["name"]: one["select"] for one in whole_step().drawing["params"]}
    assert selections["picked"]["on"] == "click"
    assert selections["hov"]["on"] == "pointerover"
    assert selections["hov"]["fields"] == selections["picked"]["fields"] == ["tensor", "row", "col"]


@pytest.mark.parametrize(
    ("value", "written"),
    [(0.0, "0"), (-0.0, "0"), (-36.48, "−36.5"), (-0.0641, "−0.064"), (123456, "1.23e5"), (-1.6e-7, "−2e−7")],
)
def test_a_number_fits_its_cell(value: float, written: str) -> None:
    assert short(value) == written
