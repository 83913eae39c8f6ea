"""The network at one observation, and its loss as one of its weights moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch

from lesson.numeric import autograd, by_hand
from lesson.numeric.config import Config, Entry
from lesson.numeric.finite import NUDGE
from lesson.numeric.from_config import task_of
from lesson.numeric.network import Params, Task, Trace, forward, loss

CURVE_POINTS = 61
REACH = 2.0
"""The curve shows the weight this far to either side of its start."""


class Pass(NamedTuple):
    """One observation on its way: x (inputs,), h, a and slopes = phi'(h) (hidden,), w2 (hidden, outputs),
    out and y (outputs,)."""

    x: np.ndarray
    h: np.ndarray
    a: np.ndarray
    slopes: np.ndarray
    w2: np.ndarray
    out: np.ndarray
    y: np.ndarray


class Derivative(NamedTuple):
    """The loss's derivative by the entry, from three sources; kink_in_reach: whether a unit was on different
    sides of its kink at the two ends of the finite difference."""

    by_hand: float
    autograd: float
    finite: float
    kink_in_reach: bool


class Curve(NamedTuple):
    """The loss against the entry: at weights (k,) losses (k,)."""

    weights: np.ndarray
    losses: np.ndarray


@dataclass(frozen=True, eq=False)
class Moment:
    """The network at one observation, float64, with one entry of one parameter singled out.

    value is the entry's, slope the activation's for h <= 0.
    """

    value: float
    slope: float
    loss: float
    passed: Pass
    derivative: Derivative
    curve: Curve


@dataclass(frozen=True, eq=False)
class OneEntry:
    """The first observation of the data, the start of the network, and one entry that moves."""

    task: Task
    entry: Entry

    @classmethod
    def of(cls, config: Config, entry: Entry) -> OneEntry:
        """The entry at the configured start, float64."""
        task = task_of(config, torch.float64)
        return cls(task._replace(x=task.x[:1], y=task.y[:1]), entry)

    @property
    def start(self) -> float:
        return self.of_params(self.task.params)

    def of_params(self, params: Params) -> float:
        """The entry of these parameters, or of gradients."""
        return float(getattr(params, self.entry.parameter)[self.entry.row, self.entry.column])

    def at(self, value: float) -> Task:
        """The task with this value for the entry."""
        changed = getattr(self.task.params, self.entry.parameter).clone()
        changed[self.entry.row, self.entry.column] = value
        return self.task._replace(params=self.task.params._replace(**{self.entry.parameter: changed}))

    def trace_at(self, value: float) -> Trace:
        x, _, params, activation = self.at(value)
        return forward(x, params, activation)

    def loss_at(self, value: float) -> float:
        return float(loss(self.trace_at(value).out, self.task.y))

    def passed_at(self, value: float) -> Pass:
        x, y, params, activation = self.at(value)
        h, a, out = self.trace_at(value)
        rows = (x[0], h[0], a[0], activation.derivative(h)[0], params.w2, out[0], y[0])
        return Pass(*(tensor.numpy() for tensor in rows))

    def derivative_at(self, value: float) -> Derivative:
        task = self.at(value)
        up, down = value + NUDGE, value - NUDGE
        sides = [self.trace_at(side).h > 0 for side in (up, down)]
        return Derivative(
            self.of_params(by_hand.gradients(*task)),
            self.of_params(autograd.gradients(*task)),
            (self.loss_at(up) - self.loss_at(down)) / (up - down),
            not torch.equal(*sides),
        )

    def curve(self) -> Curve:
        weights = np.linspace(self.start - REACH, self.start + REACH, CURVE_POINTS)
        return Curve(weights, np.array([self.loss_at(float(weight)) for weight in weights]))


def moment(config: Config, entry: Entry, moved: float = 0.0) -> Moment:
    """Move one entry of the start by so much, and look at everything that it moves."""
    one = OneEntry.of(config, entry)
    value = one.start + moved
    return Moment(
        value,
        one.task.activation.slope,
        one.loss_at(value),
        one.passed_at(value),
        one.derivative_at(value),
        one.curve(),
    )
