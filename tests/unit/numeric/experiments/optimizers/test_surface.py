"""The loss surface is the network's loss, and the paths on it are descents."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lesson.numeric.config import OPTIMIZERS, Config, Entry
from lesson.numeric.data import Normal
from lesson.numeric.experiments.optimizers import RATES
from lesson.numeric.experiments.optimizers.surface import GRID, REACH, STEPS, surface
from lesson.numeric.flat import flatten, unflatten
from lesson.numeric.from_config import activation_of, start_of, tensors_of
from lesson.numeric.network import forward, loss


@settings(max_examples=25)
@given(st.integers(1, 4), st.integers(1, 4), st.booleans(), st.data())
def test_the_surface_is_the_loss_of_the_network(
    hidden: int, outputs: int, bias: bool, data: st.DataObject
) -> None:
    config = Config(Normal(5, 2, outputs), hidden=hidden, bias=bias)
    like = start_of(config, torch.float64)
    weights = flatten(like)
    indices = data.draw(st.lists(st.integers(0, len(weights) - 1), min_size=2, max_size=2, unique=True))
    drawn = surface(config, indices[0], indices[1], RATES)
    i, j = data.draw(st.tuples(*[st.integers(0, GRID - 1)] * 2))
    weights[indices[0]], weights[indices[1]] = drawn.across[i], drawn.up[j]
    x, y = tensors_of(config.source.load(), torch.float64)
    expected = loss(forward(x, unflatten(weights, like), activation_of(config)).out, y)
    assert drawn.losses[j, i] == pytest.approx(float(expected), rel=1e-12)


def test_paths_start_together_and_stay_on_the_surface() -> None:
    config = Config()
    drawn = surface(config, config.index(Entry("w1", 0, 0)), config.index(Entry("w2", 0, 0)), RATES)
    start = drawn.across[GRID // 2], drawn.up[GRID // 2]
    for name in OPTIMIZERS:
        path = drawn.paths[name]
        assert path[0] == pytest.approx(start)
        assert (np.abs(path - start) <= REACH).all()
        assert (len(path) == STEPS + 1) == (name not in drawn.left)
    assert "momentum" in surface(Config(), 0, 8, {**RATES, "momentum": 3e-3}).left


def test_a_surface_needs_two_weights() -> None:
    with pytest.raises(ValueError, match="two different"):
        surface(Config(), 3, 3, RATES)


def test_a_large_network_is_bounded() -> None:
    config = Config(Normal(8192, 256, 32), hidden=1024)
    assert surface(config, 0, 1, RATES).rows == 1
