"""The graphs shown are the graphs that torch has, counted by a witness that never reads grad_fn."""

from __future__ import annotations

from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.autograd.profiler import profile

from lesson.numeric.autograd import leaves_of
from lesson.numeric.config import Config
from lesson.numeric.data import Normal
from lesson.numeric.experiments.graph import FORWARDS, Graph, graphs, in_order, kept_by
from lesson.numeric.from_config import activation_of, start_of, task_of, tensors_of
from lesson.numeric.network import forward, loss

EXECUTED = "autograd::engine::evaluate_function: "


@st.composite
def configs(draw: st.DrawFn) -> Config:
    batch, inputs, hidden, outputs = (draw(st.integers(1, 5)) for _ in range(4))
    return Config(
        Normal(batch, inputs, outputs, draw(st.integers(0, 99))),
        hidden=hidden,
        bias=draw(st.booleans()),
        activation=draw(st.sampled_from(["relu", "leaky_relu"])),
    )


def executed(config: Config, way: str, times: int) -> Counter[str]:
    """What torch's engine says that it ran, by name, during a backward pass."""
    x, y = tensors_of(config.source.load(), torch.float32)
    params = leaves_of(start_of(config, torch.float32))
    value = loss(FORWARDS[way](x, params, activation_of(config), times).out, y)
    with profile() as witness:
        value.backward()
    events = [event.name for event in witness.function_events if event.name.startswith(EXECUTED)]
    return Counter(name.removeprefix(EXECUTED) for name in events)


def shown(graph: Graph) -> Counter[str]:
    kinds = ("torch::autograd::AccumulateGrad" if n.kind == "weights" else n.name for n in graph.nodes)
    return Counter(kinds)


@given(configs(), st.sampled_from(list(FORWARDS)), st.integers(0, 4))
def test_the_backward_graph_has_the_nodes_that_torch_runs(config: Config, way: str, times: int) -> None:
    assert shown(graphs(config, way, times).backward) == executed(config, way, times)


@given(configs(), st.sampled_from(list(FORWARDS)), st.integers(0, 4))
def test_edges_lead_from_layer_to_layer(config: Config, way: str, times: int) -> None:
    for graph in graphs(config, way, times):
        for start, end, _ in graph.edges:
            assert graph.nodes[start].layer < graph.nodes[end].layer
        reached = {0, len(graph.nodes) - 1} | {place for edge in graph.edges for place in edge[:2]}
        assert reached == set(range(len(graph.nodes)))


@pytest.mark.parametrize("way", FORWARDS)
@pytest.mark.parametrize("bias", [True, False])
def test_the_seven_lines_all_have_a_node(bias: bool, way: str) -> None:
    # With these seeds the mean pre-activation is positive, so that the if runs the activation.
    seed = 4 if bias else 0
    found = graphs(Config(Normal(seed=seed), seed=seed, bias=bias), way).backward
    lines = {line for node in found.nodes for line in node.lines.split(", ") if line}
    expected = {"grad_out", "grad_w2", "grad_a", "grad_h", "grad_w1"}
    assert lines == (expected | {"grad_b1", "grad_b2"} if bias else expected)
    by_line = {line: node.name for node in found.nodes for line in node.lines.split(", ")}
    assert by_line["grad_h"] == "ReluBackward0"
    assert by_line["grad_w1"] == ("AddmmBackward0" if bias else "MmBackward0")


def test_the_forward_graph_is_what_ran() -> None:
    found = graphs(Config(), "loop", 3).forward
    made = [node.name for node in found.nodes if node.kind not in ("data", "weights")]
    assert made == ["addmm", "relu", "relu", "relu", "addmm", "sub", "mul", "sum"]
    labels = [edge.label for edge in found.edges]
    assert {"h 64×2", "a 64×2", "out 64×1", "w1 3×2"} <= set(labels)


def test_an_if_changes_the_graph() -> None:
    with_and_without = {
        "ReluBackward0" in [node.name for node in graphs(Config(Normal(seed=s), seed=s), "if").backward.nodes]
        for s in range(6)
    }
    assert with_and_without == {True, False}


def kept(config: Config, way: str = "plain", times: int = 1) -> list[tuple[str, str]]:
    return [(n.name, n.kept) for n in graphs(config, way, times).backward.nodes if n.kind != "weights"]


def test_a_node_keeps_what_it_needs_and_no_more() -> None:
    assert kept(Config()) == [
        ("SumBackward0", ""),
        ("MulBackward0", "out - y 64×1"),
        ("SubBackward0", ""),
        ("AddmmBackward0", "a 64×2, w2 2×1"),
        ("ReluBackward0", "a 64×2"),
        ("AddmmBackward0", "x 64×3"),
    ]
    assert dict(kept(Config(activation="leaky_relu")))["LeakyReluBackward0"] == "h 64×2"


@given(configs(), st.sampled_from(list(FORWARDS)), st.integers(0, 4))
def test_what_torch_saves_is_what_is_said(config: Config, way: str, times: int) -> None:
    """The witness: every tensor that torch packs away while the forward pass runs."""
    x, y, start, activation = task_of(config, torch.float32)
    packed: list[torch.Tensor] = []

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        packed.append(tensor)
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        loss(FORWARDS[way](x, leaves_of(start), activation, times).out, y)
    # The difference is saved twice, as each factor of its square.
    shapes = Counter("×".join(map(str, t.shape)) for t in packed)
    shapes["×".join(map(str, y.shape))] -= 1
    said = Counter(k.split(" ")[-1] for _, line in kept(config, way, times) for k in line.split(", ") if k)
    assert said == +shapes


@given(configs(), st.sampled_from(list(FORWARDS)), st.integers(0, 4))
def test_nothing_keeps_w1_or_a_bias_and_most_have_a_row_per_observation(
    config: Config, way: str, times: int
) -> None:
    lines = [line.split(", ") for _, line in kept(config, way, times) if line]
    names = [name.split(" ")[0] for line in lines for name in line]
    assert not {"w1", "b1", "b2"} & set(names)
    assert names.count("w2") == 1 < len(names) - 1
    product = next(line for line in lines if any(name.startswith("w2") for name in line))
    assert len(product) == 2


def test_of_a_frozen_first_layer_nothing_is_kept() -> None:
    x, y, params, activation = task_of(Config(), torch.float32)
    assert params.b2 is not None
    params.w2.requires_grad_()
    params.b2.requires_grad_()
    trace = forward(x, params, activation)
    value = loss(trace.out, y)
    assert value.grad_fn is not None
    names = {"w2": params.w2, "a": trace.a, "x": x}
    found = {f.name(): kept_by(f, names) for f in in_order(value.grad_fn) if not hasattr(f, "variable")}
    assert found == {
        "SumBackward0": [],
        "MulBackward0": ["64×1"],
        "SubBackward0": [],
        "AddmmBackward0": ["a 64×2"],
    }
