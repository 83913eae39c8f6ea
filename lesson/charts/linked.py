"""Tensors on a plane that know of each other: pointing at a cell lights the cells that it is made of.

The browser does it, from a condition made of the list of operations: no message goes to the server.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from typing import NamedTuple

import altair as alt
import numpy as np

from lesson.charts import theme
from lesson.charts.picture import Chart, Picture, drawing, part, parts, records
from lesson.numeric.operands import Cell, Index, Operand, Operation

CELL_WIDTH, CELL_HEIGHT = 39, 22
"""In pixels."""

GAP, TITLE, BAND, READOUT = 0.45, 0.95, 0.7, 1.0
"""Between tensors, above one for its name, beside one for what is not drawn, and below all, in cells."""

DIM = 0.25
"""What is left of a cell that has no part in the one under the pointer."""

FAINT = "#808080"
"""What is not there yet, and what is not drawn."""

COLORS = {"data": theme.DATA, "weights": theme.WEIGHTS, "hidden": theme.HIDDEN, "error": theme.ERROR}


@dataclass(frozen=True, eq=False)
class Tensor:
    """A matrix, or a corner of it, at a place among others.

    values (rows, columns) of the corner; first: the row and the column from 0 with which it begins; shape:
    that of the whole. place: column and row of the grid in which tensors stand, those at one place
    below each other. made: whether its numbers
    are there yet; an empty frame if not.
    """

    name: str
    kind: str
    values: np.ndarray
    place: tuple[int, int]
    shape: tuple[int, int]
    first: tuple[int, int] = (0, 0)
    made: bool = True


class Box(NamedTuple):
    """A cell as it is drawn; lit: 2 where it is the chosen one, 1 where that is made of it."""

    tensor: str
    row: int
    col: int
    readout: str
    x: float
    x2: float
    y: float
    y2: float
    value: float | None
    text: str
    strength: float
    kind: str
    lit: int


class Label(NamedTuple):
    """A word at a place."""

    x: float
    y: float
    text: str
    kind: str


def linked_chart(
    tensors: Sequence[Tensor], operations: Sequence[Operation], chosen: Cell, words: Mapping[str, str]
) -> Picture:
    """Heatmaps with numbers. The cell under the pointer, and without a pointer the chosen one, is linked to
    those that it is made of. A click on a cell is the selection `picked`.

    Words: hint, which stands below all until the pointer is on a cell; more, with a place for {count}.
    """
    shapes = {tensor.name: tensor.shape for tensor in tensors}
    sources = {
        read
        for operation in operations
        if operation.result == chosen.tensor
        for read in operation.made_of(chosen, shapes)
    }
    lit = dict.fromkeys(sources, 1) | {chosen: 2}
    plane = Plane.of(tensors)
    found = parts(
        cells=records(box for tensor in tensors for box in boxes(tensor, plane, lit)),
        names=records(title(tensor, plane) for tensor in tensors),
        hint=records([Label(0, 0, words["hint"], "hint")]),
        bands=records([*(band for t in tensors for band in bands(t, plane, words["more"])), END]),
    )
    return Picture(heatmaps(tuple(operations), plane.width, plane.height), found)


END = Label(0, 0, "", "")
"""Nothing to see: a table without rows has no columns."""


class Plane(NamedTuple):
    """Where the first cell of each tensor lies, by name, and how far it all reaches, in cells."""

    corners: Mapping[str, tuple[float, float]]
    width: float
    height: float

    @classmethod
    def of(cls, tensors: Sequence[Tensor]) -> Plane:
        """Tensors at one place stand below each other, in their order."""
        stacks: dict[tuple[int, int], float] = {}
        above = {}
        for tensor in tensors:
            above[tensor.name] = stacks.get(tensor.place, 0.0)
            stacks[tensor.place] = above[tensor.name] + height(tensor)
        lefts = begins((t.place[0], t.values.shape[1] + BAND * cut(t)[1] + GAP) for t in tensors)
        tops = begins((row, size + GAP) for (_, row), size in stacks.items())
        corners = {t.name: (lefts[t.place[0]], tops[t.place[1]] + above[t.name] + TITLE) for t in tensors}
        return cls(corners, lefts[-1] - GAP, tops[-1] - GAP)


def height(tensor: Tensor) -> float:
    """Its name, its cells and, where it is cut, the band below."""
    return TITLE + tensor.values.shape[0] + BAND * cut(tensor)[0]


def begins(sized: Iterable[tuple[int, float]]) -> list[float]:
    """Where each column or row of the grid begins, as wide as what is in it, and where the last ends."""
    largest: dict[int, float] = {}
    for index, size in sized:
        largest[index] = max(size, largest.get(index, 0.0))
    return [0.0, *accumulate(largest.get(index, 0.0) for index in range(max(largest) + 1))]


def cut(tensor: Tensor) -> tuple[int, int]:
    """How many rows and columns are not drawn, as far as a band for them is needed: 0 or 1 of each."""
    return tuple(int(w > d) for w, d in zip(tensor.shape, tensor.values.shape, strict=True))  # type: ignore[return-value]


def boxes(tensor: Tensor, plane: Plane, lit: Mapping[Cell, int]) -> Iterator[Box]:
    left, top = plane.corners[tensor.name]
    finite = np.abs(tensor.values[np.isfinite(tensor.values)])
    largest = float(finite.max(initial=0.0)) or 1.0
    for (row, column), value in np.ndenumerate(tensor.values):
        at = Cell(tensor.name, row + tensor.first[0], column + tensor.first[1])
        x, y = left + column, top + row
        number = float(value)
        yield Box(
            *at,
            f"{at.name} = {number:.6g}".replace("-", "−") if tensor.made else at.name,
            x,
            x + 1,
            y,
            y + 1,
            number if tensor.made else None,
            short(number) if tensor.made else "",
            float(np.nan_to_num(np.clip(number / largest, -1, 1))) if tensor.made else 0.0,
            tensor.kind if tensor.made else "later",
            lit.get(at, 0) if tensor.made else 0,
        )


def short(value: float) -> str:
    """A number in at most six characters, in three digits if they fit."""
    forms = ("{:.3g}", "{:.2g}", "{:.1g}", "{:.0e}")
    written = [
        form.format(value + 0.0).replace("e-0", "e-").replace("e+0", "e").replace("e+", "e") for form in forms
    ]
    return next((text for text in written if len(text) <= 6), written[-1]).replace("-", "−")


def title(tensor: Tensor, plane: Plane) -> Label:
    """Its name, above its left edge."""
    left, top = plane.corners[tensor.name]
    return Label(left, top - 0.35, tensor.name, tensor.kind if tensor.made else "later")


def bands(tensor: Tensor, plane: Plane, more: str) -> Iterator[Label]:
    """How many rows and columns there are beside those that are drawn."""
    left, top = plane.corners[tensor.name]
    rows, columns = tensor.values.shape
    if cut(tensor)[0]:
        count = tensor.shape[0] - rows
        yield Label(left + columns / 2, top + rows + BAND / 2, more.format(count=f"{count:,}"), "band")
    if cut(tensor)[1]:
        yield Label(left + columns + BAND / 2, top + rows / 2, f"+{tensor.shape[1] - columns:,}", "band")


ITSELF = "datum.tensor == hov.tensor[0] && datum.row == hov.row[0] && datum.col == hov.col[0]"
"""Whether a cell is the one under the pointer."""


def lights(operations: Sequence[Operation]) -> str:
    """Vega's condition: whether a cell is the one under the pointer, or one that that is made of."""
    made_of = [under(operation.result, operand) for operation in operations for operand in operation.operands]
    return " || ".join(f"({one})" for one in [ITSELF, *made_of])


