"""A bench for one weight: the network, the chain of factors and the loss, all moved by a drag on the curve.

The table has the numbers of every position of the weight, and the browser picks those of one: the position
dragged to, if the page has not gone to another since, or else the page's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import altair as alt
import numpy as np
import pyarrow as pa

from lesson.charts import theme
from lesson.charts.network import SHOWN, Unit, is_lit
from lesson.charts.picture import Chart, Picture, below, drawing, part, parts, records, span, table
from lesson.numeric.config import Entry, entries
from lesson.numeric.source import line_of

if TYPE_CHECKING:
    from lesson.numeric.experiments.chain_rule import Cell, Factor, Sweep

COLUMNS = {"x": 26, "h": 176, "a": 254, "o": 366, "L": 432}
"""Where the layers of the network stand, in pixels from the left."""

NETWORK, CURVE, WHOLE = 452, 170, 684
"""Widths in pixels: of the network, of the curve beside it, and of the chain and the lines below."""

HEIGHT, PATH, LINE = 284, 42, 15
"""Heights in pixels: of the network, of a path of the chain, of a line of code."""

FACTOR, LINES = 74, 378
"""The width of a factor, and where the lines begin."""

TANGENT = 0.7
"""Half the length of a tangent, in units of the weight."""

HERE = "(isValid(pos.at) && pos.start[0] == datum.start ? pos.at[0] : datum.start)"
"""Vega's name for the position that is shown."""

KINDS = {"data": theme.DATA, "hidden": theme.HIDDEN, "error": theme.ERROR, "one": "#6b7280"}


class Edge(NamedTuple):
    """A line between two units; entry: the weight that it stands for, if it does."""

    edge: str
    entry: str
    x: float
    y: float
    x2: float
    y2: float
    lit: bool


class Words(NamedTuple):
    """Words at a place; line: the line of the backward pass that they are, if they are one."""

    x: float
    y: float
    text: str
    kind: str
    line: str = ""


class Box(NamedTuple):
    """The box of a factor, and what it lights: an edge, a line and a cell."""

    x: float
    y: float
    x2: float
    y2: float
    edge: str
    line: str
    cell: str


def bench_chart(
    sweep: Sweep,
    chosen: Entry,
    sizes: tuple[int, int, int],
    start: int,
    words: Mapping[str, str],
    tone: str,
) -> Picture:
    """The network with its numbers, the loss against the chosen entry, the chain and the lines that run it.

    start: the position that the page has. words: loss, entry, sum, rest. tone: light or dark. Its selections
    are `entry`, the weight that was clicked, and `released`, the position at which a drag ended.
    """
    bias = sweep.bias
    units = layers(sizes, bias)
    found = parts(
        edges=records(edges(units, sizes, bias, chosen)),
        units=records(chain.from_iterable(units.values())),
        numbers=below(numbers(sweep, units, chosen)),
        boxes=records(boxes(sweep)),
        terms=below(terms(sweep)),
        words=records([*chain_words(sweep, words), *line_words(sweep)]),
        cells=below(cells(sweep)),
        curve=table(
            at=np.arange(len(sweep.weights)),
            weight=sweep.weights,
            loss=sweep.losses,
            slope=sweep.gradients,
        ),
        bend=bend(sweep, chosen),
    )
    found = found.append_column("start", pa.array([start] * len(found), pa.int64()))
    titles = chosen.name, words["loss"], words["entry"]
    return Picture(bench(height_of(sweep), titles, tone), found)


def layers(sizes: tuple[int, int, int], bias: bool) -> dict[str, list[Unit]]:
    """The units of each layer from top to bottom, the biases' constant ones last."""
    inputs, hidden, outputs = sizes
    found = {
        letter: column(letter, size, bias and letter in "xa")
        for letter, size in (("x", inputs), ("h", hidden), ("a", hidden), ("o", outputs))
    }
    # h stands beside its a, also where a one stands below the a's.
    found["h"] = [h._replace(y=a.y) for h, a in zip(found["h"], found["a"], strict=False)]
    return {**found, "L": [Unit(COLUMNS["L"], HEIGHT / 2, "L", "error")]}


