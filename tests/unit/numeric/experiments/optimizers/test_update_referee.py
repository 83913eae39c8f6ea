"""An update rule that is wrong is called different."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lesson.numeric import optimizers
from lesson.numeric.compare import Verdict, worst
from lesson.numeric.config import Config, Lane
from lesson.numeric.experiments.optimizers.update_referee import compare_updates
from lesson.numeric.optimizers import BETA1, BETA2, EPSILON, Adam
from lesson.numeric.training import train


class NoCorrection(Adam):
    """Adam without its bias correction."""

    def step(self, w: torch.Tensor, grad: torch.Tensor) -> None:
        self.m = BETA1 * self.m + (1 - BETA1) * grad
        self.v = BETA2 * self.v + (1 - BETA2) * grad * grad
        w -= self.rate * self.m / (self.v.sqrt() + EPSILON)


class SlightlyOff(Adam):
    """Adam whose every update is wrong by a hundredth."""

    def step(self, w: torch.Tensor, grad: torch.Tensor) -> None:
        before = w.clone()
        super().step(w, grad)
        w += 0.01 * (w - before)


class EpsilonInside(Adam):
    """Adam with epsilon under the root: the same but for small gradients."""

    def step(self, w: torch.Tensor, grad: torch.Tensor) -> None:
        self.t += 1
        self.m = BETA1 * self.m + (1 - BETA1) * grad
        self.v = BETA2 * self.v + (1 - BETA2) * grad * grad
        v_hat = self.v / (1 - BETA2**self.t)
        w -= self.rate * self.m / (1 - BETA1**self.t) / (v_hat + EPSILON).sqrt()


@pytest.mark.parametrize("lane", [Lane("float32"), Lane("float64")], ids=lambda lane: lane.dtype)
@pytest.mark.parametrize("wrong", [NoCorrection, SlightlyOff, EpsilonInside])
def test_a_wrong_rule_is_called_different(
    wrong: type[Adam], lane: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = Config(steps=40, optimizer="adam", learning_rate=1e-2, by_hand=lane, autograd=lane)
    history = train(config)

    def verdict() -> Verdict:
        return worst(compare_updates(config, history.weights["by_hand"], history.gradients["by_hand"]))

    assert verdict() <= Verdict.ROUNDING
    monkeypatch.setitem(optimizers.BY_HAND, "adam", wrong)
    if wrong is EpsilonInside and lane.dtype == "float32":
        # At gradients of this size the difference is smaller than float32's rounding.
        assert verdict() <= Verdict.ROUNDING
    else:
        assert verdict() is Verdict.DIFFERENT


def test_other_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="weights"):
        compare_updates(Config(), np.zeros((2, 3)), np.zeros((2, 4)))