def under(result: str, operand: Operand) -> str:
    """Whether the pointer is on a cell of the result, and this cell of the operand is read for it."""
    tests = [f"hov.tensor[0] == '{result}'", f"datum.tensor == '{operand.tensor}'"]
    tests += same("row", operand.row) + same("col", operand.column)
    return " && ".join(tests)


FIELDS: Mapping[Index, str] = {"row": "row", "column": "col"}


def same(field: str, index: Index) -> list[str]:
    return [f"datum.{field} == hov.{FIELDS[index]}[0]"] if index else []


POINTED = "isValid(hov.tensor)"
"""Whether the pointer is on a cell at all."""

KIND = alt.Scale(
    domain=[*COLORS, "later", "band", "hint"],
    range=[*COLORS.values(), *[FAINT] * 3],
)


@drawing
def heatmaps(operations: tuple[Operation, ...], width: float, reach: float) -> Chart:
    down = alt.Scale(domain=[reach + READOUT, 0], nice=False)
    base = alt.Chart().encode(
        x=alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, width], nice=False)),
        y=alt.Y("y:Q", axis=None, scale=down),
    )
    lit = lights(operations)
    chart = alt.layer(
        *squares_and_numbers(base, f"{POINTED} && !({lit})"),
        frames(base, f"{POINTED} ? ({lit}) : datum.lit > 0"),
        *labels(base),
        *readout(base, reach + READOUT / 2),
    )
    chart.width, chart.height = round(width * CELL_WIDTH), round((reach + READOUT) * CELL_HEIGHT)
    return chart


