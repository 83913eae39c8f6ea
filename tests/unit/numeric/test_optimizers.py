"""By hand and torch.optim make the same updates, within rounding, and a wrong rule is noticed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lesson.numeric import optimizers
from lesson.numeric.compare import Comparison, Verdict, worst
from lesson.numeric.config import OPTIMIZERS, Config, Lane
from lesson.numeric.data import Normal
from lesson.numeric.experiments.optimizers.race import RACE_BYTES, affordable, race
from lesson.numeric.experiments.optimizers.update_referee import compare_updates
from lesson.numeric.optimizers import BETA1, BETA2, EPSILON, Adam
from lesson.numeric.torch_optimizers import BY_TORCH
from lesson.numeric.training import History, train
from lesson.numeric.training.curves import together

LANES = {name: Lane(name) for name in ("float32", "float64")}


def updates(history: History) -> dict[str, Comparison]:
    return compare_updates(history.config, history.weights["by_hand"], history.gradients["by_hand"])


@st.composite
def configs(draw: st.DrawFn, steps: int) -> Config:
    batch, inputs, hidden, outputs = (draw(st.integers(1, 6)) for _ in range(4))
    lane = draw(st.sampled_from(list(LANES.values())))
    return Config(
        Normal(batch, inputs, outputs, draw(st.integers(0, 999))),
        hidden=hidden,
        bias=draw(st.booleans()),
        activation=draw(st.sampled_from(["relu", "leaky_relu"])),
        seed=draw(st.integers(0, 999)),
        steps=steps,
        learning_rate=draw(st.sampled_from([1e-5, 1e-4, 1e-3])),
        optimizer=draw(st.sampled_from(OPTIMIZERS)),
        by_hand=lane,
        autograd=lane,
    )


@settings(max_examples=60)
@given(configs(steps=60))
def test_every_update_is_identical_or_rounding(config: Config) -> None:
    assert worst(updates(train(config))) <= Verdict.ROUNDING


@settings(max_examples=12)
@given(configs(steps=1000))
def test_a_thousand_steps_in_float64_agree_within_rounding(config: Config) -> None:
    double = dataclasses.replace(config, by_hand=Lane("float64"), autograd=Lane("float64"))
    history = train(double)
    found = updates(history)
    assert worst(found) <= Verdict.ROUNDING
    size = np.abs(history.weights["by_hand"]).max() + double.learning_rate * history.steps
    assert max(float(c.largest.max()) for c in found.values()) < 1e-11 * size


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_two_whole_trainings_stay_together(optimizer: str) -> None:
    """Each on its own path, by hand and autograd, over 1000 steps of the default network."""
    lane = Lane("float64")
    history = train(Config(steps=1000, optimizer=optimizer, by_hand=lane, autograd=lane))
    assert history.steps == 1000
    assert history.largest_drift < 1e-10
    assert history.verdict <= Verdict.ROUNDING


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


@pytest.mark.parametrize("lane", LANES.values(), ids=LANES)
@pytest.mark.parametrize("wrong", [NoCorrection, SlightlyOff, EpsilonInside])
def test_a_wrong_rule_is_called_different(
    wrong: type[Adam], lane: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = Config(steps=40, optimizer="adam", learning_rate=1e-2, by_hand=lane, autograd=lane)
    history = train(config)
    assert worst(updates(history)) <= Verdict.ROUNDING
    monkeypatch.setitem(optimizers.BY_HAND, "adam", wrong)
    if wrong is EpsilonInside and lane.dtype == "float32":
        # At gradients of this size the difference is smaller than float32's rounding.
        assert worst(updates(history)) <= Verdict.ROUNDING
    else:
        assert worst(updates(history)) is Verdict.DIFFERENT


def test_other_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="weights"):
        compare_updates(Config(), np.zeros((2, 3)), np.zeros((2, 4)))


def test_torchs_first_step_of_adam_is_the_rate_whatever_the_gradient() -> None:
    w = torch.zeros(3, dtype=torch.float64)
    BY_TORCH["adam"](0.1).step(w, torch.tensor([1e-3, 1.0, -1e3], dtype=torch.float64))
    assert w.tolist() == pytest.approx([-0.1, -0.1, 0.1], rel=1e-4)


CLASSES: dict[str, Callable[[list[torch.Tensor]], torch.optim.Optimizer]] = {
    "sgd": partial(torch.optim.SGD, lr=0.01),
    "momentum": partial(torch.optim.SGD, lr=0.01, momentum=0.9),
    "adam": partial(torch.optim.Adam, lr=0.01),
}


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_torchs_functions_are_torchs_classes(optimizer: str, dtype: torch.dtype) -> None:
    generator = torch.Generator().manual_seed(0)
    w = torch.randn(50, generator=generator, dtype=dtype)
    other = w.clone()
    rule, class_of_torch = BY_TORCH[optimizer](0.01), CLASSES[optimizer]([other])
    for _ in range(100):
        other.grad = torch.randn(50, generator=generator, dtype=dtype)
        rule.step(w, other.grad)
        class_of_torch.step()
        assert torch.equal(w, other)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_race_is_the_training_by_hand(optimizer: str) -> None:
    config = Config(steps=30, optimizer=optimizer, learning_rate=1e-3)
    history = train(config)
    stretch = race(config)[optimizer]
    assert np.array_equal(stretch.losses, history.loss["by_hand"])
    assert np.array_equal(stretch.weights, history.weights["by_hand"])


@pytest.mark.parametrize("batch", [1, 8192])
def test_a_race_of_the_largest_network_keeps_within_its_bytes(batch: int) -> None:
    config = affordable(Config(Normal(batch, 256, 32), hidden=1024, steps=100, learning_rate=1e-9).quick())
    found = race(config).values()
    assert all(len(stretch.losses) == config.steps for stretch in found)
    assert 0 < sum(stretch.weights.nbytes + stretch.gradients.nbytes for stretch in found) <= RACE_BYTES


def test_a_race_shows_who_blew_up() -> None:
    losses = {name: stretch.losses for name, stretch in race(Config(steps=40, learning_rate=0.03)).items()}
    steps, shown = together(losses)
    assert len(losses["adam"]) == len(steps) == 40
    assert np.isfinite(losses["sgd"]).all()
    assert np.isfinite(shown["sgd"]).sum() == len(losses["sgd"]) < 40
    assert together({"none": np.empty(0)})[0].size == 0
