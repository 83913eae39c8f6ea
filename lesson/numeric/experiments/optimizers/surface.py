"""The loss over two chosen weights, all others held, and the paths that optimizers take down it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from lesson.numeric import by_hand
from lesson.numeric.config import Config
from lesson.numeric.flat import flatten, unflatten
from lesson.numeric.from_config import task_of
from lesson.numeric.network import Task, forward, loss
from lesson.numeric.optimizers import BY_HAND, Optimizer

REACH = 3.0
"""The surface reaches this far from the start, in each direction."""

GRID = 31
STEPS = 60
MOST_WORK = 2 * 10**8
"""Multiplications for the whole surface; a larger network gets fewer observations."""

NUMBERS_AT_ONCE = 2**20


@dataclass(frozen=True, eq=False)
class Surface:
    """across, up (GRID,): values of the two weights. losses (GRID, GRID): a row for each value of up.

    paths: for each optimizer (k, 2), from the start on, until it leaves the surface. rows: how many
    observations the loss is the sum of.
    """

    across: np.ndarray
    up: np.ndarray
    losses: np.ndarray
    paths: Mapping[str, np.ndarray]
    rows: int

    @property
    def last_step(self) -> int:
        """The last step at which one of the paths is still on the surface."""
        return max(map(len, self.paths.values())) - 1

    @property
    def left(self) -> list[str]:
        """The optimizers that left the surface before their last step."""
        return [name for name, path in self.paths.items() if len(path) <= STEPS]


def surface(config: Config, across: int, up: int, rates: Mapping[str, float]) -> Surface:
    """The losses around the configured start, and the path of each optimizer at its learning rate, float64.

    across and up: indices of two entries in the flat vector of weights. Raises ValueError where both are one.
    """
    if across == up:
        raise ValueError("a surface needs two different weights")
    task = affordable(config)
    start, chosen = flatten(task.params), torch.tensor([across, up])
    axes = [torch.linspace(-REACH, REACH, GRID, dtype=torch.float64) + start[index] for index in chosen]
    losses = losses_at(torch.cartesian_prod(*axes), chosen, task)
    return Surface(
        axes[0].numpy(),
        axes[1].numpy(),
        losses.view(GRID, GRID).T.numpy(),
        {name: path(BY_HAND[name](rate), chosen, task) for name, rate in rates.items()},
        len(task.x),
    )


def affordable(config: Config) -> Task:
    """The configured start, float64, with as many observations as MOST_WORK allows, at least one."""
    batch, inputs, hidden, outputs = config.sizes
    rows = int(np.clip(MOST_WORK // (GRID**2 * hidden * (inputs + outputs)), 1, batch))
    task = task_of(config, torch.float64)
    return task._replace(x=task.x[:rows], y=task.y[:rows])


def losses_at(pairs: Tensor, chosen: Tensor, task: Task) -> Tensor:
    """The losses (k,) with each of the pairs (k, 2) for the two chosen entries of the flat vector."""
    x, y, params, activation = task
    start = flatten(params)

    def loss_at(pair: Tensor) -> Tensor:
        return loss(forward(x, unflatten(start.index_copy(0, chosen, pair), params), activation).out, y)

    at_once = max(1, NUMBERS_AT_ONCE // (len(start) + len(x) * params.w1.shape[1]))
    return torch.vmap(loss_at, chunk_size=at_once)(pairs)


def path(optimizer: Optimizer, chosen: Tensor, task: Task) -> np.ndarray:
    """Where an optimizer takes the two chosen entries of the flat vector, all others held: (k, 2)."""
    weights = flatten(task.params)
    first = weights[chosen]
    pair, points = first.clone(), [first]
    for _ in range(STEPS):
        gradient = flatten(by_hand.gradients(*task._replace(params=unflatten(weights, task.params))))
        optimizer.step(pair, gradient[chosen])
        if not ((pair - first).abs() <= REACH).all():
            break
        points.append(pair.clone())
        weights[chosen] = pair
    return torch.stack(points).numpy()