def column(letter: str, size: int, bias: bool) -> list[Unit]:
    names = [f"{letter}{unit + 1}" for unit in range(min(size, SHOWN))]
    names += ["⋯"] * (size > SHOWN) + ["1"] * bias
    kind = {"x": "data", "h": "hidden", "a": "hidden", "o": "hidden"}[letter]
    return [
        Unit(COLUMNS[letter], (index + 0.45) * HEIGHT / len(names), name, "one" if name == "1" else kind)
        for index, name in enumerate(names)
    ]


def edges(
    units: Mapping[str, list[Unit]], sizes: tuple[int, int, int], bias: bool, chosen: Entry
) -> Iterator[Edge]:
    """All weights that are drawn, and what leads from h to a and from the outputs to the loss."""
    for entry in entries(*sizes, bias, SHOWN).values():
        start, end = ends(units, entry)
        yield edge(entry.name, entry.name, start, end, is_lit(entry, chosen))
    first_layer = chosen.parameter in ("w1", "b1")
    for unit, (h, a) in enumerate(zip(units["h"], units["a"], strict=False)):
        if h.name != "⋯":
            yield edge(h.name, "", h, a, first_layer and unit == chosen.column)
    for output, o in enumerate(units["o"]):
        if o.name != "⋯":
            yield edge(o.name, "", o, units["L"][0], first_layer or output == chosen.column)


def edge(name: str, entry: str, start: Unit, end: Unit, lit: bool) -> Edge:
    return Edge(name, entry, start.x, start.y, end.x, end.y, lit)


def ends(units: Mapping[str, list[Unit]], entry: Entry) -> tuple[Unit, Unit]:
    """The units that a weight joins; a bias comes from the constant one, the last of its column."""
    left, right = ("x", "h") if entry.parameter in ("w1", "b1") else ("a", "o")
    row = entry.row if entry.parameter[0] == "w" else -1
    return units[left][row], units[right][entry.column]


# What moves: a row for each position.


def moving(
    x: float,
    y: float,
    values: np.ndarray,
    kind: str,
    before: str = "",
    side: str = "center",
    **more: str,
) -> pa.Table:
    """A number at a place, for each position: values (k,), and words before it."""
    at = np.arange(len(values))
    return table(at=at, value=values, x=x, y=y, kind=kind, before=before, side=side, **more)


def numbers(sweep: Sweep, units: Mapping[str, list[Unit]], chosen: Entry) -> Iterator[pa.Table]:
    """What every unit holds, and the weights on the lit way."""
    count = len(sweep.weights)
    held = {"x": np.tile(sweep.x, (count, 1)), "h": sweep.h, "a": sweep.a, "o": sweep.out}
    for letter, values in held.items():
        named = [unit for unit in units[letter] if unit.name[0] == letter]
        for unit, column_of in zip(named, values.T, strict=False):
            yield moving(unit.x, unit.y + 20, column_of, unit.kind)
    for o, target in zip(units["o"], sweep.y, strict=False):
        if o.name != "⋯":
            yield moving(o.x, o.y + 34, np.full(count, target), "data", "y = ")
    loss = units["L"][0]
    yield moving(loss.x, loss.y + 20, sweep.losses, "error")
    start, end = ends(units, chosen)
    yield on_edge(start, end, 0.42, sweep.weights, f"{chosen.name} = ")
    for factors in sweep.paths[:SHOWN]:
        for factor in factors[1:-1]:
            if factor.line == "grad_a":
                carrying = Entry("w2", chosen.column, int(factor.name[:-1].split(",")[1]) - 1)
                yield on_edge(*ends(units, carrying), 0.45, factor.values)


def on_edge(start: Unit, end: Unit, share: float, values: np.ndarray, before: str = "") -> pa.Table:
    """A weight's number, above its line on the side from which that falls."""
    x, y = (a + share * (b - a) for a, b in ((start.x, end.x), (start.y, end.y)))
    side = "left" if start.y < end.y else "right"
    return moving(x, y - 9, values, "weights", before, side)


