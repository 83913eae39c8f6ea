"""Operands: which cells a cell is made of, for each kind of line."""

from __future__ import annotations

from lesson.numeric.operands import (
    Cell,
    Operation,
    entrywise,
    product,
    product_of_columns,
    product_of_rows,
    sum_over_all,
    sum_over_rows,
)

SHAPES = {"p": (4, 3), "q": (4, 2), "r": (3, 2), "s": (5, 3), "b": (1, 2)}


def made_of(operation: Operation, row: int, column: int) -> set[str]:
    cell = Cell(operation.result, row, column)
    return {one.name for one in operation.made_of(cell, SHAPES)}


def test_a_product_reads_a_row_and_a_column_and_one_bias() -> None:
    expected = {"p[2,1]", "p[2,2]", "p[2,3]", "r[1,2]", "r[2,2]", "r[3,2]"}
    assert made_of(product("z", "p", "r"), 1, 1) == expected
    assert made_of(product("z", "p", "r", "b"), 1, 1) == expected | {"b[1,2]"}


def test_transposed_factors_are_read_by_columns_or_by_rows() -> None:
    columns = {f"{name}[{row},{column}]" for row in range(1, 5) for name, column in (("p", 3), ("q", 1))}
    assert made_of(product_of_columns("z", "p", "q"), 2, 0) == columns
    rows = {f"{name}[{row},{column}]" for column in range(1, 4) for name, row in (("p", 2), ("s", 5))}
    assert made_of(product_of_rows("z", "p", "s"), 1, 4) == rows


def test_a_sum_over_rows_reads_a_column_and_a_whole_sum_everything() -> None:
    assert made_of(sum_over_rows("z", "q"), 0, 1) == {"q[1,2]", "q[2,2]", "q[3,2]", "q[4,2]"}
    assert len(made_of(sum_over_all("z", "{p}²", "p"), 0, 0)) == 12


def test_entry_by_entry_reads_the_same_cell() -> None:
    assert made_of(entrywise("z", "{p}·{s}", "p", "s"), 2, 1) == {"p[3,2]", "s[3,2]"}


def test_summands_pair_what_is_multiplied() -> None:
    pairs = product_of_columns("z", "p", "q").summands(Cell("z", 2, 0), SHAPES)
    assert [(one["p"].name, one["q"].name) for one in pairs] == [
        ("p[1,3]", "q[1,1]"),
        ("p[2,3]", "q[2,1]"),
        ("p[3,3]", "q[3,1]"),
        ("p[4,3]", "q[4,1]"),
    ]


def test_a_bias_is_added_once_behind_the_summands() -> None:
    with_bias = product("z", "p", "r", "b")
    assert with_bias.added == "b"
    assert all("b" not in one for one in with_bias.summands(Cell("z", 0, 0), SHAPES))
