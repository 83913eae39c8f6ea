"""A matrix as it is typed in the tensors chapter: a row per line, blanks between numbers. Free of torch."""

from __future__ import annotations

import math

import numpy as np

LARGEST_SIDE = 6
LARGEST_ENTRY = 1e6


class MatrixError(ValueError):
    """What was typed is no matrix; reason and facts are for a sentence on the page."""

    def __init__(self, reason: str, **facts: object) -> None:
        super().__init__(reason)
        self.reason, self.facts = reason, facts


def matrix_of(text: str) -> np.ndarray:
    """A float32 matrix (rows, columns), at most LARGEST_SIDE each. Raises MatrixError."""
    rows = [row.replace(",", " ").split() for row in text.splitlines() if row.strip()]
    if not rows:
        raise MatrixError("matrix-empty")
    if max(len(rows), *map(len, rows)) > LARGEST_SIDE:
        raise MatrixError("matrix-large", largest=LARGEST_SIDE)
    for number, row in enumerate(rows, start=1):
        if len(row) != len(rows[0]):
            raise MatrixError("matrix-ragged", row=number, found=len(row), expected=len(rows[0]))
    return np.array(
        [[entry(cell, i, j) for j, cell in enumerate(row)] for i, row in enumerate(rows)], dtype=np.float32
    )


def entry(cell: str, row: int, column: int) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not abs(value) <= LARGEST_ENTRY:
        raise MatrixError("matrix-cell", row=row + 1, column=column + 1, cell=cell)
    return value


def text_of(matrix: np.ndarray) -> str:
    """The same matrix as it would be typed."""
    return "\n".join(" ".join(f"{value:g}" for value in row) for row in matrix)
