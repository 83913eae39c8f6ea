"""The start, the activation, and its derivative at the kink."""

from __future__ import annotations

import pytest
import torch

from lesson.numeric import autograd, by_hand
from lesson.numeric.flat import flatten
from lesson.numeric.network import Activation, forward, init_params


def test_the_kink_follows_torch() -> None:
    """Inputs that cancel, without bias: relu passes nothing at 0, leaky_relu its slope."""
    x, y = torch.ones(1, 2), torch.ones(1, 1)
    params = init_params(2, 3, 1, bias=False)
    params.w1[1] = -params.w1[0]
    assert not forward(x, params, Activation.relu()).h.any()
    assert torch.equal(Activation.relu().derivative(torch.zeros(2)), torch.zeros(2))
    assert torch.equal(Activation.leaky_relu(0.25).derivative(torch.zeros(2)), torch.full((2,), 0.25))
    for activation in (Activation.relu(), Activation.leaky_relu(0.25)):
        found = by_hand.gradients(x, y, params, activation).w1
        assert torch.equal(found, autograd.gradients(x, y, params, activation).w1)
        assert bool(found.any()) == (activation.slope > 0)


@pytest.mark.parametrize("slope", [-0.1, 1.1, float("nan")])
def test_a_slope_outside_the_unit_interval_is_refused(slope: float) -> None:
    with pytest.raises(ValueError, match="slope"):
        Activation.leaky_relu(slope)


def test_the_start_depends_on_sizes_and_seed_alone() -> None:
    single, double = (init_params(3, 2, 1, seed=7, dtype=dtype) for dtype in (torch.float32, torch.float64))
    assert torch.equal(flatten(single).double(), flatten(double))
    assert torch.equal(single.w1, init_params(3, 2, 1, seed=7, bias=False).w1)
    assert not torch.equal(single.w1, init_params(3, 2, 1, seed=8).w1)
    # The global generator is left alone.
    torch.manual_seed(0)
    expected = torch.rand(1)
    torch.manual_seed(0)
    init_params(3, 2, 1)
    assert torch.equal(torch.rand(1), expected)
