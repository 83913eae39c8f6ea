"""Ways to write one activation differ at exactly zero, and who notices."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from lesson.numeric.config import Config
from lesson.numeric.data import Normal
from lesson.numeric.experiments.activation import (
    GATED,
    POSITIONS,
    TOGETHER,
    at_zero,
    clamp,
    gates,
    nearest,
    relu,
    swept,
)
from lesson.numeric.experiments.matrix_form import at_start
from lesson.numeric.from_config import task_of
from lesson.numeric.network import Params, affine, init_params, loss
from lesson.numeric.operands import Cell


def test_the_ways_to_write_relu_at_zero() -> None:
    assert at_zero() == {
        "torch.relu(h)": 0,
        "h.clamp(min=0)": 1,
        "torch.maximum(h, torch.zeros_like(h))": 0.5,
        "torch.where(h > 0, h, 0.0)": 0,
        "torch.where(h >= 0, h, 0.0)": 1,
    }
    assert torch.is_grad_enabled()


def test_at_zero_leaky_relu_has_its_slope() -> None:
    assert at_zero(0.3) == at_zero() | {"torch.nn.functional.leaky_relu(h, slope)": pytest.approx(0.3)}


def noticed(b1: Tensor | None) -> list[str]:
    """The gradients that change when clamp stands in the place of relu, with an observation of all zeros."""
    x, y = torch.tensor([[0.0, 0.0], [1.0, 2.0]]), torch.tensor([[3.0], [1.0]])
    params = init_params(2, 3, 1)._replace(b1=b1)

    def gradients(activation: Callable[[Tensor], Tensor]) -> dict[str, Tensor]:
        named = {name: p.clone().requires_grad_() for name, p in params._asdict().items() if p is not None}
        w1, b1, w2, b2 = (named.get(name) for name in Params._fields)
        assert w1 is not None
        assert w2 is not None
        value = loss(affine(activation(affine(x, w1, b1)), w2, b2), y)
        return dict(zip(named, torch.autograd.grad(value, list(named.values())), strict=True))

    with_relu, with_clamp = gradients(relu), gradients(clamp)
    return [name for name, gradient in with_relu.items() if not torch.equal(gradient, with_clamp[name])]


def test_the_choice_at_zero_goes_into_the_bias_alone() -> None:
    """What the page says of biases that start at zero, of random ones, and of a network without."""
    assert noticed(torch.zeros(1, 3)) == ["b1"]
    assert noticed(torch.full((1, 3), 0.1)) == []
    assert noticed(None) == []


@pytest.mark.parametrize(("activation", "slope"), [("relu", 0.0), ("leaky_relu", 0.2)])
def test_a_moved_pre_activation_is_passed_as_autograd_passes_it(activation: str, slope: float) -> None:
    config = Config(Normal(5, 3, 2), hidden=3, activation=activation, slope=slope)
    found = swept(config, 3, 1)
    x, y, params, phi = task_of(config, torch.float64)
    own = affine(x, params.w1, params.b1)[3]
    for at in range(0, len(POSITIONS), 7):
        h = own.clone()
        h[1] = POSITIONS[at]
        h.requires_grad_()
        a = phi(h[None])
        grad_a, grad_h = torch.autograd.grad(loss(affine(a, params.w2, params.b2), y[3:4]), (a, h))
        expected = (POSITIONS[at], a[0, 1].item(), grad_a[0, 1].item(), grad_h[1].item())
        np.testing.assert_allclose((found.h[at], found.a[at], found.grad_a[at], found.grad_h[at]), expected)
    assert found.mask[nearest(0.0)] == slope
    assert POSITIONS[nearest(0.0)] == 0


def test_the_drawn_gates_are_of_one_pass() -> None:
    config = Config(Normal(9, 3, 2), hidden=5)
    found = gates(config, Cell("h", 8, 4))
    assert {corner.first for corner in found.values()} == {(5, 2)}
    h, mask, grad_a, grad_h = (found[name].values for name in GATED)
    assert np.array_equal(mask, h > 0)
    assert np.array_equal(grad_h, grad_a * mask)
    assert np.array_equal(h, at_start(config)["h"][5:, 2:])


def test_a_place_at_the_gate_lights_the_other_three() -> None:
    shapes = dict.fromkeys(GATED, (4, 3))
    for line in TOGETHER:
        cell = Cell(line.result, 2, 1)
        assert line.made_of(cell, shapes) | {cell} == {Cell(name, 2, 1) for name in GATED}
