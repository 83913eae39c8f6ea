"""The graph of one forward pass, recorded as it ran, and the graph that autograd hung behind it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.autograd.graph import Node as GradFn
from torch.overrides import TorchFunctionMode

from lesson.numeric.autograd import leaves_of
from lesson.numeric.config import Config
from lesson.numeric.from_config import task_of
from lesson.numeric.network import Activation, Params, Trace, affine, forward, loss


class Node(NamedTuple):
    """An operation, or a tensor that no operation made. layer: the longest way from an end.

    lines: of the seven, those that do its work by hand; kept: the tensors that it keeps for that.
    """

    name: str
    kind: str
    layer: int
    lines: str = ""
    kept: str = ""


class Edge(NamedTuple):
    """From one node to another, by their positions in the graph, and what flows along it."""

    start: int
    end: int
    label: str = ""


class Graph(NamedTuple):
    """Nodes and the edges between them; operations and weights count the nodes of a kind."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    @property
    def operations(self) -> int:
        return len(self.nodes) - sum(node.kind == "data" for node in self.nodes) - self.weights

    @property
    def weights(self) -> int:
        return sum(node.kind == "weights" for node in self.nodes)


class Graphs(NamedTuple):
    """Forward, from the data down to the loss, and backward, from the loss down to the weights."""

    forward: Graph
    backward: Graph


Forward = Callable[[Tensor, Params, Activation, int], Trace]


def with_if(x: Tensor, params: Params, activation: Activation, times: int) -> Trace:  # noqa: ARG001
    h = affine(x, params.w1, params.b1)
    a = h
    if h.mean() > 0:
        a = activation(h)
    return Trace(h, a, affine(a, params.w2, params.b2))


def with_loop(x: Tensor, params: Params, activation: Activation, times: int) -> Trace:
    h = affine(x, params.w1, params.b1)
    a = h
    for _ in range(times):
        a = activation(a)
    return Trace(h, a, affine(a, params.w2, params.b2))


FORWARDS: dict[str, Forward] = {
    "plain": lambda x, params, activation, _: forward(x, params, activation),
    "if": with_if,
    "loop": with_loop,
}
"""Ways to write the forward pass; times is how often the loop runs."""

SHOWN: dict[str, Callable[..., Any]] = {**FORWARDS, "plain": forward}
"""The functions whose source is shown for each way."""


class Call(NamedTuple):
    """A function of torch, the tensors that it took and the one that it made."""

    function: str
    taken: list[Tensor]
    made: Tensor


