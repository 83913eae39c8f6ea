"""Each step follows the gradient that was recorded with it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lesson.numeric import autograd, by_hand
from lesson.numeric.config import LANES, Config, Lane, LaneName
from lesson.numeric.flat import flatten, unflatten
from lesson.numeric.from_config import activation_of, start_of
from lesson.numeric.network import Activation
from lesson.numeric.optimizers import BY_HAND
from lesson.numeric.source import seven_lines
from lesson.numeric.torch_optimizers import TorchAdam, TorchSGD
from lesson.numeric.training import train
from lesson.numeric.training.descent import Descent, Stretch

SHORT = Config(steps=50)


def test_every_step_follows_its_gradient() -> None:
    history = train(SHORT)
    for name in LANES:
        weights, gradients = history.weights[name], history.gradients[name]
        moved = weights[1:] - weights[:-1]
        np.testing.assert_allclose(moved, -SHORT.learning_rate * gradients[:-1], rtol=1e-2, atol=2e-7)
        start = flatten(start_of(SHORT, torch.float32)).numpy()
        np.testing.assert_array_equal(weights[0], start)
    data = SHORT.source.load()
    x, y = torch.from_numpy(data.x), torch.from_numpy(data.y)
    params = unflatten(torch.from_numpy(history.weights["by_hand"][30]), start_of(SHORT, torch.float32))
    loss, found = by_hand.loss_and_gradients(x, y, params, activation_of(SHORT))
    assert float(loss) == history.loss["by_hand"][30]
    np.testing.assert_array_equal(flatten(found).numpy(), history.gradients["by_hand"][30])


def descent(name: LaneName, config: Config) -> Descent:
    return Descent(name, config, config.source.load())


@pytest.mark.parametrize("name", LANES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_lane_computes_with_the_configured_slope_and_precision(name: LaneName, dtype: str) -> None:
    lane = Lane(dtype)
    config = Config(activation="leaky_relu", slope=0.3, seed=5, steps=3, by_hand=lane, autograd=lane)
    data, precise = config.source.load(), getattr(torch, dtype)
    x, y = (torch.from_numpy(array).to(precise) for array in (data.x, data.y))
    start = start_of(config, precise)
    loss, gradients = by_hand.loss_and_gradients(x, y, start, Activation.leaky_relu(0.3))
    training = descent(name, config)
    first = training.advance(3).first(1)
    assert training.dtype == precise
    assert first.losses.tolist() == [float(loss)]
    np.testing.assert_array_equal(first.weights[0], flatten(start).numpy())
    np.testing.assert_array_equal(first.gradients[0], flatten(gradients).numpy())
    # Wherever the training has got to, gradients at given weights are those.
    np.testing.assert_array_equal(training.gradients_at(first.weights), first.gradients)
    assert training.gradients_at(first.weights.astype(np.float64)).dtype == dtype


def test_each_lane_has_its_own_backward_pass_and_the_learners_lines_are_by_hand() -> None:
    config = Config()
    assert descent("by_hand", config).loss_and_gradients is by_hand.loss_and_gradients
    assert descent("autograd", config).loss_and_gradients is autograd.loss_and_gradients
    doubled = Config(program=seven_lines().replace("2 * (out - y)", "4 * (out - y)"), steps=1)
    mine, torchs = (descent(name, doubled).advance(1).gradients for name in LANES)
    np.testing.assert_array_equal(mine, 2 * torchs)


def test_plain_descent_is_one_rule_and_the_others_are_each_lanes_own() -> None:
    for name in LANES:
        assert type(descent(name, Config()).optimizer) is BY_HAND["sgd"]
    for rule in ("momentum", "adam"):
        assert type(descent("by_hand", Config(optimizer=rule)).optimizer) is BY_HAND[rule]
    assert isinstance(descent("autograd", Config(optimizer="adam")).optimizer, TorchAdam)
    momentum = descent("autograd", Config(optimizer="momentum", learning_rate=0.25)).optimizer
    assert isinstance(momentum, TorchSGD)
    assert (momentum.rate, momentum.momentum) == (0.25, 0.9)


def test_only_autograd_keeps_a_record() -> None:
    for name in LANES:
        training = descent(name, Config(steps=1))
        assert training.flat.is_inference() == (name == "by_hand")
        assert training.params.w1.requires_grad == (name == "autograd")


def stretch(losses: list[float], gradients: list[float]) -> Stretch:
    """Of one weight, which is that of its step."""
    steps = np.arange(float(len(losses)))
    return Stretch(np.array(losses), steps[:, None], np.array([[0.0, g] for g in gradients]))


@pytest.mark.parametrize("bad", [np.inf, -np.inf, np.nan])
def test_a_training_is_finite_up_to_its_first_loss_or_gradient_that_is_not(bad: float) -> None:
    assert stretch([1, 2, 3], [1, 2, 3]).finite_steps == 3
    assert stretch([1, 2, 3], [1, bad, 3]).finite_steps == 1
    assert stretch([1, 2, bad], [1, 2, 3]).finite_steps == 2
    assert stretch([bad, 2, 3], [1, bad, 3]).finite_steps == 0


def test_steps_of_a_stretch_are_taken_from_all_that_it_holds() -> None:
    whole = stretch([1, 2, 3], [4, 5, 6])
    for found in (whole.at(np.array([2])), Stretch(*(array[-1:] for array in whole))):
        assert [array.tolist() for array in found] == [[3], [[2]], [[0, 6]]]
    assert [array.tolist() for array in whole.first(1)] == [[1], [[0]], [[0, 4]]]
