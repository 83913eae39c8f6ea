"""Finite differences agree within what their rounding explains, or name the kink."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from hypothesis import given, settings

from lesson.numeric import by_hand
from lesson.numeric.compare import Verdict
from lesson.numeric.config import Config
from lesson.numeric.finite import finite_differences, third_witness
from lesson.numeric.flat import flatten
from lesson.numeric.network import Activation, Params
from lesson.numeric.rounding import allowance
from lesson.numeric.training import train
from tests.harness.networks import Case, cases


@settings(max_examples=150)
@given(cases(largest=5, dtypes=(torch.float64,)))
def test_finite_differences_agree_or_name_the_kink(case: Case) -> None:
    found = finite_differences(*case)
    rounding = flatten(allowance(*case, (torch.float64, torch.float64)).rounding) + flatten(found.error)
    difference = (flatten(found.gradients) - flatten(by_hand.gradients(*case))).abs()
    within = difference <= rounding
    assert bool((within | flatten(found.crossed)).all())


def test_a_step_across_the_kink_is_recognised() -> None:
    params = Params(torch.tensor([[1e-6]]), None, torch.tensor([[1.0]]), None)
    found = finite_differences(torch.ones(1, 1), torch.zeros(1, 1), params, Activation.relu())
    assert bool(found.crossed.w1.all())
    assert not bool(found.crossed.w2.any())


SHORT = Config(steps=50)


def test_the_third_witness_agrees() -> None:
    history = train(SHORT)
    found = third_witness(SHORT, history.weights["by_hand"][-1], history.gradients["by_hand"][-1])
    assert {c.verdict[0] for c in found.values()} == {Verdict.ROUNDING}
    wrong = third_witness(SHORT, history.weights["by_hand"][-1], 2 * history.gradients["by_hand"][-1])
    assert {c.verdict[0] for c in wrong.values()} == {Verdict.DIFFERENT}
    wide = replace(SHORT, hidden=1000)
    assert third_witness(wide, *np.zeros((2, 5001), np.float32)) == {}
