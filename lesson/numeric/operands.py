"""Which cells of which tensors a cell is made of. Free of torch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

Index = Literal["row", "column", ""]
Shape = tuple[int, int]


class Cell(NamedTuple):
    """A place in a matrix, row and column from 0."""

    tensor: str
    row: int
    column: int

    @property
    def name(self) -> str:
        """As on the page, rows and columns from 1: w1[2,1]."""
        return f"{self.tensor}[{self.row + 1},{self.column + 1}]"


class Operand(NamedTuple):
    """A tensor that is read for a cell: where its row and its column come from.

    "row" and "column" are those of the cell that is made; "" takes them all.
    """

    tensor: str
    row: Index = ""
    column: Index = ""

    def cells(self, made: Cell, shape: Shape) -> list[Cell]:
        """The cells of this tensor, whose shape is given, that are read for one cell."""
        return [self.nth(number, made, shape) for number in range(self.size(made, shape))]

    def size(self, made: Cell, shape: Shape) -> int:
        """How many they are."""
        rows, columns = self.ranges(made, shape)
        return len(rows) * len(columns)

    def nth(self, number: int, made: Cell, shape: Shape) -> Cell:
        """One of them, from 0, row by row."""
        rows, columns = self.ranges(made, shape)
        row, column = divmod(number, len(columns))
        return Cell(self.tensor, rows[row], columns[column])

    def ranges(self, made: Cell, shape: Shape) -> tuple[range, range]:
        return self.indices(self.row, made, shape[0]), self.indices(self.column, made, shape[1])

    @staticmethod
    def indices(index: str, made: Cell, size: int) -> range:
        if not index:
            return range(size)
        one = made.row if index == "row" else made.column
        return range(one, one + 1)


class Operation(NamedTuple):
    """A line: its result, what it reads, and how one cell of it is written.

    term: one summand, with the operands' names in braces. added: what is added once behind all summands.
    """

    result: str
    operands: tuple[Operand, ...]
    term: str
    added: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """What it reads."""
        return tuple(operand.tensor for operand in self.operands)

    def made_of(self, cell: Cell, shapes: Mapping[str, Shape]) -> set[Cell]:
        """All cells that a cell of the result is made of."""
        return {read for operand in self.operands for read in operand.cells(cell, shapes[operand.tensor])}

    @property
    def summed(self) -> tuple[Operand, ...]:
        """What stands in each summand."""
        return tuple(operand for operand in self.operands if operand.tensor != self.added)

    def terms(self, cell: Cell, shapes: Mapping[str, Shape]) -> int:
        """How many summands a cell has. They may be millions, of which nobody makes a list."""
        first = self.summed[0]
        return first.size(cell, shapes[first.tensor])

    def summand(self, number: int, cell: Cell, shapes: Mapping[str, Shape]) -> dict[str, Cell]:
        """The cells that stand in one summand, from 0, of a cell, by the tensor's name."""
        return {one.tensor: one.nth(number, cell, shapes[one.tensor]) for one in self.summed}


def product(result: str, left: str, right: str, bias: str = "") -> Operation:
    """left @ right, and a bias's row added to each row."""
    added = (Operand(bias, column="column"),) if bias else ()
    operands = (Operand(left, row="row"), Operand(right, column="column"), *added)
    return Operation(result, operands, f"{{{left}}}·{{{right}}}", bias)


def product_of_columns(result: str, left: str, right: str) -> Operation:
    """left.T @ right: the sum runs down a column of each."""
    operands = (Operand(left, column="row"), Operand(right, column="column"))
    return Operation(result, operands, f"{{{left}}}·{{{right}}}")


def product_of_rows(result: str, left: str, right: str) -> Operation:
    """left @ right.T: the sum runs along a row of each."""
    operands = (Operand(left, row="row"), Operand(right, row="column"))
    return Operation(result, operands, f"{{{left}}}·{{{right}}}")


def sum_over_rows(result: str, summed: str) -> Operation:
    """summed.sum(0, keepdim=True)."""
    return Operation(result, (Operand(summed, column="column"),), f"{{{summed}}}")


def entrywise(result: str, term: str, *operands: str) -> Operation:
    """Each cell from the same cell of the operands."""
    return Operation(result, tuple(Operand(name, "row", "column") for name in operands), term)


def sum_over_all(result: str, term: str, summed: str) -> Operation:
    """A single number from all cells."""
    return Operation(result, (Operand(summed),), term)