def terms(sweep: Sweep) -> Iterator[pa.Table]:
    """The factors of each path and its product; of many paths the rest together; and the sum of all."""
    products = [product(factors) for factors in sweep.paths]
    for row, factors in enumerate(sweep.paths[:SHOWN]):
        for index, factor in enumerate(factors):
            before = f"{factor.times} · " if factor.times > 1 else ""
            yield moving(middle(index), top(row) + 11, factor.values, kind_of(factor.line), before)
        yield moving(middle(len(factors)), top(row) + 11, products[row], "error", "= ")
    last = len(sweep.paths[0])
    if len(products) > SHOWN:
        yield moving(middle(last), top(SHOWN) + 11, np.sum(products[SHOWN:], axis=0), "error", "= ")
    yield moving(middle(last), top(rows_of(sweep) - 1) + 11, np.sum(products, axis=0), "error", "= ")


def product(factors: tuple[Factor, ...]) -> np.ndarray:
    return np.prod([factor.times * factor.values for factor in factors], axis=0)


def rows_of(sweep: Sweep) -> int:
    """The paths that are drawn, the rest of them if there is one, and the sum."""
    return min(len(sweep.paths), SHOWN + 1) + 1


def middle(index: int) -> float:
    return (index + 0.5) * FACTOR


def top(row: int) -> float:
    return row * PATH + 4.0


def kind_of(line: str) -> str:
    """What the factor of a line is: the error, a weight, a slope, or what the weight multiplies."""
    return {"grad_out": "error", "grad_a": "weights", "grad_h": "hidden"}.get(line, "data")


def boxes(sweep: Sweep) -> Iterator[Box]:
    for row, factors in enumerate(sweep.paths[:SHOWN]):
        for index, factor in enumerate(factors):
            left, up = index * FACTOR + 5, top(row) - 1
            yield Box(left, up, left + FACTOR - 10, up + PATH - 5, factor.edge, factor.line, factor.cell)


def chain_words(sweep: Sweep, words: Mapping[str, str]) -> Iterator[Words]:
    """The names of the factors, and the signs between them."""
    for row, factors in enumerate(sweep.paths[:SHOWN]):
        for index, factor in enumerate(factors):
            yield Words(middle(index), top(row) + 26, factor.name, "small")
            if index:
                yield Words(index * FACTOR, top(row) + 11, "×", "sign")
    right = (len(sweep.paths[0])) * FACTOR - 4
    if len(sweep.paths) > SHOWN:
        yield Words(right, top(SHOWN) + 11, words["rest"], "right")
    yield Words(right, top(rows_of(sweep) - 1) + 11, words["sum"], "right")


def line_words(sweep: Sweep) -> Iterator[Words]:
    """The lines of the backward pass that the paths take."""
    for line, _, y in given(sweep):
        yield Words(LINES, y, line_of(line), "code", line)


def given(sweep: Sweep) -> Iterator[tuple[str, list[Cell], float]]:
    """Each line that the paths take, the cells that it gives for them, and how far down it stands."""
    y = 14.0
    for line in dict.fromkeys(cell.line for cell in sweep.cells):
        found = [cell for cell in sweep.cells if cell.line == line][:SHOWN]
        yield line, found, y
        y += LINE * (1 + (len(found) + 1) // 2) + 6


def cells(sweep: Sweep) -> Iterator[pa.Table]:
    """What each line gives for this observation, two cells beside each other."""
    for _, found, y in given(sweep):
        for index, cell in enumerate(found):
            x, below_it = LINES + 12.0 + index % 2 * 150, y + LINE * (1 + index // 2)
            yield moving(x, below_it, cell.values, "error", f"{cell.name} = ", cell=cell.name)


def bend(sweep: Sweep, chosen: Entry) -> pa.Table:
    """Where the unit's gate turns, if that is on the curve."""
    here = [] if sweep.bend is None else [sweep.bend]
    return table(weight=pa.array(here, pa.float64()), text=[f"h{chosen.column + 1} = 0"] * len(here))


def height_of(sweep: Sweep) -> int:
    *_, (_, _, last) = given(sweep)
    return max(rows_of(sweep) * PATH, round(last) + 2 * LINE)


# The drawing.


@drawing
def bench(height: int, titles: tuple[str, str, str], tone: str) -> Chart:
    name, loss, entry = titles
    ink = theme.INK[tone]
    upper = alt.hconcat(network_view(entry, tone), curve_view(name, loss, tone), spacing=14)
    return alt.vconcat(upper, chain_view(height, tone, ink), spacing=8)


def plane(width: float, height: float) -> alt.Chart:
    """A view in which places are pixels from the left and from above."""
    return alt.Chart(width=width, height=height).encode(
        x=alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, width], nice=False, zero=False)),
        y=alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[height, 0], nice=False, zero=False)),
        tooltip=alt.value(None),
    )


