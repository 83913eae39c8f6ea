"""One observation, one weight: the network caught in the act, and its loss as that weight moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from lesson.numeric import autograd, by_hand
from lesson.numeric.config import Config
from lesson.numeric.finite import STEP
from lesson.numeric.from_config import activation_of, start_of
from lesson.numeric.network import Params, forward, loss

CURVE_POINTS = 61
REACH = 2.0
"""The curve shows the weight this far to either side of its start."""


@dataclass(frozen=True, eq=False)
class Moment:
    """A network of float64 at one observation, with one entry of one parameter singled out.

    x (inputs,), h, a and slopes = phi'(h) (hidden,), out and y (outputs,), w2 (hidden, outputs);
    value is the entry's, slope the activation's for h <= 0. by_hand, autograd and finite are the loss's
    derivative by the entry. grid and losses (k,) are the curve of the loss against the entry.
    """

    x: np.ndarray
    h: np.ndarray
    a: np.ndarray
    slopes: np.ndarray
    out: np.ndarray
    y: np.ndarray
    w2: np.ndarray
    value: float
    start: float
    slope: float
    loss: float
    by_hand: float
    autograd: float
    finite: float
    kink_in_reach: bool
    grid: np.ndarray
    losses: np.ndarray


def moment(config: Config, parameter: str, row: int, column: int, moved: float = 0.0) -> Moment:
    """The first observation of the data, the start of the network, one entry moved by so much."""
    data = config.source.load()
    x, y = (torch.from_numpy(array[:1]).double() for array in (data.x, data.y))
    activation = activation_of(config)
    params = start_of(config, torch.float64).map(Tensor.clone)
    entry = getattr(params, parameter)
    start = float(entry[row, column])

    def with_entry(value: float) -> Params:
        changed = entry.clone()
        changed[row, column] = value
        return params._replace(**{parameter: changed})

    def loss_at(value: float) -> float:
        return float(loss(forward(x, with_entry(value), activation).out, y))

    value = start + moved
    present = with_entry(value)
    trace = forward(x, present, activation)
    up, down = value + STEP, value - STEP
    sides = [forward(x, with_entry(at), activation).h > 0 for at in (up, down)]
    grid = np.linspace(start - REACH, start + REACH, CURVE_POINTS)
    return Moment(
        x=x[0].numpy(),
        h=trace.h[0].numpy(),
        a=trace.a[0].numpy(),
        slopes=activation.derivative(trace.h)[0].numpy(),
        out=trace.out[0].numpy(),
        y=y[0].numpy(),
        w2=present.w2.numpy(),
        value=value,
        start=start,
        slope=activation.slope,
        loss=loss_at(value),
        by_hand=float(getattr(by_hand.gradients(x, y, present, activation), parameter)[row, column]),
        autograd=float(getattr(autograd.gradients(x, y, present, activation), parameter)[row, column]),
        finite=(loss_at(up) - loss_at(down)) / (up - down),
        kink_in_reach=not torch.equal(*sides),
        grid=grid,
        losses=np.array([loss_at(float(at)) for at in grid]),
    )
