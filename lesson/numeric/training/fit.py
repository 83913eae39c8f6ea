"""What the trained weights do with the data: the fitted curve, and the units that never fire."""

from __future__ import annotations

import numpy as np
import torch

from lesson.numeric.config import Config, LaneName
from lesson.numeric.flat import unflatten
from lesson.numeric.from_config import activation_of, start_of, tensors_of
from lesson.numeric.network import forward
from lesson.numeric.training import History
from lesson.numeric.training.curves import Fit

GRID = 200


def fitted(history: History, row: int) -> Fit:
    """The curves at a recorded row of a history whose data has one input and one output."""
    config = history.config
    data = config.source.load()
    grid = np.linspace(data.x.min(), data.x.max(), GRID, dtype=np.float64)

    def predicted(name: LaneName) -> np.ndarray:
        weights = torch.from_numpy(history.weights[name][row]).double()
        params = unflatten(weights, start_of(config, torch.float64))
        out = forward(torch.from_numpy(grid[:, None]), params, activation_of(config)).out
        return out[:, 0].numpy()

    x, y = data.x[:, 0], data.y[:, 0]
    return Fit(data.inputs[0], data.outputs[0], x, y, grid, predicted("by_hand"), predicted("autograd"))


def silent_units(config: Config, weights: np.ndarray) -> tuple[int, ...]:
    """The hidden units, from 1, that fire at no observation at these flat weights (n,): all their h <= 0."""
    row = torch.from_numpy(weights)
    x, _ = tensors_of(config.source.load(), row.dtype)
    h = forward(x, unflatten(row, start_of(config, row.dtype)), activation_of(config)).h
    return tuple(unit + 1 for unit in torch.nonzero((h <= 0).all(0)).flatten().tolist())
