"""Any loss on the learner's network: witnesses that agree, and places at which they cannot."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from lesson.numeric import by_hand
from lesson.numeric.compare import Verdict, worst
from lesson.numeric.config import Config, Lane
from lesson.numeric.data import Sparse
from lesson.numeric.experiments.any_loss import (
    Code,
    curves,
    evaluated,
    failures,
    gradients,
    judged,
    last_bits,
    softmax,
    trained,
)
from lesson.numeric.from_config import task_of
from lesson.numeric.program import ProgramError

SQUARES = Code("(out - y) ** 2", "2*(out - y)")
ABSOLUTE = Code("torch.abs(out - y)", "torch.sign(out - y)")
LOG_COSH = Code("torch.log(torch.cosh(out - y))", "torch.sinh(out - y)/torch.cosh(out - y)")
STABLE_LOG_COSH = Code(
    "torch.abs(out - y) + torch.nn.functional.softplus(-2*torch.abs(out - y)) - 0.6931471805599453",
    "torch.tanh(out - y)",
)
LOGISTIC = Code("torch.log(1 + torch.exp(-y * out))", "-y/(1 + torch.exp(out*y))")
STABLE_LOGISTIC = Code("torch.nn.functional.softplus(-out*y)", "-y*torch.sigmoid(-out*y)")
HINGE = Code("torch.clamp(1 - y * out, min=0)", "torch.where(1 - out*y > 0, -y, 0)")


@pytest.mark.parametrize("code", [SQUARES, ABSOLUTE, LOG_COSH, STABLE_LOG_COSH])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("activation", ["relu", "leaky_relu"])
def test_two_witnesses_are_apart_by_no_more_than_rounding(code: Code, dtype: str, activation: str) -> None:
    for seed in range(5):
        config = Config(seed=seed, activation=activation, hidden=5, by_hand=Lane(dtype))
        found = judged(config, code, "as-they-are", 0.0)
        assert found.signal.verdict[0] <= Verdict.ROUNDING
        assert worst(found.parameters) <= Verdict.ROUNDING
        assert found.confirmed == len(found.out)


@pytest.mark.parametrize(
    "wrong", ["2*(out - y) + 1e-4", "out - y", "2*(y - out)", "2*(out - y)*1.0001", "torch.sign(out - y)"]
)
def test_a_planted_wrong_first_line_is_found(wrong: str) -> None:
    found = judged(Config(), SQUARES._replace(derivative=wrong), "as-they-are", 0.0)
    assert found.signal.verdict[0] == Verdict.DIFFERENT
    assert worst(found.parameters) == Verdict.DIFFERENT
    assert found.confirmed < len(found.out)


def test_what_cancels_is_put_down_to_rounding() -> None:
    """1 - tanh(r)**2 keeps few digits where tanh is near 1."""
    tanh = Code("torch.tanh(out - y)", "1 - torch.tanh(out - y)**2")
    for seed in range(5):
        assert judged(Config(seed=seed), tanh, "as-they-are", 0.0).signal.verdict[0] <= Verdict.ROUNDING
    mistaken = tanh._replace(derivative="1.0001 - torch.tanh(out - y)**2")
    assert judged(Config(), mistaken, "as-they-are", 0.0).signal.verdict[0] == Verdict.DIFFERENT


def test_where_a_loss_is_no_number_it_is_counted() -> None:
    logarithm = Code("torch.log(out)", "1/out")
    found = judged(Config(), logarithm, "as-they-are", 0.0)
    assert found.undefined == (found.out <= 0).sum() > 0


def test_squares_are_the_seven_lines_to_the_bit() -> None:
    task = task_of(Config(), torch.float32)
    for found in gradients(SQUARES, task):
        assert all(map(torch.equal, present(found), present(by_hand.gradients(*task))))


def present(params: object) -> list[torch.Tensor]:
    return [p for p in params if p is not None]  # type: ignore[attr-defined]


CLAMPED = Code("torch.clamp(out, min=0)", "torch.where(out > 0, 1, torch.full_like(out, 0))")


def test_a_kink_of_the_loss_is_told_from_a_mistake() -> None:
    """An observation of zeros in a network without bias is predicted as 0, where clamp has a slope of 1."""
    config = replace(Config(Sparse(zeros=0.9)), bias=False)
    found = judged(config, CLAMPED, "as-they-are", 0.0)
    assert (found.out == 0).any()
    assert found.signal.verdict[0] == Verdict.KINK
    mistaken = CLAMPED._replace(derivative=f"{CLAMPED.derivative} + 1e-4")
    assert judged(config, mistaken, "as-they-are", 0.0).signal.verdict[0] == Verdict.DIFFERENT
    assert failures(HINGE, HINGE, 1.0) == []


def test_an_outlier_takes_a_share_that_depends_on_the_loss() -> None:
    calm, torn = (judged(Config(), SQUARES, "as-they-are", outlier) for outlier in (0.0, 100.0))
    bounded = judged(Config(), STABLE_LOG_COSH, "as-they-are", 100.0)
    assert calm.shares[0] < 0.1 < 0.5 < torn.shares[0]
    assert bounded.shares[0] < 0.05
    assert torn.shares[-1] == pytest.approx(1)


def test_targets_fit_the_loss() -> None:
    assert set(judged(Config(), HINGE, "signs", 0.0).y) == {-1, 1}
    assert set(judged(Config(), HINGE, "classes", 0.0).y) == {0, 1}
    counted = judged(Config(), HINGE, "counts", 0.0).y
    assert np.array_equal(np.abs(counted), np.round(counted))


def test_what_overflows_is_found_and_mended_by_rewriting() -> None:
    for code, stable, ways in (
        (LOG_COSH, STABLE_LOG_COSH, ["by-hand", "autograd"]),
        (LOGISTIC, STABLE_LOGISTIC, ["autograd"]),
        (SQUARES, SQUARES, []),
    ):
        found = failures(code, stable, 1.0)
        assert [failure.way for failure in found] == ways
        assert all(math.isnan(failure.found) and -89 < failure.out < -87 for failure in found)


def test_a_wrong_rewriting_is_found_to_fail() -> None:
    wrong = STABLE_LOG_COSH._replace(value="torch.abs(out - y)")
    assert [f.way for f in failures(wrong, STABLE_LOG_COSH, 1.0)] == ["autograd"]


def test_each_way_to_invert_has_one_derivative_that_is_autograds_to_the_bit() -> None:
    differ = {(bits.inverse, bits.derivative): bits.differ for bits in last_bits()}
    assert differ["1.0 / s", "-(inv * inv) * dinv"] == differ["s**-1", "-(s**-2) * dinv"] == 0
    assert min(differ["1.0 / s", "-(s**-2) * dinv"], differ["s**-1", "-(inv * inv) * dinv"]) > 1000


def test_softmax_overflows_unless_a_row_is_shifted() -> None:
    found = softmax(6, 3, 0)
    assert max(found.naive_apart, found.shifted_apart) < 1e-6
    assert found.shifted_fails is None
    assert found.naive_fails is not None
    assert 80 < found.naive_fails < 90


def test_a_curve_is_the_loss_and_its_derivative() -> None:
    (curve,) = curves(SQUARES, -2, 2, (1.0,))
    assert np.allclose(curve.size, (curve.out - 1) ** 2)
    assert np.allclose(curve.slope, 2 * (curve.out - 1))


@pytest.mark.parametrize("code", ["x @ w1", "3", "out.sum()", "z"])
def test_what_is_no_line_of_out_and_y_is_refused(code: str) -> None:
    out = torch.ones(3, 1)
    with pytest.raises(ProgramError):
        evaluated(code, out, out)


def test_a_network_without_bias_has_no_biases_to_judge() -> None:
    found = judged(replace(Config(), bias=False), SQUARES, "as-they-are", 0.0)
    assert set(found.parameters) == {"w1", "w2"}


def test_both_trainings_are_the_same_where_the_gradients_are() -> None:
    assert trained(SQUARES, 0).apart == 0
    assert trained(ABSOLUTE, 0).apart == 0
    assert 0 < trained(STABLE_LOG_COSH, 0).apart < 1e-2


def test_a_loss_that_lets_all_pull_alike_does_not_follow_outliers() -> None:
    for seed in range(3):
        squares, absolute = (trained(code, seed) for code in (SQUARES, ABSOLUTE))
        errors = [np.abs(found.fit - np.sin(found.grid)).mean() for found in (squares, absolute)]
        assert errors[1] < errors[0] / 2


def test_a_training_with_a_wrong_first_line_drifts_from_autograds() -> None:
    assert trained(SQUARES._replace(derivative="torch.sign(out - y)"), 0).apart > 0.1