def colored(tone: str) -> alt.Color:
    """The colours of what is written, by what it is."""
    colors = theme.TEXT[tone]
    return alt.Color("kind:N", scale=alt.Scale(domain=list(colors), range=list(colors.values())), legend=None)


def written(base: alt.Chart, tone: str, **style: Any) -> alt.Chart:  # noqa: ANN401
    """The numbers of the position that is shown."""
    return (
        base.transform_filter(f"datum.at == {HERE}")
        .transform_calculate(written="datum.before + format(datum.value, '.3~g')")
        .mark_text(**{"fontSize": 12, "align": alt.ExprRef(expr="datum.side"), "aria": False, **style})
        .encode(text="written:N", color=colored(tone))
    )


def pointed(field: str) -> str:
    """Whether what is under the pointer lights this."""
    return f"isValid(pointed.{field}) && pointed.{field}[0] == datum.{field}"


def network_view(entry: str, tone: str) -> Chart:
    base = plane(NETWORK, HEIGHT)
    lines, units = part(base, "edges"), part(base, "units")
    across = lines.encode(x2="x2:Q", y2="y2:Q")
    drawn = across.mark_rule(aria=False).encode(
        color=alt.condition("datum.lit", alt.value(theme.ERROR), alt.value("#888888")),
        strokeWidth=alt.condition("datum.lit", alt.value(3), alt.value(1)),
        opacity=alt.condition("datum.lit", alt.value(1), alt.value(0.5)),
    )
    lit = across.transform_filter(pointed("edge")).mark_rule(color=theme.ERROR, strokeWidth=9, aria=False)
    picked = alt.selection_point(name="entry", fields=["entry"], on="click", clear=False)
    # Wide and invisible: a line of one pixel is no target for a finger.
    targets = (
        across.transform_filter("datum.entry != ''")
        .mark_rule(strokeWidth=14, opacity=0.001, aria=False)
        .encode(tooltip=[alt.Tooltip("entry:N", title=entry)])
        .add_params(picked)
    )
    kinds = alt.Scale(domain=list(KINDS), range=list(KINDS.values()))
    circles = units.mark_circle(size=500, opacity=1, aria=False).encode(
        color=alt.Color("kind:N", scale=kinds, legend=None)
    )
    names = units.mark_text(color="white", fontSize=12, fontWeight="bold", aria=False).encode(text="name:N")
    return alt.layer(drawn, lit, targets, circles, names, written(part(base, "numbers"), tone)).resolve_scale(
        color="independent"
    )


def curve_view(name: str, loss: str, tone: str) -> Chart:
    scales = {
        "x": alt.Scale(domain=span("weight"), nice=False, zero=False),
        "y": alt.Scale(domain=span("loss"), zero=False),
    }
    base = alt.Chart(width=CURVE, height=HEIGHT - 44).encode(
        x=alt.X("weight:Q", title=name, scale=scales["x"], axis=alt.Axis(tickCount=5)),
        y=alt.Y(
            "loss:Q",
            title=loss,
            scale=scales["y"],
            axis=alt.Axis(labelExpr=theme.PLAIN_NUMBER, tickCount=5, minExtent=30, maxExtent=30),
        ),
        tooltip=alt.value(None),
    )
    curve = part(base, "curve")
    here = curve.transform_filter(f"datum.at == {HERE}")
    turn = part(base, "bend").encode(y=alt.value(0))
    return alt.layer(
        turn.mark_rule(color=theme.HIDDEN, strokeDash=[2, 3], aria=False).encode(y2=alt.value(HEIGHT - 44)),
        turn.mark_text(
            color=theme.TEXT[tone]["hidden"], align="left", dx=4, dy=8, fontSize=11, aria=False
        ).encode(text="text:N"),
        curve.mark_line(color=theme.WEIGHTS, strokeWidth=2.5, aria=False),
        tangent(here).encode(
            x=alt.X("left:Q", title=name, scale=scales["x"]),
            y=alt.Y("low:Q", title=loss, scale=scales["y"]),
        ),
        here.mark_circle(color=theme.ERROR, size=160, opacity=1, aria=False),
        grips(curve),
    )


