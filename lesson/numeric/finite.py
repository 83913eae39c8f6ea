"""The third witness: central finite differences, which know nothing of any derivative rule."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from lesson.numeric.compare import Comparison, compare
from lesson.numeric.config import Config
from lesson.numeric.flat import flatten, unflatten
from lesson.numeric.from_config import task_of
from lesson.numeric.network import Activation, Params, affine, forward, loss
from lesson.numeric.rounding import allowance, gamma

STEP = 2.0**-13
NUMBERS_AT_ONCE = 2**20


class FiniteDifferences(NamedTuple):
    """gradients float64; crossed: whether the two steps saw a unit on different sides of its kink;
    error: what rounding in the loss can have done to each quotient."""

    gradients: Params
    crossed: Params
    error: Params


def finite_differences(x: Tensor, y: Tensor, params: Params, activation: Activation) -> FiniteDifferences:
    """(L(p + step) - L(p - step)) / 2 step for every entry p, in float64 whatever the arguments are.

    Between two kinks the loss is a quadratic polynomial in any single entry, for which the central
    quotient is exact: only rounding is left, so that the step need not be small (compare
    Nocedal and Wright, Numerical Optimization, 2nd ed., section 8.1). One forward pass per entry
    and side: meant for small networks and for tests.
    """
    x, y = x.double(), y.double()
    double = params.map(Tensor.double)
    flat = flatten(double)
    # The step grows with the entry, so that what is added is not lost in it.
    steps = STEP * torch.exp2(flat.abs().clamp(min=1.0).log2().ceil())
    at_once = max(1, NUMBERS_AT_ONCE // (len(x) * params.w1.shape[1]))

    def probe(weights: Tensor) -> tuple[Tensor, Tensor]:
        trace = forward(x, unflatten(weights, double), activation)
        return loss(trace.out, y), trace.h > 0

    quotients, crossings = [], []
    for rows in torch.diag(steps).split(at_once):
        up, down = flat + rows, flat - rows
        (loss_up, side_up), (loss_down, side_down) = (torch.vmap(probe)(p) for p in (up, down))
        quotients.append((loss_up - loss_down) / (up - down).sum(1))
        crossings.append((side_up != side_down).flatten(1).any(1))

    size = unflatten(flat.abs() + steps, double)
    largest_a = affine(x.abs(), size.w1, size.b1)
    largest = (affine(largest_a, size.w2, size.b2) + y.abs()).square().sum()
    # Both layers' inner products, the residual and its square, and the sum of them all.
    n = sum(params.w1.shape) + 2 * y.numel() + 8
    error = gamma(n, torch.float64) * largest / steps
    return FiniteDifferences(
        *(unflatten(t, double) for t in (torch.cat(quotients), torch.cat(crossings), error))
    )


MOST_WORK = 2 * 10**8
"""Multiplications of the forward passes, two for each entry: more would make a learner wait."""


def third_witness(config: Config, weights: np.ndarray, gradients: np.ndarray) -> dict[str, Comparison]:
    """Recorded gradients (n,) beside the finite differences at their weights (n,), by parameter.

    Empty where that would take more than MOST_WORK, and where the loss is beyond float64.
    """
    rows, inputs, hidden, outputs = config.sizes
    if 2 * len(weights) * rows * hidden * (inputs + outputs) > MOST_WORK:
        return {}
    start = task_of(config, torch.float64)
    task = start._replace(params=unflatten(torch.from_numpy(weights).double(), start.params))
    found = finite_differences(*task)
    if not torch.isfinite(flatten(found.gradients)).all():
        return {}
    dtype = torch.from_numpy(gradients).dtype
    rounding = flatten(allowance(*task, (dtype, torch.float64)).rounding)
    # Where the two steps saw different sides of a kink, any quotient in between is explained.
    kink = torch.where(flatten(found.crossed), torch.inf, 0.0)
    arrays = (
        gradients[None],
        *(t.numpy()[None] for t in (flatten(found.gradients), rounding + flatten(found.error), kink)),
    )
    return {name: compare(*(a[:, columns] for a in arrays)) for name, columns in config.slices.items()}