class Recorder(TorchFunctionMode):
    """Notes every call that makes a tensor of others."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[Call] = []

    def __torch_function__(
        self,
        func: Callable[..., object],
        types: Iterable[type],
        args: tuple[object, ...] = (),
        kwargs: dict[str, object] | None = None,
    ) -> object:
        made = func(*args, **(kwargs or {}))
        taken = [value for value in args if isinstance(value, Tensor)]
        if isinstance(made, Tensor) and taken:
            self.calls.append(Call(func.__name__, taken, made))
        return made


def graphs(config: Config, way: str = "plain", times: int = 1) -> Graphs:
    """Both graphs of a configured network at its start, float32."""
    x, y, start, activation = task_of(config, torch.float32)
    params = leaves_of(start)
    with Recorder() as recorder:
        trace = FORWARDS[way](x, params, activation, times)
        value = loss(trace.out, y)
    given = {"x": x, "y": y, **leaves(params)}
    residual = next(call.made for call in recorder.calls if call.function == "sub")
    names = {**given, **trace._asdict(), "out - y": residual, "loss": value}
    return Graphs(
        forward_graph(given, on_the_way_to(value, recorder.calls), names),
        backward_graph(value, trace, params, names),
    )


def leaves(params: Params) -> dict[str, Tensor]:
    return {name: p for name, p in params._asdict().items() if p is not None}


def on_the_way_to(value: Tensor, calls: list[Call]) -> list[Call]:
    """The calls that the value is made of, the one that made it last."""
    needed, kept = {id(value)}, []
    for call in reversed(calls):
        if id(call.made) in needed:
            needed |= {id(tensor) for tensor in call.taken}
            kept.append(call)
    return kept[::-1]


def forward_graph(given: dict[str, Tensor], calls: list[Call], names: dict[str, Tensor]) -> Graph:
    """The calls, and before them what no call made. names: of tensors."""
    # Where two names are one tensor, as a and h without an activation, the first has it.
    label_of = {id(tensor): f"{name} {shape_of(tensor)}" for name, tensor in reversed(names.items())}
    tensors = [*given.values(), *(call.made for call in calls)]
    position = {id(tensor): index for index, tensor in enumerate(tensors)}
    edges = [
        Edge(position[id(tensor)], position[id(made)], label_of.get(id(tensor), shape_of(tensor)))
        for _, taken, made in calls
        for tensor in taken
    ]
    layer = layers(edges, len(tensors))
    for start, end, _ in edges:
        if start < len(given):
            # What is given stands right before the operation that takes it.
            layer[start] = layer[end] - 1
    labels = [*(label_of[id(tensor)] for tensor in given.values()), *(call.function for call in calls)]
    kinds = ["data" if name in "xy" else "weights" for name in given] + ["operation"] * len(calls)
    kinds[-1] = "error"
    return Graph(tuple(map(Node, labels, kinds, layer)), tuple(edges))


def layers(edges: list[Edge], nodes: int) -> list[int]:
    """The layer of each node; edges to a node come before those from it."""
    layer = [0] * nodes
    for start, end, _ in edges:
        layer[end] = max(layer[end], layer[start] + 1)
    return layer


def shape_of(tensor: Tensor) -> str:
    return "×".join(map(str, tensor.shape))


def backward_graph(value: Tensor, trace: Trace, params: Params, names: dict[str, Tensor]) -> Graph:
    """What autograd keeps, from loss.grad_fn through next_functions, each node with the lines that do
    its work by hand, and with what it keeps for it. names: of tensors."""
    assert value.grad_fn is not None
    order = in_order(value.grad_fn)
    position = {function: index for index, function in enumerate(order)}
    edges = [Edge(position[start], position[end]) for start in order for end in successors(start)]
    name_of = {id(tensor): name for name, tensor in leaves(params).items()}
    lines = [stage if params.b1 is not None else re.sub(", grad_b.", "", stage) for stage in STAGES]

    def node(function: GradFn, layer: int, stage: int) -> Node:
        if hasattr(function, "variable"):
            return Node(name_of[id(function.variable)], "weights", layer)
        kind = "operation" if layer else "error"
        return Node(function.name(), kind, layer, lines[stage], ", ".join(kept_by(function, names)))

    nodes = map(node, order, layers(edges, len(order)), stages(order, edges, trace))
    return Graph(tuple(nodes), tuple(edges))


def kept_by(function: GradFn, names: dict[str, Tensor]) -> list[str]:
    """The tensors that a function has saved for the way back: their name, where they have one, and shape."""
    saved = (getattr(function, name) for name in dir(function) if name.startswith("_saved_"))
    tensors = {tensor.data_ptr(): tensor for tensor in saved if isinstance(tensor, Tensor)}
    label_of = {tensor.data_ptr(): name for name, tensor in reversed(names.items())}
    return [f"{label_of.get(address, '')} {shape_of(tensor)}".strip() for address, tensor in tensors.items()]


STAGES = ("grad_out", "grad_w2, grad_b2, grad_a", "grad_h", "grad_w1, grad_b1")
"""The lines that do by hand what autograd does from the loss, from out, from a and from h on."""


def stages(order: list[GradFn], edges: list[Edge], trace: Trace) -> list[int]:
    """Which of the STAGES each function belongs to."""
    # Where a is h, the later of the two stages counts.
    begins = {trace.out.grad_fn: 1, trace.a.grad_fn: 2, trace.h.grad_fn: 3}
    stage = [begins.get(function, 0) for function in order]
    for start, end, _ in edges:
        stage[end] = max(stage[end], stage[start])
    return stage


def successors(function: GradFn) -> list[GradFn]:
    return [successor for successor, _ in function.next_functions if successor is not None]


def in_order(root: GradFn) -> list[GradFn]:
    """All functions that can be reached, each before those that it leads to."""
    finished: list[GradFn] = []
    seen = set()

    def visit(function: GradFn) -> None:
        if function in seen:
            return
        seen.add(function)
        for successor in reversed(successors(function)):
            visit(successor)
        finished.append(function)

    visit(root)
    return finished[::-1]