def tangent(here: alt.Chart) -> alt.Chart:
    """The tangent at a point of the curve, from left and low to right and high."""
    ends = {
        "left": f"datum.weight - {TANGENT}",
        "low": f"datum.loss - {TANGENT} * datum.slope",
        "right": f"datum.weight + {TANGENT}",
        "high": f"datum.loss + {TANGENT} * datum.slope",
    }
    line = here.transform_calculate(**ends).mark_rule(
        color=theme.ERROR, strokeWidth=2.5, strokeDash=[7, 4], clip=True, aria=False
    )
    return line.encode(x2="right:Q", y2="high:Q")


def grips(curve: alt.Chart) -> alt.Chart:
    """Invisible points in a row, one for each position: the nearest to the pointer is held while dragged."""
    drag = "[pointerdown, window:pointerup] > pointermove"
    fields = ["at", "start"]
    held = alt.selection_point(
        name="pos", fields=fields, on=f"pointerdown, {drag}", nearest=True, clear=False, toggle=False
    )
    released = alt.selection_point(
        name="released", fields=["at"], on="pointerup", nearest=True, clear=False, toggle=False
    )
    row = curve.encode(y=alt.value(HEIGHT / 2))
    return row.mark_point(opacity=0, size=60, cursor="ew-resize", aria=False).add_params(held, released)


def chain_view(height: int, tone: str, ink: str) -> Chart:
    base = plane(WHOLE, height)
    words, cell = part(base, "words"), part(base, "cells")
    over = alt.selection_point(
        name="pointed", fields=["edge", "line", "cell"], on="pointerover", clear="pointerout", empty=False
    )
    boxes = part(base, "boxes").encode(x2="x2:Q", y2="y2:Q")
    grounds = boxes.mark_rect(cornerRadius=6, fill="#8882", aria=False)
    # Above what is written in them, or the pointer would leave a box on its way across it.
    frames = boxes.mark_rect(cornerRadius=6, fill="transparent", strokeWidth=2.5, aria=False)
    under = f"{pointed('edge')} && {pointed('cell')}"
    frames = frames.encode(stroke=alt.condition(under, alt.value(theme.ERROR), alt.value("transparent")))
    text = {"text": "text:N", "color": alt.value(ink)}
    lit = alt.condition(pointed("line"), alt.value(theme.TEXT[tone]["error"]), alt.value(ink))
    code = words.transform_filter("datum.kind == 'code'").mark_text(
        font="monospace", fontSize=11, align="left", aria=False
    )
    cells_drawn = written(cell, tone, align="left", fontSize=11.5, font="monospace")
    return alt.layer(
        grounds,
        words.transform_filter("datum.kind == 'small'").mark_text(fontSize=11, aria=False).encode(**text),
        words.transform_filter("datum.kind == 'sign'").mark_text(fontSize=14, aria=False).encode(**text),
        words.transform_filter("datum.kind == 'right'")
        .mark_text(fontSize=12, align="right", aria=False)
        .encode(**text),
        code.encode(text="text:N", color=lit),
        written(part(base, "terms"), tone, fontSize=13, fontWeight="bold"),
        cells_drawn.encode(
            color=alt.condition(pointed("cell"), alt.value(theme.TEXT[tone]["error"]), alt.value(ink))
        ),
        frames.add_params(over),
    )
