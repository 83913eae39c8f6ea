"""The third witness: central finite differences, which know nothing of any derivative rule."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from lesson.numeric.compare import Comparison, compare
from lesson.numeric.config import Config
from lesson.numeric.descent import activation_of, start_of
from lesson.numeric.flat import flatten, unflatten
from lesson.numeric.network import Activation, Params, affine, forward, loss
from lesson.numeric.rounding import allowance, gamma, roundings

STEP = 2.0**-13
ENTRIES_AT_ONCE = 256


class FiniteDifferences(NamedTuple):
    """gradients float64; crossed: whether the two steps saw a unit on different sides of its kink;
    error: what rounding in the loss can have done to each quotient."""

    gradients: Params
    crossed: Params
    error: Params


def finite_differences(
    x: Tensor, y: Tensor, params: Params, activation: Activation, step: float = STEP
) -> FiniteDifferences:
    """(L(p + step) - L(p - step)) / 2 step for every entry p, in float64 whatever the arguments are.

    Between two kinks the loss is a quadratic polynomial in any single entry, for which the central
    quotient is exact: only rounding is left, so that the step need not be small (compare
    Nocedal and Wright, Numerical Optimization, 2nd ed., section 8.1). One forward pass per entry
    and side: meant for small networks and for tests.
    """
    x, y = x.double(), y.double()
    double = params.map(Tensor.double)
    flat = flatten(double)

    def probe(weights: Tensor) -> tuple[Tensor, Tensor]:
        trace = forward(x, unflatten(weights, double), activation)
        return loss(trace.out, y), trace.h > 0

    quotients, crossings = [], []
    for rows in torch.eye(len(flat), dtype=torch.float64).split(ENTRIES_AT_ONCE):
        up, down = flat + step * rows, flat - step * rows
        (loss_up, side_up), (loss_down, side_down) = (torch.vmap(probe)(p) for p in (up, down))
        quotients.append((loss_up - loss_down) / (up - down).sum(1))
        crossings.append((side_up != side_down).flatten(1).any(1))

    size = double.map(lambda p: p.abs() + step)
    largest_a = affine(x.abs(), size.w1, size.b1)
    largest = (affine(largest_a, size.w2, size.b2) + y.abs()).square().sum()
    n = 2 * roundings(*x.shape, *params.w2.shape)
    error = torch.full_like(flat, float(gamma(n, torch.float64) * largest / step))
    return FiniteDifferences(
        *(unflatten(t, double) for t in (torch.cat(quotients), torch.cat(crossings), error))
    )


MOST_ENTRIES = 512
"""Two forward passes an entry: a larger network would make a learner wait."""


def third_witness(config: Config, weights: np.ndarray, gradients: np.ndarray) -> dict[str, Comparison]:
    """Recorded gradients (n,) beside the finite differences at their weights (n,), by parameter.

    Empty for networks of more than MOST_ENTRIES parameters.
    """
    if len(weights) > MOST_ENTRIES:
        return {}
    data = config.source.load()
    x, y = torch.from_numpy(data.x).double(), torch.from_numpy(data.y).double()
    params = unflatten(torch.from_numpy(weights).double(), start_of(config, torch.float64))
    activation = activation_of(config)
    found = finite_differences(x, y, params, activation)
    dtype = torch.from_numpy(gradients).dtype
    rounding = flatten(allowance(x, y, params, activation, (dtype, torch.float64)).rounding)
    # Where the two steps saw different sides of a kink, any quotient in between is explained.
    kink = torch.where(flatten(found.crossed), torch.inf, 0.0)
    arrays = (
        gradients[None],
        *(t.numpy()[None] for t in (flatten(found.gradients), rounding + flatten(found.error), kink)),
    )
    return {name: compare(*(a[:, columns] for a in arrays)) for name, columns in config.entries.items()}
