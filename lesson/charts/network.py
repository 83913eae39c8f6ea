"""The network as a picture: its units, its weights, and every path from one weight to the loss."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

import altair as alt

from lesson.charts import theme
from lesson.charts.picture import Chart, Picture, drawing, part, parts, records, tooltips
from lesson.numeric.config import Entry

SHOWN = 4
"""Units of a layer that are drawn; of a larger layer the first ones, and dots."""

NODE = 620
"""The area of a unit, in square pixels."""


class Unit(NamedTuple):
    """A circle with a name."""

    x: float
    y: float
    name: str
    kind: str


LOSS = Unit(3.0, 0.5, "L", "error")


class Edge(NamedTuple):
    """A weight between two units; lit where the loss depends on the chosen entry through it."""

    entry: str
    x: float
    y: float
    x2: float
    y2: float
    lit: bool


@lru_cache(maxsize=256)
def network_chart(sizes: tuple[int, int, int], bias: bool, chosen: Entry, entry: str) -> Picture:
    """Inputs, hidden units, outputs and loss from left to right; a click on a weight selects it.

    entry: the title of a weight's name. Cached: no number of the network is in it.
    """
    layers = [units("x", 0, sizes[0], bias), units("h", 1, sizes[1], bias), units("o", 2, sizes[2], False)]
    nodes = [*chain(*layers), LOSS]
    edges = edges_of(layers, sizes, bias, chosen)
    return Picture(units_and_weights(entry), parts(edges=records(edges), nodes=records(nodes)))


@drawing
def units_and_weights(entry: str) -> Chart:
    base = alt.Chart().encode(
        x=alt.X("x:Q", axis=None, scale=alt.Scale(domain=[-0.2, 3.2])),
        y=alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[-0.02, 1.02])),
    )
    edges, nodes = part(base, "edges"), part(base, "nodes")
    names = nodes.mark_text(color="white", fontSize=13, fontWeight="bold").encode(text="name:N")
    layers = alt.layer(weights(edges), targets(edges, entry), circles(nodes), names)
    return layers.properties(height=320)


def weights(edges: alt.Chart) -> alt.Chart:
    """A line for each weight, wide and coloured where it is lit."""
    return edges.mark_rule().encode(
        x2="x2:Q",
        y2="y2:Q",
        color=alt.condition("datum.lit", alt.value(theme.ERROR), alt.value("#888888")),
        strokeWidth=alt.condition("datum.lit", alt.value(3.5), alt.value(1)),
        opacity=alt.condition("datum.lit", alt.value(1), alt.value(0.5)),
    )


def targets(edges: alt.Chart, entry: str) -> alt.Chart:
    """What a click selects. Wide and invisible: a line of one pixel is no target for a finger."""
    return (
        edges.transform_filter("datum.entry != ''")
        .mark_rule(strokeWidth=14, opacity=0.001)
        .encode(x2="x2:Q", y2="y2:Q", tooltip=tooltips({entry: "entry:N"}))
        .add_params(alt.selection_point(name="entry", fields=["entry"], on="click", clear=False))
    )


def circles(nodes: alt.Chart) -> alt.Chart:
    """A circle for each unit, coloured by its kind."""
    kinds = {"data": theme.DATA, "hidden": theme.HIDDEN, "error": theme.ERROR, "one": "#6b7280"}
    scale = alt.Scale(domain=list(kinds), range=list(kinds.values()))
    color = alt.Color("kind:N", scale=scale, legend=None)
    return nodes.mark_circle(size=NODE, opacity=1).encode(color=color)


def units(letter: str, layer: int, size: int, bias: bool) -> list[Unit]:
    """The units of a layer from top to bottom, the bias's constant one last."""
    names = [f"{letter}{unit + 1}" for unit in range(min(size, SHOWN))]
    names += ["⋯"] * (size > SHOWN) + ["1"] * bias
    heights = [1 - (index + 0.5) / len(names) for index in range(len(names))]
    kinds = {"x": "data", "h": "hidden", "o": "hidden"}
    return [
        Unit(float(layer), height, name, "one" if name == "1" else kinds[letter])
        for name, height in zip(names, heights, strict=True)
    ]


def edges_of(
    layers: list[list[Unit]], sizes: tuple[int, int, int], bias: bool, chosen: Entry
) -> Iterator[Edge]:
    for layer, (weight, constant) in enumerate((("w1", "b1"), ("w2", "b2"))):
        left, right = layers[layer], layers[layer + 1]
        for row in range(min(sizes[layer], SHOWN)):
            for column in range(min(sizes[layer + 1], SHOWN)):
                entry = Entry(weight, row, column)
                yield edge(entry.name, left[row], right[column], is_lit(entry, chosen))
        for column in range(min(sizes[layer + 1], SHOWN) if bias else 0):
            entry = Entry(constant, 0, column)
            yield edge(entry.name, left[-1], right[column], entry == chosen)
    for output in range(min(sizes[2], SHOWN)):
        lit = chosen.parameter in ("w1", "b1") or chosen.column == output
        yield edge("", layers[2][output], LOSS, lit)


def is_lit(entry: Entry, chosen: Entry) -> bool:
    """The chosen entry, and whatever carries its effect on: the weights that leave its unit."""
    carries_on = chosen.parameter in ("w1", "b1") and entry.parameter == "w2" and entry.row == chosen.column
    return entry == chosen or carries_on


def edge(name: str, start: Unit, end: Unit, lit: bool) -> Edge:
    return Edge(name, start.x, start.y, end.x, end.y, lit)
