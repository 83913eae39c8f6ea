"""A configuration as tensors: the same numbers in every lane, in the shapes that it names."""

from __future__ import annotations

import pytest
import torch

from lesson.numeric.config import Config
from lesson.numeric.data import Normal
from lesson.numeric.flat import flatten
from lesson.numeric.from_config import activation_of, start_of, task_of, tensors_of
from lesson.numeric.network import Activation

SINGLE, DOUBLE = torch.float32, torch.float64


@pytest.mark.parametrize("bias", [True, False])
def test_a_training_starts_from_the_same_numbers_in_every_lane(bias: bool) -> None:
    config = Config(Normal(5, 4, 3), hidden=2, bias=bias, seed=7)
    single, double = (start_of(config, dtype) for dtype in (SINGLE, DOUBLE))
    shapes = {name: tuple(p.shape) for name, p in double._asdict().items() if p is not None}
    assert shapes == config.shapes
    assert torch.equal(flatten(single).double(), flatten(double))
    assert not torch.equal(flatten(start_of(Config(Normal(5, 4, 3), bias=bias), DOUBLE)), flatten(double))


def test_the_data_are_the_same_numbers_in_every_lane() -> None:
    data = Normal(5, 4, 3).load()
    for single, double, array in zip(
        tensors_of(data, SINGLE), tensors_of(data, DOUBLE), (data.x, data.y), strict=True
    ):
        assert torch.equal(single.double(), double)
        assert torch.equal(single, torch.from_numpy(array))


def test_the_activation_is_the_configured_one() -> None:
    assert activation_of(Config(slope=0.3)) == Activation.relu()
    assert activation_of(Config(activation="leaky_relu", slope=0.3)) == Activation.leaky_relu(0.3)


def test_a_task_is_the_data_the_start_and_the_activation() -> None:
    config = Config(Normal(5, 4, 3), hidden=2, seed=7, activation="leaky_relu", slope=0.3)
    x, y, params, activation = task_of(config, DOUBLE)
    for found, expected in zip((x, y), tensors_of(config.source.load(), DOUBLE), strict=True):
        assert torch.equal(found, expected)
    assert torch.equal(flatten(params), flatten(start_of(config, DOUBLE)))
    assert activation == activation_of(config)
