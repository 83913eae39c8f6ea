"""A matrix as small labelled cells."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import numpy as np

from lesson.charts.picture import Chart, Picture, drawing, table
from lesson.numeric.training.curves import CELLS

CELL_HEIGHT = 34
FRAME = 84
"""Pixels for the title and the column numbers."""

WORDS = ("row", "column", "value")


def matrix_chart(
    matrix: np.ndarray,
    title: str,
    words: Mapping[str, str],
    first: tuple[int, int] = (0, 0),
) -> Picture:
    """A corner of a matrix, coloured by sign and size, each cell with its number, or what it is instead.

    first: the row and the column, from 0, with which the part that is shown begins.
    """
    top, left = first
    corner = matrix[top : top + CELLS, left : left + CELLS]
    rows, columns = np.indices(corner.shape)
    # The share of the largest finite entry, so that the drawing is the same whatever the numbers are.
    largest = float(np.abs(corner[np.isfinite(corner)]).max(initial=0.0)) or 1.0
    found = table(
        row=rows.ravel() + top + 1,
        column=columns.ravel() + left + 1,
        value=corner.ravel().astype(float),
        exact=[repr(value.item()) for value in corner.ravel()],
        strength=np.nan_to_num(np.clip(corner.ravel() / largest, -1, 1)),
    )
    drawn = cells(title, corner.shape[0], tuple(words[word] for word in WORDS))
    return Picture(drawn, found)


@drawing
def cells(title: str, rows: int, words: tuple[str, ...]) -> Chart:
    """A matrix with so many rows."""
    row, column, value = words
    base = alt.Chart().encode(
        x=alt.X("column:O", title=None, axis=alt.Axis(labelAngle=0, orient="top", ticks=False, domain=False)),
        y=alt.Y("row:O", title=None, axis=alt.Axis(ticks=False, domain=False)),
        tooltip=[
            alt.Tooltip("row:O", title=row),
            alt.Tooltip("column:O", title=column),
            alt.Tooltip("exact:N", title=value),
        ],
    )
    squares = base.mark_rect(stroke="#888", strokeWidth=0.5).encode(
        color=alt.Color("strength:Q", scale=alt.Scale(scheme="blueorange", domain=[-1, 0, 1]), legend=None)
    )
    numbers = base.mark_text(fontSize=12).encode(
        text=alt.when("isValid(datum.value)")
        .then("value:Q", format=".4~g")
        .otherwise(alt.value(alt.expr("datum.exact"))),
        color=alt.condition("abs(datum.strength) > 0.7", alt.value("#fff"), alt.value("#000")),
    )
    chart = alt.layer(squares, numbers, title=title)
    chart.height = rows * CELL_HEIGHT + FRAME
    return chart
