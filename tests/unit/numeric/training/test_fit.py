"""The curves drawn through data are what the weights predict."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lesson.numeric.config import Config
from lesson.numeric.data import Sine
from lesson.numeric.training import train
from lesson.numeric.training.fit import fitted, silent_units


def test_the_fit_of_a_sine() -> None:
    config = Config(source=Sine(64), hidden=8, steps=300, learning_rate=1e-4)
    history = train(config)
    fit = fitted(history, -1)
    np.testing.assert_allclose(fit.by_hand, fit.autograd)
    nearest = np.abs(fit.grid[:, None] - fit.x).argmin(0)
    loss = float(((fit.by_hand[nearest] - fit.y) ** 2).sum())
    assert loss == pytest.approx(history.loss["by_hand"][-1], rel=0.1)


def test_each_lanes_curve_is_its_own_at_the_row_asked_for() -> None:
    """One unit, w1 = 2, b1 = 1, b2 = 5: by hand w2 = 3, by autograd -3; at another row all is zero."""
    config = Config(source=Sine(8), hidden=1, steps=2, activation="leaky_relu", slope=0.5)
    weights = {
        "by_hand": np.array([[2, 1, 3, 5], [0, 0, 0, 0]], np.float32),
        "autograd": np.array([[2, 1, -3, 5], [0, 0, 0, 0]], np.float32),
    }
    history = replace(train(config), weights=weights)  # type: ignore[arg-type]
    fit, data = fitted(history, 0), config.source.load()
    assert (fit.input, fit.output) == ("x", "y")
    np.testing.assert_array_equal(fit.x, data.x[:, 0])
    np.testing.assert_array_equal(fit.y, data.y[:, 0])
    assert len(fit.grid) == 200
    assert (fit.grid[0], fit.grid[-1]) == (fit.x.min(), fit.x.max())
    h = 2 * fit.grid + 1
    a = np.where(h > 0, h, h / 2)
    np.testing.assert_allclose(fit.by_hand, 3 * a + 5)
    np.testing.assert_allclose(fit.autograd, -3 * a + 5)
    assert not fitted(history, 1).by_hand.any()


def test_silent_units_are_counted_from_one() -> None:
    """Without bias: the second and the third are zero everywhere, the others fire somewhere."""
    config = Config(Sine(8), hidden=4, bias=False)
    weights = np.array([1, 0, 0, -1, 1, 1, 1, 1], np.float32)
    assert config.source.load().x.min() < 0 < config.source.load().x.max()
    assert silent_units(config, weights) == (2, 3)
    assert silent_units(config, weights - weights) == (1, 2, 3, 4)
    assert silent_units(config, np.ones(8, np.float32)) == ()
