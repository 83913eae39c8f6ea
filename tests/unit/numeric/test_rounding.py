"""The rounding bound holds between precisions, is narrow enough to be of use, and is what paper says."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from lesson.numeric import autograd, by_hand, rounding
from lesson.numeric.compare import Kink, Verdict, compare
from lesson.numeric.flat import flatten, unflatten
from lesson.numeric.network import Activation, Params, Task, forward, init_params
from lesson.numeric.rounding import (
    ForwardBounds,
    Signals,
    allowance,
    compared,
    forward_bounds,
    gamma,
    gradient_allowance,
    gradient_bounds,
    nearest_kink,
    signal_bounds,
)
from tests.harness.networks import Case, cases, example

SINGLE, DOUBLE = torch.float32, torch.float64


def table(*rows: list[float]) -> Tensor:
    return torch.tensor(rows, dtype=DOUBLE)


def test_gamma_is_highams() -> None:
    """n u / (1 - n u), where u is half the distance from 1 to the next number."""
    assert gamma(4, SINGLE) == pytest.approx(1 / (2**22 - 1), rel=1e-14, abs=0)
    assert gamma(2**20, SINGLE) == pytest.approx(1 / 15, rel=1e-14, abs=0)
    assert gamma(4, DOUBLE) == pytest.approx(2.0**-51, rel=1e-14, abs=0)


ROUNDOFFS = {
    (SINGLE, SINGLE): 2 * 2.0**-24,
    (DOUBLE, DOUBLE): 2 * 2.0**-53,
    (SINGLE, DOUBLE): 2.0**-24 + 2.0**-53,
}


@pytest.mark.parametrize(("dtypes", "u"), ROUNDOFFS.items(), ids=["single", "double", "mixed"])
def test_the_bound_is_the_one_worked_out_on_paper(dtypes: tuple[torch.dtype, torch.dtype], u: float) -> None:
    """x = 3, w1 = 5, b1 = 7, w2 = 11, b2 = 13, y = 17; in units of u, from product to product:

    h 22, off by 2 * 22 = 44              a 22, off by 44 + 2 * 22 = 88
    out 255, off by 88 * 11 + 2 * 255 = 1478
    grad_out 476, off by 2 * 1478 + 476 = 3432
    grad_a 5236, off by (3432 + 476) * 11 = 42988
    grad_h 5236, off by 42988 + 2 * 5236 = 53460
    """
    x, y = table([3]), table([17])
    params = Params(table([5]), table([7]), table([11]), table([13]))
    found = allowance(x, y, params, Activation.relu(), dtypes)
    assert (flatten(found.signals) / u).tolist() == pytest.approx([3432, 42988, 53460], rel=1e-5)
    on_paper = [
        3 * 53460 + 3 * 5236,
        53460 + 5236,
        88 * 476 + 22 * 3432 + 22 * 476,
        3432 + 476,
    ]
    assert (flatten(found.rounding) / u).tolist() == pytest.approx(on_paper, rel=1e-5)
    assert not flatten(found.kink).any()


def test_without_bias_there_is_no_bound_for_one() -> None:
    """h 15, a 15 off by 60, out 165 off by 990, grad_out 296 off by 2276, grad_h 3256 off by 34804."""
    params = Params(table([5]), None, table([11]), None)
    found = allowance(table([3]), table([17]), params, Activation.relu(), (SINGLE, SINGLE))
    assert found.rounding.b1 is found.rounding.b2 is found.kink.b1 is found.kink.b2 is None
    on_paper = [3 * 34804 + 3 * 3256, 60 * 296 + 15 * 2276 + 15 * 296]
    assert (flatten(found.rounding) / 2.0**-23).tolist() == pytest.approx(on_paper, rel=1e-5)


@pytest.mark.parametrize(("dtypes", "coarser"), [(pair, pair[0]) for pair in ROUNDOFFS])
def test_where_all_is_zero_only_what_underflows_is_left(
    dtypes: tuple[torch.dtype, torch.dtype], coarser: torch.dtype
) -> None:
    """One smallest number for each of 7 observations, 2 inputs, 3 units and 5 outputs."""
    params = init_params(2, 3, 5, dtype=DOUBLE).map(torch.zeros_like)
    x, y = torch.zeros(7, 2).double(), torch.zeros(7, 5).double()
    found = allowance(x, y, params, Activation.relu(), dtypes)
    assert set(flatten(found.rounding).tolist()) == {(7 + 2 + 3 + 5) * torch.finfo(coarser).tiny}


def eighths(n: int) -> float:
    """A gamma so coarse that a bound can be worked out on paper, to second order too."""
    return n / 8


def test_how_far_the_forward_pass_may_be_off() -> None:
    """Four units: active, silent, below zero but not surely, and above zero by just what it may be off."""
    w1 = table([3, -4, 1, 2.75], [-2, 1, 1, 0])
    w2 = table([1, 0], [-2, 0], [4, 0], [-1, -1])
    params = Params(w1, table([1, -2, -2, -2.5]), w2, table([-3, 2]))
    x, leaky = table([2, -1]), Activation.leaky_relu(0.25)
    trace = forward(x, params, leaky)
    assert trace.h.tolist() == [[9, -11, -1, 3]]
    found = forward_bounds(Task(x, table([0, 0]), params, leaky), trace, eighths)
    # Three eighths of the sizes 9, 11, 5 and 8: two products and the bias.
    off_h = 27 / 8, 33 / 8, 15 / 8, 3
    assert found.at_kink.tolist() == [[False, False, True, True]]
    assert found.slopes.tolist() == [[1, 0.25, 1, 1]]
    # What the activation is given wrong, and two eighths of its values 9, -11/4, -1/4 and 3.
    off_a = [off_h[0] + 9 / 4, off_h[1] / 4 + 11 / 16, off_h[2] + 1 / 16, off_h[3] + 3 / 4]
    assert found.off_a.tolist() == [off_a]
    assert found.a.tolist() == [[9 + off_a[0], 11 / 4 + off_a[1], 1 / 4 + off_a[2], 3 + off_a[3]]]
    # Five eighths: four products and the bias.
    assert found.off_out.tolist() == [[20.5625 + 42.0625 * 5 / 8, 3.75 + 8.75 * 5 / 8]]


def test_how_far_the_signals_may_be_off() -> None:
    """The second unit passes a quarter; the third output is right, and exactly."""
    nothing = torch.empty(0)
    bounds = ForwardBounds(nothing, table([1, 0.25]), nothing, nothing, table([1, 3, 0]))
    w2 = table([1, -2, 100], [3, 1, 100])
    off, size = signal_bounds(table([4, -2, 0]), w2, bounds, eighths)
    # Twice what out is off, and an eighth of 4 + 2 and of 2 + 6.
    assert off.grad_out.tolist() == [[2 + 6 / 8, 6 + 8 / 8, 0]]
    assert size.grad_out.tolist() == [[6.75, 9, 0]]
    # grad_a is 8 and 10; three eighths of what the three products may be.
    off_grad_a = [16.75 + 24.75 * 3 / 8, 15.25 + 29.25 * 3 / 8]
    assert off.grad_a.tolist() == [off_grad_a]
    assert size.grad_a.tolist() == [[8 + off_grad_a[0], 10 + off_grad_a[1]]] == [[34.03125, 36.21875]]
    assert off.grad_h.tolist() == [[26.03125 + 34.03125 / 4, (26.21875 + 36.21875 / 4) / 4]]
    assert size.grad_h.tolist() == [[34.03125, 36.21875 / 4]]


def test_how_far_the_gradients_may_be_off() -> None:
    """Two observations, so that a sum over them adds two eighths of what is summed."""
    nothing = torch.empty(0)
    bounds = ForwardBounds(nothing, nothing, table([3], [5]), table([1], [2]), nothing)
    off = Signals(table([1], [4]), nothing, table([2], [3]))
    size = Signals(table([10], [20]), nothing, table([30], [50]))
    found = gradient_bounds(table([1], [-2]), bounds, off, size, eighths(2))
    on_paper = Params(
        w1=table([(2 + 2 * 3) + (30 + 2 * 50) / 4]),
        b1=table([(2 + 3) + (30 + 50) / 4]),
        w2=table([(10 + 2 * 20) + (3 + 5 * 4) + (3 * 10 + 5 * 20) / 4]),
        b2=table([(1 + 4) + (10 + 20) / 4]),
    )
    for one, two in zip(found, on_paper, strict=True):
        assert one is not None
        assert two is not None
        assert one.tolist() == two.tolist()


def test_the_kink_allows_what_the_slope_holds_back() -> None:
    """The first unit is at zero for the first two observations, where grad_a is 5 and -5."""
    x, y = table([2, 1], [-2, -1], [2, 3]), table([-0.5], [0.5], [0])
    params = Params(table([1, 1], [-2, 1]), table([0, 0]), table([5], [0]), table([0]))
    found = allowance(x, y, params, Activation.leaky_relu(0.3), (SINGLE, DOUBLE))
    assert found.at_kink.tolist() == [[True, False], [True, False], [False, False]]
    held_back = 0.7 * (5 + 5)
    assert found.kink.w1.flatten().tolist() == pytest.approx([2 * held_back, 0, held_back, 0], rel=1e-5)
    assert found.kink.b1 is not None
    assert found.kink.b1.shape == (1, 2)
    assert found.kink.b1.flatten().tolist() == pytest.approx([held_back, 0], rel=1e-5)
    assert not flatten([found.kink.w2, found.kink.b2]).any()


@pytest.mark.parametrize(("times", "verdict"), [(0.99, Verdict.ROUNDING), (1.01, Verdict.DIFFERENT)])
def test_one_entry_just_outside_its_bound_is_caught(times: float, verdict: Verdict) -> None:
    case = example()
    double = case.params.map(Tensor.double)
    task = case.x.double(), case.y.double(), double, case.activation
    right = autograd.gradients(*task)
    allowed = allowance(*task, (SINGLE, SINGLE))
    for position, bound in enumerate(flatten(allowed.rounding)):
        wrong = flatten(right)
        wrong[position] += times * bound
        found = compared(unflatten(wrong, right), right, allowed.rounding, allowed.kink)
        assert sorted(c.verdict[0] for c in found.values()) == [0, 0, 0, verdict]


def test_gradients_are_compared_by_parameter_with_both_allowances() -> None:
    def gradients(w1: list[float], w2: float) -> Params:
        return Params(table(w1), None, table([w2]), None)

    found = compared(gradients([1, 2], 3), gradients([1, 4], 6), gradients([1, 1], 4), gradients([0, 1.5], 0))
    assert list(found) == ["w1", "w2"]
    assert [(c.verdict.tolist(), c.share.tolist()) for c in found.values()] == [
        ([Verdict.KINK], [2]),
        ([Verdict.ROUNDING], [0.75]),
    ]


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


def doubled(case: Case) -> Task:
    x, y, params, activation = case
    return Task(x.double(), y.double(), params.map(Tensor.double), activation)


@given(cases(), st.sampled_from(list(ROUNDOFFS)), st.integers(1, 300))
def test_the_bound_from_some_observations_at_a_time_is_that_of_all(
    case: Case, dtypes: tuple[torch.dtype, torch.dtype], at_once: int
) -> None:
    task = doubled(case)
    whole = allowance(*task, dtypes)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(rounding, "AT_ONCE", at_once)
        found = gradient_allowance(*task, dtypes)
    for parts, all_at_once in zip(found, (whole.rounding, whole.kink), strict=True):
        assert torch.allclose(flatten(parts), flatten(all_at_once), rtol=1e-12, atol=0)


@given(cases(), st.sampled_from(list(ROUNDOFFS)))
def test_where_all_observations_are_few_the_bound_is_the_same_to_the_bit(
    case: Case, dtypes: tuple[torch.dtype, torch.dtype]
) -> None:
    task = doubled(case)
    whole = allowance(*task, dtypes)
    for parts, all_at_once in zip(
        gradient_allowance(*task, dtypes), (whole.rounding, whole.kink), strict=True
    ):
        assert torch.equal(flatten(parts), flatten(all_at_once))


@pytest.mark.parametrize("at_once", [1, 3, 6, 100])
def test_what_underflows_is_counted_once_however_the_batch_is_cut(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounding, "AT_ONCE", at_once)
    params = init_params(2, 3, 5, dtype=DOUBLE).map(torch.zeros_like)
    x, y = torch.zeros(7, 2).double(), torch.zeros(7, 5).double()
    found, _ = gradient_allowance(x, y, params, Activation.relu(), (SINGLE, SINGLE))
    assert set(flatten(found).tolist()) == {(7 + 2 + 3 + 5) * torch.finfo(SINGLE).tiny}


@pytest.mark.parametrize("at_once", [1, 4, 6, 100])
def test_the_nearest_kink_is_found_wherever_the_batch_is_cut(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The units are x1 - x2 and x1 + 2 x2; the third observation is nearer to zero, but surely not on it."""
    monkeypatch.setattr(rounding, "AT_ONCE", at_once)
    params = Params(table([1, 1], [-1, 2]), None, table([1], [1]), None)
    x = table([1, 1 + 2**-21], [5, 1], [2**-60, 0], [2 + 2**-22, -1], [7, 7 + 2**-20])
    assert nearest_kink(x, params, (SINGLE, SINGLE)) == Kink(3, 1, 2.0**-22)
    assert nearest_kink(x[1:3], params, (SINGLE, SINGLE)) is None
    # Without a bias an observation of zeros is on it, exactly.
    assert nearest_kink(table([5, 1], [0, 0]), params, (SINGLE, SINGLE)) == Kink(1, 0, 0.0)
