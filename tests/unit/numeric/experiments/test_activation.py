"""Ways to write one activation differ at exactly zero, and who notices."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from lesson.numeric.experiments.activation import at_zero, clamp, relu
from lesson.numeric.network import Params, affine, init_params, loss


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
