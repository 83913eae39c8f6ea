"""Each step follows the gradient that was recorded with it."""

from __future__ import annotations

import numpy as np
import torch

from lesson.numeric import by_hand
from lesson.numeric.config import LANES, Config
from lesson.numeric.flat import flatten, unflatten
from lesson.numeric.from_config import activation_of, start_of
from lesson.numeric.training import train

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