def squares_and_numbers(base: alt.Chart, dim: str) -> tuple[alt.Chart, alt.Chart]:
    """Each cell by sign and size, and its number; pale where dim holds."""
    faded = alt.condition(dim, alt.value(DIM), alt.value(1))
    shade = alt.Scale(scheme="blueorange", domain=[-1, 0, 1])
    by_strength = alt.Color("strength:Q", scale=shade, legend=None)
    empty = alt.condition("datum.kind == 'later'", alt.value("transparent"), by_strength)
    on_dark = alt.condition("abs(datum.strength) > 0.7", alt.value("#fff"), alt.value("#000"))
    cells = part(base, "cells").mark_rect(aria=False)
    middle = part(base, "cells").transform_calculate(x="datum.x + 0.5", y="datum.y + 0.5")
    return (
        cells.encode(x2="x2:Q", y2="y2:Q", color=empty, opacity=faded),
        middle.mark_text(fontSize=12, aria=False).encode(text="text:N", color=on_dark, opacity=faded),
    )


def frames(base: alt.Chart, lit: str) -> alt.Chart:
    """Frames in the colour of what a tensor is, thick where lit holds; they feel the pointer."""
    fields = ["tensor", "row", "col"]
    pointed = alt.selection_point(
        name="hov", fields=fields, on="pointerover", clear="pointerout", empty=False
    )
    picked = alt.selection_point(name="picked", fields=fields, on="click", clear=False, empty=False)
    drawn = part(base, "cells").mark_rect(fill="transparent", tooltip=None, aria=False)
    return drawn.encode(
        x2="x2:Q",
        y2="y2:Q",
        stroke=alt.Stroke("kind:N", scale=KIND, legend=None),
        strokeWidth=alt.condition(lit, alt.value(3), alt.value(0.75)),
    ).add_params(pointed, picked)


def labels(base: alt.Chart) -> tuple[alt.Chart, alt.Chart]:
    """The names of the tensors, and how much of each is not drawn."""
    names = part(base, "names").mark_text(align="left", fontSize=12, fontWeight="bold", aria=False)
    rests = part(base, "bands").mark_text(fontSize=10.5, aria=False)
    by_kind = alt.Color("kind:N", scale=KIND, legend=None)
    return names.encode(text="text:N", color=by_kind), rests.encode(text="text:N", color=by_kind)


def readout(base: alt.Chart, y: float) -> tuple[alt.Chart, alt.Chart]:
    """The cell under the pointer in figures, at a place of its own: a tooltip would cover what is lit."""
    corner = {"x": "0", "y": str(y)}
    self_alone = alt.condition(f"{POINTED} && {ITSELF}", alt.value(1), alt.value(0))
    nothing = alt.condition(POINTED, alt.value(0), alt.value(1))
    value, hint = (part(base, name).transform_calculate(**corner) for name in ("cells", "hint"))
    style = partial(alt.Chart.mark_text, align="left", fontSize=12, color=FAINT, aria=False)
    return (
        style(value).encode(text="readout:N", opacity=self_alone),
        style(hint).encode(text="text:N", opacity=nothing),
    )
