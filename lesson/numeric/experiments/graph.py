"""The graph of one forward pass, recorded as it ran, and the graph that autograd hung behind it."""

from __future__ import annotations

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
    """An operation, or a tensor that no operation made. layer: the longest way from an end."""

    name: str
    kind: str
    layer: int
    lines: str = ""


class Edge(NamedTuple):
    """From one node to another, by their places in the graph; what flows along it."""

    start: int
    end: int
    label: str = ""


class Graph(NamedTuple):
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


def plain(x: Tensor, params: Params, activation: Activation, times: int) -> Trace:  # noqa: ARG001
    return forward(x, params, activation)


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


FORWARDS: dict[str, Forward] = {"plain": plain, "if": with_if, "loop": with_loop}
"""Ways to write the forward pass; times is how often the loop runs."""

SHOWN: dict[str, Callable[..., Any]] = {**FORWARDS, "plain": forward}
"""Where the source of each stands that is worth reading."""


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
    return Graphs(
        recorded(recorder.calls, value, {**given, **trace._asdict(), "loss": value}, given),
        walked(value, trace, params),
    )


def leaves(params: Params) -> dict[str, Tensor]:
    return {name: p for name, p in params._asdict().items() if p is not None}


def recorded(calls: list[Call], value: Tensor, names: dict[str, Tensor], given: dict[str, Tensor]) -> Graph:
    """The calls on the way to the loss. names: of tensors; given: those that no call made."""
    # Where two names are one tensor, as a and h without an activation, the first has it.
    name_of = {id(tensor): name for name, tensor in reversed(names.items())}
    needed = {id(value)}
    for call in reversed(calls):
        if id(call.made) in needed:
            needed |= {id(tensor) for tensor in call.taken}
    nodes = [
        Node(f"{name} {shape_of(tensor)}", "data" if name in "xy" else "weights", 0)
        for name, tensor in given.items()
    ]
    place = {id(tensor): index for index, tensor in enumerate(given.values())}
    edges = []
    for function, taken, made in calls:
        if id(made) not in needed:
            continue
        starts = [place[id(tensor)] for tensor in taken]
        layer = 1 + max(nodes[start].layer for start in starts)
        for start, tensor in zip(starts, taken, strict=True):
            label = f"{name_of.get(id(tensor), '')} {shape_of(tensor)}".strip()
            edges.append(Edge(start, len(nodes), label))
            if start < len(given):
                # What is given stands right before the operation that takes it.
                nodes[start] = nodes[start]._replace(layer=layer - 1)
        place[id(made)] = len(nodes)
        nodes.append(Node(function, "error" if made is value else "operation", layer))
    return Graph(tuple(nodes), tuple(edges))


def shape_of(tensor: Tensor) -> str:
    return "×".join(map(str, tensor.shape))


def walked(value: Tensor, trace: Trace, params: Params) -> Graph:
    """What autograd keeps, from loss.grad_fn through next_functions, each node with the lines that do
    its work by hand."""
    assert value.grad_fn is not None
    name_of = {id(tensor): name for name, tensor in leaves(params).items()}
    with_bias = params.b1 is not None
    lines = [
        "grad_out",
        "grad_w2, grad_b2, grad_a" if with_bias else "grad_w2, grad_a",
        "grad_h",
        "grad_w1, grad_b1" if with_bias else "grad_w1",
    ]
    # Behind out, a and h a new stage of the backward pass begins; where a is h, that of h.
    stage = {value.grad_fn: 0, trace.out.grad_fn: 1, trace.a.grad_fn: 2, trace.h.grad_fn: 3}
    layer = {value.grad_fn: 0}
    order = in_order(value.grad_fn)
    for function in order:
        for successor, _ in function.next_functions:
            if successor is not None:
                layer[successor] = max(layer.get(successor, 0), layer[function] + 1)
                stage[successor] = max(stage.get(successor, 0), stage[function])
    place = {function: index for index, function in enumerate(order)}

    def node(function: GradFn) -> Node:
        if hasattr(function, "variable"):
            return Node(name_of[id(function.variable)], "weights", layer[function])
        kind = "operation" if layer[function] else "error"
        return Node(function.name(), kind, layer[function], lines[stage[function]])

    edges = tuple(
        Edge(place[function], place[successor])
        for function in order
        for successor, _ in function.next_functions
        if successor is not None
    )
    return Graph(tuple(map(node, order)), edges)


def in_order(root: GradFn) -> list[GradFn]:
    """All functions that can be reached, each before those that it leads to."""
    finished: list[GradFn] = []
    seen = set()

    def visit(function: GradFn | None) -> None:
        if function is None or function in seen:
            return
        seen.add(function)
        for successor, _ in reversed(function.next_functions):
            visit(successor)
        finished.append(function)

    visit(root)
    return finished[::-1]
