"""The curves drawn through data are what the weights predict."""

from __future__ import annotations

import numpy as np
import pytest

from lesson.numeric.config import Config
from lesson.numeric.data import Sine
from lesson.numeric.training import train
from lesson.numeric.training.fit import fitted


def test_the_fit_of_a_sine() -> None:
    config = Config(source=Sine(64), hidden=8, steps=300, learning_rate=1e-4)
    history = train(config)
    fit = fitted(history, -1)
    np.testing.assert_allclose(fit.by_hand, fit.autograd)
    nearest = np.abs(fit.grid[:, None] - fit.x).argmin(0)
    loss = float(((fit.by_hand[nearest] - fit.y) ** 2).sum())
    assert loss == pytest.approx(history.loss["by_hand"][-1], rel=0.1)
