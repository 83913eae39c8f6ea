"""The forward pass on paper, the start, the activation, and its derivative at the kink."""

from __future__ import annotations

import runpy

import pytest
import torch

from lesson.numeric import autograd, by_hand, network
from lesson.numeric.flat import flatten
from lesson.numeric.network import Activation, Params, affine, forward, init_params, loss


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


def test_the_forward_pass_is_the_one_on_paper() -> None:
    x = torch.tensor([[1.0, 2.0], [3.0, -1.0]])
    w1, b1 = torch.tensor([[1.0, -2.0, 0.0], [1.0, 1.0, 2.0]]), torch.tensor([[0.5, -4.0, 1.0]])
    w2, b2 = torch.tensor([[2.0], [4.0], [-1.0]]), torch.tensor([[10.0]])
    h, a, out = forward(x, Params(w1, b1, w2, b2), Activation.leaky_relu(0.25))
    assert h.tolist() == [[3.5, -4, 5], [2.5, -11, -1]]
    assert a.tolist() == [[3.5, -1, 5], [2.5, -2.75, -0.25]]
    assert out.tolist() == [[8], [4.25]]
    without = forward(x, Params(w1, None, w2, None), Activation.relu())
    assert without.h.tolist() == [[3, 0, 4], [2, -7, -2]]
    assert without.a.tolist() == [[3, 0, 4], [2, 0, 0]]
    assert without.out.tolist() == [[2], [4]]
    assert affine(x, w1, None).tolist() == without.h.tolist()


def test_the_loss_is_a_sum_of_squares_not_their_mean() -> None:
    assert float(loss(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[0.0, 4.0], [3.0, 1.0]]))) == 14


def test_a_slope_may_be_any_from_nothing_to_all() -> None:
    h = torch.tensor([-2.0, 0.0, 2.0])
    for slope in (0.0, 0.5, 1.0):
        assert Activation.leaky_relu(slope)(h).tolist() == [-2 * slope, 0, 2]
        assert Activation.leaky_relu(slope).derivative(h).tolist() == [slope, slope, 1]


def test_a_start_has_biases_unless_told_otherwise_and_the_seed_zero() -> None:
    start = init_params(3, 2, 4)
    assert [tuple(p.shape) for p in start if p is not None] == [(3, 2), (1, 2), (2, 4), (1, 4)]
    assert torch.equal(flatten(start), flatten(init_params(3, 2, 4, seed=0)))
    assert init_params(3, 2, 4, bias=False)[1::2] == (None, None)


def test_networks_so_small_are_computed_in_one_thread() -> None:
    torch.set_num_threads(2)
    runpy.run_path(network.__file__)
    assert torch.get_num_threads() == 1
