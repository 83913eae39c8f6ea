"""The graph: each node in its layer, each edge between its own nodes, each name beside what bears it."""

from __future__ import annotations

import math

from lesson.charts import theme
from lesson.charts.graph import KINDS, graph_chart
from lesson.numeric.experiments.graph import Edge, Graph, Node
from tests.unit.charts.drawn import WORDS, Marks, drawn

GRAPH = Graph(
    nodes=(
        Node("x 5×2", "data", 0),
        Node("w1 2×3", "weights", 0),
        Node("w2 3×4", "weights", 1),
        Node("mm", "operation", 1, "grad_h", "a 5×3"),
        Node("pow", "operation", 2, "grad_a"),
        Node("sum", "error", 3, "grad_out"),
    ),
    edges=(
        Edge(0, 3, "x"),
        Edge(1, 3, "w1"),
        Edge(3, 4, "h 5×3"),
        Edge(2, 4, "w2"),
        Edge(4, 5, "a"),
        Edge(4, 5, "a"),
        Edge(3, 5, "out"),
    ),
)
"""Two tensors given in the first layer and one in the second; one way is taken twice."""

PLACES = [(1, 0), (2, 0), (1, -1), (0, -1), (0, -2), (0, -3)]


def seen() -> list[Marks]:
    return drawn(graph_chart(GRAPH, WORDS))


def test_operations_stand_in_one_column_and_what_is_given_beside_it() -> None:
    nodes = seen()[2]
    assert nodes.kind == "circle"
    assert nodes.see("x", "y") == PLACES


def test_nodes_are_coloured_by_their_kind() -> None:
    nodes = seen()[2]
    assert nodes.each("color") == [KINDS[node.kind] for node in GRAPH.nodes]
    assert [KINDS[kind] for kind in ("data", "weights", "error")] == [theme.DATA, theme.WEIGHTS, theme.ERROR]
    assert len(set(KINDS.values())) == 4


def test_a_pointer_is_told_the_operation_and_its_lines() -> None:
    nodes = seen()[2]
    assert nodes.tooltips()[3] == {
        WORDS["operation"]: "mm",
        WORDS["lines"]: "grad_h",
        WORDS["kept"]: "a 5×3",
    }


def test_each_edge_joins_its_own_nodes_once() -> None:
    edges = seen()[0]
    assert edges.kind == "rule"
    ways = [(*PLACES[edge.start], *PLACES[edge.end]) for edge in GRAPH.edges]
    del ways[5]
    assert edges.see("x", "y", "x2", "y2") == ways


def test_what_flows_down_the_column_is_named_at_the_middle_of_its_way() -> None:
    flows = seen()[1]
    assert flows.kind == "text"
    assert flows.see("x", "y", "text") == [(0, -1.5, "h 5×3"), (0, -2.5, "a"), (0, -2, "out")]
    assert flows.style["color"] == theme.HIDDEN


def test_what_leaves_the_column_is_not_named() -> None:
    nodes = Node("MulBackward0", "error", 0), Node("w1", "weights", 1)
    _, flows, *_ = drawn(graph_chart(Graph(nodes, (Edge(0, 1, "grad_w1"),)), WORDS))
    assert flows.rows == []


def test_each_node_has_its_name_and_an_operation_its_lines_below() -> None:
    _, _, _, made, lines, given, _ = seen()
    column = GRAPH.nodes[3:]
    assert made.see("x", "y", "text", "color") == [
        (0, -node.layer, node.name, KINDS[node.kind]) for node in column
    ]
    assert lines.see("x", "y", "text", "color") == [
        (0, -node.layer, node.lines, theme.ERROR) for node in column
    ]
    assert lines.style["dy"] > 0
    assert given.see("x", "y", "text", "color") == [
        (x, y, node.name, KINDS[node.kind]) for (x, y), node in zip(PLACES[:3], GRAPH.nodes[:3], strict=True)
    ]


def test_every_edge_has_a_head_that_points_along_it() -> None:
    edges, *_, heads = seen()
    assert heads.kind == "point"
    assert heads.see("x", "y") == edges.see("x2", "y2")
    layers = 4
    across, down = 650 / 6.5, 62 * layers / (layers + 0.1)
    for angle, (x, y, x2, y2) in zip(heads.each("angle"), edges.see("x", "y", "x2", "y2"), strict=True):
        # Turned by so much clockwise, what pointed down points along the edge.
        turned = math.radians(angle)
        length = math.hypot((x2 - x) * across, (y - y2) * down)
        assert math.isclose(-math.sin(turned) * length, (x2 - x) * across, abs_tol=1e-3)
        assert math.isclose(math.cos(turned) * length, (y - y2) * down, abs_tol=1e-3)
    assert heads.encoding["angle"]["scale"] is None, "an angle is in degrees"


def test_everything_is_inside_the_picture() -> None:
    for marks in seen():
        for channel in ("x", "y"):
            low, high = marks.domain(channel)
            assert all(low < value < high for value in marks.each(channel))


def test_more_layers_make_a_higher_picture() -> None:
    lower = Graph(nodes=GRAPH.nodes[:4], edges=GRAPH.edges[:2])
    assert graph_chart(GRAPH, WORDS).drawing["height"] - graph_chart(lower, WORDS).drawing["height"] == 2 * 62


def test_it_is_moved_by_dragging_and_zoomed_with_shift_held() -> None:
    (zoom,) = graph_chart(GRAPH, WORDS).drawing["params"]
    assert zoom["bind"] == "scales"
    assert zoom["select"] == {"type": "interval", "zoom": "wheel![event.shiftKey]"}
