"""The third witness: central finite differences, which know nothing of any derivative rule."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from lesson.numeric.compare import Comparison
from lesson.numeric.config import Config
from lesson.numeric.flat import flatten, unflatten
from lesson.numeric.from_config import task_of
from lesson.numeric.network import Activation, Params, Task, affine, forward, loss
from lesson.numeric.rounding import allowance, compared, gamma

NUDGE = 2.0**-13
"""How far an entry of size 1 or less is moved to either side."""

NUMBERS_AT_ONCE = 2**20


class FiniteDifferences(NamedTuple):
    """gradients float64; crossed: whether a unit was on different sides of its kink at the two ends;
    error: how far rounding in the loss can have moved each quotient."""

    gradients: Params
    crossed: Params
    error: Params

    def compare(self, task: Task, gradients: Params) -> dict[str, Comparison]:
        """Compare them with gradients of any dtype at the weights of a float64 task, by parameter."""
        rounding = allowance(*task, (gradients.w1.dtype, torch.float64)).rounding
        off = unflatten(flatten(rounding) + flatten(self.error), rounding)
        # Where the two ends lie on different sides of a kink, any quotient in between is explained.
        kink = self.crossed.map(lambda crossed: torch.where(crossed, torch.inf, 0.0))
        return compared(gradients, self.gradients, off, kink)


def finite_differences(x: Tensor, y: Tensor, params: Params, activation: Activation) -> FiniteDifferences:
    """(L(p + nudge) - L(p - nudge)) / 2 nudge for every entry p, in float64 whatever the arguments are.

    Between two kinks the loss is a quadratic polynomial in any single entry, for which the central
    quotient is exact: only rounding is left, so that the nudge need not be small (compare
    Nocedal and Wright, Numerical Optimization, 2nd ed., section 8.1). One forward pass per entry
    and side: meant for small networks and for tests.
    """
    task = Task(x.double(), y.double(), params.map(Tensor.double), activation)
    weights = flatten(task.params)
    # The nudge grows with the entry, so that what is added is not lost in it.
    nudges = NUDGE * torch.exp2(weights.abs().clamp(min=1.0).log2().ceil())
    at_once = max(1, NUMBERS_AT_ONCE // (len(x) * params.w1.shape[1]))
    parts = [quotients(task, weights, moves) for moves in torch.diag(nudges).split(at_once)]
    gradients, crossed = (torch.cat(part) for part in zip(*parts, strict=True))
    error = loss_error(task, unflatten(weights.abs() + nudges, task.params)) / nudges
    return FiniteDifferences(*(unflatten(vector, task.params) for vector in (gradients, crossed, error)))


def quotients(task: Task, weights: Tensor, moves: Tensor) -> tuple[Tensor, Tensor]:
    """The central quotient at weights (n,) along each of the moves (k, n), and whether a unit changed its
    side of the kink, (k,) each."""

    def loss_and_side(moved: Tensor) -> tuple[Tensor, Tensor]:
        trace = forward(task.x, unflatten(moved, task.params), task.activation)
        return loss(trace.out, task.y), trace.h > 0

    up, down = weights + moves, weights - moves
    (loss_up, side_up), (loss_down, side_down) = map(torch.vmap(loss_and_side), (up, down))
    return (loss_up - loss_down) / (up - down).sum(1), (side_up != side_down).flatten(1).any(1)


def loss_error(task: Task, size: Params) -> Tensor:
    """How far rounding can move the loss while no parameter is larger than size, a scalar."""
    a = affine(task.x.abs(), size.w1, size.b1)
    largest = (affine(a, size.w2, size.b2) + task.y.abs()).square().sum()
    # Both layers' inner products, the residual and its square, and the sum of them all.
    return gamma(sum(size.w1.shape) + 2 * task.y.numel() + 8, torch.float64) * largest


MOST_WORK = 2 * 10**8
"""Multiplications of the forward passes, two for each entry: more would make a learner wait."""


def third_witness(config: Config, weights: np.ndarray, gradients: np.ndarray) -> dict[str, Comparison]:
    """Compare recorded gradients (n,) with the finite differences at their weights (n,), by parameter.

    Empty where that would take more than MOST_WORK, and where the loss is beyond float64.
    """
    rows, inputs, hidden, outputs = config.sizes
    if 2 * len(weights) * rows * hidden * (inputs + outputs) > MOST_WORK:
        return {}
    start = task_of(config, torch.float64)
    task = start._replace(params=unflatten(torch.from_numpy(weights).double(), start.params))
    differences = finite_differences(*task)
    if not torch.isfinite(flatten(differences.gradients)).all():
        return {}
    return differences.compare(task, unflatten(torch.from_numpy(gradients), start.params))
