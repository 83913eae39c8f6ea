"""What those who judge a gradient say of one of its cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from lesson.numeric import autograd, by_hand
from lesson.numeric.config import Config, Entry
from lesson.numeric.experiments.one_step.values import task_at
from lesson.numeric.finite import NUDGE, quotients
from lesson.numeric.flat import flatten, unflatten
from lesson.numeric.network import Task, forward, loss


@dataclass(frozen=True)
class Testimony:
    """shapes: of the gradient and of its parameter. losses: before, and after this entry alone has moved down
    its gradient by the learning rate, float64. finite: the central quotient, float64, and whether a kink
    lies between its ends. by_hand and autograd: the cell of both gradients, in the training's dtype.
    """

    shapes: tuple[tuple[int, ...], tuple[int, ...]]
    losses: tuple[float, float]
    finite: float
    kink: bool
    by_hand: float
    autograd: float


def testify(config: Config, weights: np.ndarray, entry: Entry) -> Testimony:
    """Ask all at these weights (n,) about the gradient of one entry."""
    task = task_at(config, weights)
    gradients = by_hand.gradients(*task), autograd.gradients(*task)
    ours, torchs = (getattr(gradient, entry.parameter) for gradient in gradients)
    cell = float(ours[entry.row, entry.column])
    double = Task(task.x.double(), task.y.double(), task.params.map(torch.Tensor.double), task.activation)
    finite, kink = quotient(double, config.index(entry))
    return Testimony(
        (tuple(ours.shape), tuple(getattr(task.params, entry.parameter).shape)),
        (
            loss_moved(double, config.index(entry), 0.0),
            loss_moved(double, config.index(entry), -config.learning_rate * cell),
        ),
        finite,
        kink,
        cell,
        float(torchs[entry.row, entry.column]),
    )


def loss_moved(task: Task, index: int, by: float) -> float:
    """The loss where one entry of the flat weights has moved by so much."""
    flat = flatten(task.params).clone()
    flat[index] += by
    return float(loss(forward(task.x, unflatten(flat, task.params), task.activation).out, task.y))


def quotient(task: Task, index: int) -> tuple[float, bool]:
    """The central difference quotient of one entry, and whether a unit changed its side of the kink."""
    flat = flatten(task.params)
    move = torch.zeros(1, len(flat), dtype=flat.dtype)
    move[0, index] = NUDGE * max(1.0, float(flat[index].abs()))
    value, crossed = quotients(task, flat, move)
    return float(value), bool(crossed)
