"""What is drawn of a few tensors: a corner of each that holds one cell and what it is made of, and the sum
behind that cell. Free of torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lesson.numeric.operands import Cell, Operation

SHOWN = {"batch": 4, "inputs": 3, "hidden": 3, "outputs": 2, "one": 1}
"""As many rows or columns of each kind are drawn."""

FIRST, LAST = 2, 1
"""Of a long sum so many summands are written at its beginning and at its end."""

Dimensions = Mapping[str, tuple[str, str]]
"""What the rows and the columns of each tensor stand for: batch, inputs, hidden, outputs or one."""


@dataclass(frozen=True, eq=False)
class Corner:
    """A part of a matrix: its values, the row and the column from 0 with which it begins, and the shape of
    the whole."""

    values: np.ndarray
    first: tuple[int, int]
    shape: tuple[int, int]


@dataclass(frozen=True)
class Sum:
    """How a cell comes about: its summands in names and in numbers, in the middle None for those left out."""

    cell: Cell
    names: tuple[str | None, ...]
    numbers: tuple[str | None, ...]
    summands: int
    value: float


@dataclass(frozen=True, eq=False)
class Look:
    """A corner of every tensor that holds the chosen cell and what it is made of, and its sum."""

    corners: Mapping[str, Corner]
    sum: Sum


def look_at(
    found: Mapping[str, np.ndarray], lines: Sequence[Operation], dimensions: Dimensions, cell: Cell
) -> Look:
    """As much of matrices as is drawn, and the sum behind a cell of one that a line makes."""
    line = next(line for line in lines if line.result == cell.tensor)
    return Look(corners(found, dimensions, cell), written(line, cell, found))


def corners(found: Mapping[str, np.ndarray], dimensions: Dimensions, cell: Cell) -> dict[str, Corner]:
    """A corner of each matrix, the same part of each dimension of all."""
    begins = first_shown(dimensions[cell.tensor], cell)
    return {name: corner(matrix, dimensions[name], begins) for name, matrix in found.items()}


def first_shown(dimensions: tuple[str, str], cell: Cell) -> dict[str, int]:
    """Where the drawn part of each dimension begins: at 0, or so that the cell is its last."""
    at = zip(dimensions, cell[1:], strict=True)
    return {name: max(0, index - SHOWN[name] + 1) for name, index in at}


def corner(matrix: np.ndarray, dimensions: tuple[str, str], begins: Mapping[str, int]) -> Corner:
    top, left = (begins.get(name, 0) for name in dimensions)
    rows, columns = (SHOWN[name] for name in dimensions)
    height, width = matrix.shape
    return Corner(matrix[top : top + rows, left : left + columns].copy(), (top, left), (height, width))


def written(line: Operation, cell: Cell, found: Mapping[str, np.ndarray]) -> Sum:
    """The sum behind a cell; of a long one its beginning and its end."""
    shapes = {name: (matrix.shape[0], matrix.shape[1]) for name, matrix in found.items()}
    count = line.terms(cell, shapes)
    ends = [*range(FIRST), None, *range(count - LAST, count)]
    numbered = range(count) if count <= len(ends) else ends
    few = [None if number is None else line.summand(number, cell, shapes) for number in numbered]
    names = [one and line.term.format_map({name: at.name for name, at in one.items()}) for one in few]
    numbers = [
        one and line.term.format_map({name: number(value_at(found, at)) for name, at in one.items()})
        for one in few
    ]
    if line.added:
        bias = Cell(line.added, 0, cell.column)
        names.append(bias.name)
        numbers.append(number(value_at(found, bias)))
    value = value_at(found, cell)
    return Sum(cell, tuple(names), tuple(numbers), count, value)  # type: ignore[arg-type]


def value_at(found: Mapping[str, np.ndarray], cell: Cell) -> float:
    return float(found[cell.tensor][cell.row, cell.column])


def number(value: float) -> str:
    """Four digits, a negative number in brackets, as it may stand in a product."""
    text = f"{value + 0.0:.4g}"
    return f"({text.replace('-', '−')})" if value < 0 else text
