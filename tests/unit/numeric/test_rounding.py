"""The rounding bound holds between precisions, and is narrow enough to be of use."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from torch import Tensor

from lesson.numeric import autograd, by_hand
from lesson.numeric.compare import Verdict, compare
from lesson.numeric.flat import flatten, unflatten
from lesson.numeric.network import Activation, Params, init_params
from lesson.numeric.rounding import allowance
from tests.harness.networks import Case, cases


@settings(max_examples=400)
@given(cases(dtypes=(torch.float32,)))
def test_the_rounding_bound_holds_between_precisions(case: Case) -> None:
    """float32 against float64 at the same weights: within rounding, or within the kink's allowance."""
    x, y, params, activation = case
    double = unflatten(flatten(params).double(), params)
    exact = autograd.gradients(x.double(), y.double(), double, activation)
    found = by_hand.gradients(*case)
    allowed = allowance(x.double(), y.double(), double, activation, (torch.float32, torch.float64))
    arrays = (found, exact, allowed.rounding, allowed.kink)
    verdict = compare(*(flatten(p).numpy()[None] for p in arrays)).verdict[0]
    assert verdict <= Verdict.KINK
    if not bool(allowed.at_kink.any()):
        assert verdict <= Verdict.ROUNDING


@pytest.mark.parametrize("factor", [0.0, 0.99, 1.01, 1.1])
@pytest.mark.parametrize("sizes", [(64, 3, 2, 1), (512, 64, 64, 4), (4096, 3, 32, 1)], ids=str)
def test_the_bound_has_teeth_in_larger_networks_too(sizes: tuple[int, int, int, int], factor: float) -> None:
    """A gradient in float32 that is wrong by a hundredth is not put down to rounding."""
    batch, inputs, hidden, outputs = sizes
    params = init_params(inputs, hidden, outputs, dtype=torch.float64)
    generator = torch.Generator().manual_seed(1)
    x, y = (torch.randn(batch, n, generator=generator).double() for n in (inputs, outputs))
    relu = Activation.relu()
    exact = flatten(autograd.gradients(x, y, params, relu))
    single = params.map(Tensor.float)
    found = flatten(by_hand.gradients(x.float(), y.float(), single, relu)).double()
    allowed = allowance(x, y, single.map(Tensor.double), relu, (torch.float32, torch.float64))
    bounds = flatten(allowed.rounding).numpy()[None], flatten(allowed.kink).numpy()[None]
    right = flatten(autograd.gradients(x, y, single.map(Tensor.double), relu)).numpy()[None]
    assert compare(found.numpy()[None], right, *bounds).verdict[0] <= Verdict.KINK
    assert compare(factor * exact.numpy()[None], right, *bounds).verdict[0] == Verdict.DIFFERENT


def test_a_pre_activation_within_rounding_of_zero_is_a_kink() -> None:
    """float32 sees h = 0, float64 sees h > 0: the signal passes in one of them alone."""
    x = torch.tensor([[1.0, 1.0, 1.0]])
    w1 = torch.tensor([[1.0], [2.0**-25], [-1.0]])
    params, y = Params(w1, None, torch.ones(1, 1), None), torch.tensor([[5.0]])
    double = params.map(Tensor.double)
    relu = Activation.relu()
    single = by_hand.gradients(x, y, params, relu)
    exact = by_hand.gradients(x.double(), y.double(), double, relu)
    assert not torch.equal(single.w1.double(), exact.w1)
    allowed = allowance(x.double(), y.double(), double, relu, (torch.float32, torch.float64))
    arrays = [flatten(p).numpy()[None] for p in (single, exact, allowed.rounding, allowed.kink)]
    assert compare(*arrays).verdict[0] == Verdict.KINK
    assert compare(*arrays[:3]).verdict[0] == Verdict.DIFFERENT
    assert np.asarray(allowed.at_kink).all()
