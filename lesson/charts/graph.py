"""A computational graph from top to bottom: operations in one column, what they take beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import altair as alt

from lesson.charts import theme
from lesson.charts.picture import Chart, Picture, drawing, part, parts, records, tooltips

if TYPE_CHECKING:
    from lesson.numeric.experiments.graph import Graph

ROW = 62
"""Pixels between two layers."""

LEFT, RIGHT = -2.5, 4.0
"""Where the picture ends, in steps from the column of operations."""

HEAD = "M0,-0.5L-0.24,-1L0.24,-1Z"
"""An arrow's head that comes from above and stops 10 pixels before a node's centre, of 20."""

KINDS = {"data": theme.DATA, "weights": theme.WEIGHTS, "operation": "#7d8590", "error": theme.ERROR}


class Placed(NamedTuple):
    """A node and where it stands."""

    x: int
    y: int
    name: str
    kind: str
    lines: str
    kept: str


class Way(NamedTuple):
    """An edge, from where to where, and what flows along it."""

    x: int
    y: int
    x2: int
    y2: int
    name: str


def graph_chart(graph: Graph, words: Mapping[str, str]) -> Picture:
    """The graph, layer by layer. It is moved by dragging, and zoomed by the wheel with shift held."""
    nodes = list(placed_nodes(graph))
    # Two tensors may flow the same way under the same name.
    ways = dict.fromkeys((nodes[edge.start][:2], nodes[edge.end][:2], edge.label) for edge in graph.edges)
    layers = max(node.layer for node in graph.nodes) + 1
    return Picture(
        nodes_and_edges(layers, words["operation"], words["lines"], words["kept"]),
        parts(nodes=records(nodes), edges=records(Way(*start, *end, name) for start, end, name in ways)),
    )


def placed_nodes(graph: Graph) -> Iterator[Placed]:
    """Operations in one column, and beside it in each layer the tensors that no operation made."""
    beside: defaultdict[int, int] = defaultdict(int)
    for node in graph.nodes:
        given = node.kind in ("data", "weights")
        beside[node.layer] += given
        across = beside[node.layer] if given else 0
        yield Placed(across, -node.layer, node.name, node.kind, node.lines, node.kept)


LEFTWARDS = {"align": "right", "dx": -13}
"""What flows from above comes in on the right, and would cross what is written there."""


@drawing
def nodes_and_edges(layers: int, operation: str, lines: str, kept: str) -> Chart:
    base = placed(alt.Chart(), "x", "y", layers)
    edges, nodes = part(base, "edges"), part(base, "nodes")
    kind = alt.Color("kind:N", scale=alt.Scale(domain=list(KINDS), range=list(KINDS.values())), legend=None)
    told = tooltips({operation: "name:N", lines: "lines:N", kept: "kept:N"})
    made, given = nodes.transform_filter("datum.x == 0"), nodes.transform_filter("datum.x > 0")
    zoom = alt.selection_interval(name="zoom", bind="scales", zoom="wheel![event.shiftKey]")
    layered = alt.layer(
        edges.mark_rule(color="#888888", strokeWidth=1.5).encode(x2="x2:Q", y2="y2:Q"),
        what_flows(edges),
        nodes.mark_circle(size=260, opacity=1).encode(color=kind, tooltip=told),
        writing(made, LEFTWARDS | {"fontWeight": "bold"}, "name").encode(color=kind),
        writing(made, LEFTWARDS | {"dy": 14, "fontSize": 11, "color": theme.ERROR}, "lines"),
        writing(given, {"dy": -15, "fontWeight": "bold"}, "name").encode(color=kind),
        heads(edges, layers),
    )
    return layered.add_params(zoom).properties(height=layers * ROW)


def what_flows(edges: alt.Chart) -> alt.Chart:
    """In the middle of each edge between two operations its name."""
    middle = edges.transform_calculate(x="(datum.x + datum.x2) / 2", y="(datum.y + datum.y2) / 2")
    return writing(middle.transform_filter("datum.x == 0"), LEFTWARDS | {"color": theme.HIDDEN}, "name")


def placed(base: alt.Chart, across: str, down: str, layers: int) -> alt.Chart:
    return base.encode(
        x=alt.X(f"{across}:Q", axis=None, scale=alt.Scale(domain=[LEFT, RIGHT])),
        y=alt.Y(f"{down}:Q", axis=None, scale=alt.Scale(domain=[0.5 - layers, 0.6])),
    )


def heads(edges: alt.Chart, layers: int) -> alt.Chart:
    """A head at the end of each edge, turned as the edge comes in on the screen, however wide that is."""
    right = f"(datum.x - datum.x2) * width / {RIGHT - LEFT}"
    up = f"(datum.y - datum.y2) * {layers * ROW / (layers + 0.1):.4f}"
    return (
        placed(edges, "x2", "y2", layers)
        .transform_calculate(angle=f"atan2({right}, {up}) * 180 / PI")
        .mark_point(shape=HEAD, size=4 * 20**2, filled=True, color="#888888", opacity=1)
        .encode(angle=alt.Angle("angle:Q", scale=None), tooltip=alt.value(None))
    )


def writing(base: alt.Chart, style: dict[str, Any], field: str) -> alt.Chart:
    return base.mark_text(**{"fontSize": 12, **style}).encode(text=f"{field}:N")
