"""By hand and torch.optim make the same updates, within rounding."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lesson.numeric.compare import Comparison, Verdict, worst
from lesson.numeric.config import OPTIMIZERS, Config, Lane
from lesson.numeric.data import Normal
from lesson.numeric.experiments.optimizers.update_referee import compare_updates
from lesson.numeric.optimizers import BY_HAND
from lesson.numeric.training import History, train


def weights_after(rule: str, gradients: list[float]) -> list[float]:
    """The weight after each step from 10 at the rate 1/2."""
    w, optimizer, found = torch.full((1,), 10.0, dtype=torch.float64), BY_HAND[rule](0.5), []
    for gradient in gradients:
        optimizer.step(w, torch.tensor([gradient], dtype=torch.float64))
        found.append(float(w))
    return found


def test_descent_and_the_heavy_ball_are_those_on_paper() -> None:
    """The ball's velocity is 2, then 0.9 * 2 - 1 = 0.8, then 0.9 * 0.8 + 3 = 3.72."""
    assert weights_after("sgd", [2, -1, 3]) == [9, 9.5, 8]
    assert weights_after("momentum", [2, -1, 3]) == pytest.approx([9, 8.6, 6.74])


def test_adam_is_that_on_paper() -> None:
    """m is 0.2, then 0.9 * 0.2 - 0.1 = 0.08; v is 0.004, then 0.999 * 0.004 + 0.001 = 0.004996."""
    second = 0.5 * (0.08 / 0.19) / (0.004996 / 0.001999) ** 0.5
    assert weights_after("adam", [2, -1]) == pytest.approx([9.5, 9.5 - second], rel=1e-8)
    # A gradient as small as epsilon is divided by itself and epsilon.
    assert weights_after("adam", [1e-8]) == pytest.approx([9.75], rel=1e-9)


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
