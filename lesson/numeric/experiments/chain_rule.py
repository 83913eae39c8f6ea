"""The network at one observation, and all that moves in it as one of its weights does."""

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

REACH, STEP = 2.0, 0.05
"""The weight moves this far to either side of its start, in steps of this length."""

POSITIONS = round(2 * REACH / STEP) + 1


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


class Factor(NamedTuple):
    """One factor of a path: values (k,), a number for each position of the weight.

    times: a whole number that stands before each value. edge: where it stands in the network. line: which of
    the seven multiplies by it. cell: what that line gives by doing so.
    """

    name: str
    values: np.ndarray
    edge: str
    line: str
    cell: str
    times: int = 1


class Cell(NamedTuple):
    """A number of the backward pass: values (k,), by name and the line that gives it."""

    name: str
    line: str
    values: np.ndarray


@dataclass(frozen=True, eq=False)
class Sweep:
    """One entry at k positions, and what moves with it, float64.

    name: the entry's. bias: whether the network has one. weights, losses, gradients (k,), these by hand.
    h, a (k, hidden) and out (k, outputs); x (inputs,),
    y (outputs,) and w2 (hidden, outputs), which is the start's. paths: one for each output reached, from the
    loss back. cells: what the seven lines give on the way. bend: the weight at which its unit's h is zero.
    """

    name: str
    weights: np.ndarray
    losses: np.ndarray
    gradients: np.ndarray
    x: np.ndarray
    h: np.ndarray
    a: np.ndarray
    w2: np.ndarray
    out: np.ndarray
    y: np.ndarray
    paths: tuple[tuple[Factor, ...], ...]
    cells: tuple[Cell, ...]
    bend: float | None
    bias: bool


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

    def by_hand_at(self, value: float) -> float:
        return self.of_params(by_hand.gradients(*self.at(value)))


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
    )


def position(moved: float) -> int:
    """The position of a weight moved by so much from its start."""
    return round((moved + REACH) / STEP)


def moved_to(position: int) -> float:
    """How far from its start a weight is at a position."""
    return round(position * STEP - REACH, 2)


def held_at(swept: Sweep, position: int) -> dict[str, float]:
    """What everything is at a position, by name: weight, units, loss, and the cells of the backward pass."""
    units = {
        f"{letter}{unit + 1}": float(value)
        for letter, values in (
            ("x", swept.x),
            ("h", swept.h[position]),
            ("a", swept.a[position]),
            ("o", swept.out[position]),
            ("y", swept.y),
        )
        for unit, value in enumerate(values)
    }
    cells = {cell.name: float(cell.values[position]) for cell in swept.cells}
    return {swept.name: float(swept.weights[position]), **units, "L": float(swept.losses[position]), **cells}


def sweep(config: Config, entry: Entry, shown: int) -> Sweep:
    """Move one entry over its whole range. Of inputs and hidden units only the first are kept, so many."""
    one = OneEntry.of(config, entry)
    weights = one.start + np.linspace(-REACH, REACH, POSITIONS)
    passes = [one.passed_at(float(weight)) for weight in weights]
    h, a, slopes, out = (
        np.stack([getattr(passed, name) for passed in passes]) for name in ("h", "a", "slopes", "out")
    )
    x, w2, y = passes[0].x, one.task.params.w2.numpy(), passes[0].y
    passed = Pass(x, h, a, slopes, w2, out, y)
    paths = tuple(path(entry, passed, output) for output in reached(entry, len(y)))
    return Sweep(
        entry.name,
        weights,
        ((out - y) ** 2).sum(1),
        np.array([one.by_hand_at(float(weight)) for weight in weights]),
        x[:shown],
        h[:, :shown],
        a[:, :shown],
        w2[:shown],
        out,
        y,
        paths,
        cells_on(paths),
        bend(one, h[0], float(weights[0]), x),
        config.bias,
    )


def reached(entry: Entry, outputs: int) -> range:
    """The outputs that an entry moves."""
    alone = entry.parameter in ("w2", "b2")
    return range(entry.column, entry.column + 1) if alone else range(outputs)


def path(entry: Entry, passed: Pass, output: int) -> tuple[Factor, ...]:
    """The factors from the loss through one output to the entry; h, a, slopes and out of k positions each."""
    unit = entry.row if entry.parameter == "w2" else entry.column
    count, o, h = len(passed.out), f"o{output + 1}", f"h{unit + 1}"
    wrong = passed.out[:, output] - passed.y[output]
    loss = Factor(f"2({o} − y{output + 1})", wrong, o, "grad_out", f"grad_out[1,{output + 1}]", 2)
    feeds = {
        "w1": (f"x{entry.row + 1}", np.full(count, passed.x[entry.row % len(passed.x)])),
        "w2": (f"a{unit + 1}", passed.a[:, unit % passed.a.shape[1]]),
    }
    name, values = feeds.get(entry.parameter, ("1", np.ones(count)))
    grad = f"grad_{entry.parameter}"
    last = Factor(name, values, entry.name, grad, f"{grad}[{entry.row + 1},{entry.column + 1}]")
    if entry.parameter in ("w2", "b2"):
        return loss, last
    between = Entry("w2", unit, output).name
    carries = np.full(count, passed.w2[unit, output])
    return (
        loss,
        Factor(between, carries, between, "grad_a", f"grad_a[1,{unit + 1}]"),
        Factor(f"φ′({h})", passed.slopes[:, unit], h, "grad_h", f"grad_h[1,{unit + 1}]"),
        last,
    )


def cells_on(paths: tuple[tuple[Factor, ...], ...]) -> tuple[Cell, ...]:
    """What the lines give on the way back: along a path multiplied so far, added over paths that meet."""
    found: dict[str, Cell] = {}
    for factors in paths:
        so_far = np.ones(len(factors[0].values))
        for factor in factors:
            so_far = so_far * factor.times * factor.values
            before = found[factor.cell].values if factor.cell in found else 0.0
            found[factor.cell] = Cell(factor.cell, factor.line, before + so_far)
    return tuple(found.values())


def bend(one: OneEntry, h: np.ndarray, weight: float, x: np.ndarray) -> float | None:
    """The weight at which the entry's unit changes sides, if that is in reach; h: at this weight."""
    parameter, row, column = one.entry
    if parameter in ("w2", "b2"):
        return None
    feeds = float(x[row]) if parameter == "w1" else 1.0
    kink = weight - h[column] / feeds if feeds else np.inf
    return float(kink) if abs(kink - one.start) <= REACH else None
