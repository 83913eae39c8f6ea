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
        rows, columns = (self.indices(index, made, size) for index, size in zip(self[1:], shape, strict=True))
        return [Cell(self.tensor, row, column) for row in rows for column in columns]

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

    def summands(self, cell: Cell, shapes: Mapping[str, Shape]) -> list[dict[str, Cell]]:
        """The cells that stand in each summand of a cell, by the tensor's name, in the order of the sum."""
        read = [o.cells(cell, shapes[o.tensor]) for o in self.operands if o.tensor != self.added]
        return [{one.tensor: one for one in together} for together in zip(*read, strict=True)]


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
