"""The error signal on its way back through the network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from lesson.numeric.config import Config
from lesson.numeric.corners import Look, look_at
from lesson.numeric.experiments.one_step.lines import operations
from lesson.numeric.experiments.one_step.values import dimensions_of, matrices
from lesson.numeric.from_config import task_of
from lesson.numeric.network import Activation, Params, affine, loss
from lesson.numeric.operands import Cell, product_of_rows

ROWS = 4
"""Observations shown."""

DOTS = 80
"""Pre-activations drawn."""

PIECE = 1024
"""Observations that pass at once."""


class Rows(NamedTuple):
    """The first ROWS observations: x (ROWS, inputs), h, a, grad_a, grad_h (ROWS, hidden) and
    grad_out (ROWS, outputs)."""

    x: np.ndarray
    h: np.ndarray
    a: np.ndarray
    grad_out: np.ndarray
    grad_a: np.ndarray
    grad_h: np.ndarray


class Units(NamedTuple):
    """The pre-activations of the whole batch: how many there are, how many are exactly zero, and at most
    DOTS of them, evenly picked."""

    number: int
    zeros: int
    some: np.ndarray


@dataclass(frozen=True, eq=False)
class Signals:
    """The error signal at the start of a training, float64; w2 (hidden, outputs)."""

    rows: Rows
    units: Units
    w2: np.ndarray


class Passed(NamedTuple):
    """The tensors of one pass there and back: x, h, a, grad_out, grad_a, grad_h, a row per observation."""

    x: Tensor
    h: Tensor
    a: Tensor
    grad_out: Tensor
    grad_a: Tensor
    grad_h: Tensor


def passed(x: Tensor, y: Tensor, params: Params, activation: Activation) -> Passed:
    """One pass there and, by autograd, back."""
    w1, b1, w2, b2 = params
    h = affine(x, w1, b1).requires_grad_()
    a = activation(h)
    out = affine(a, w2, b2)
    back = torch.autograd.grad(loss(out, y), (out, a, h))
    return Passed(x, h.detach(), a.detach(), *back)


def signals(config: Config) -> Signals:
    """The error signal at the configured start, by autograd."""
    x, y, params, activation = task_of(config, torch.float64)
    first = passed(x[:ROWS], y[:ROWS], params, activation)
    # Piece by piece: all pre-activations of the largest network at once would take 64 MiB.
    zeros = sum(int((affine(piece, params.w1, params.b1) == 0).sum()) for piece in x.split(PIECE))
    return Signals(
        Rows(**{name: tensor.numpy() for name, tensor in first._asdict().items()}),
        Units(len(x) * config.hidden, zeros, some_units(x, params, config.hidden)),
        params.w2.numpy(),
    )


MISTAKEN = product_of_rows("mistaken", "grad_out", "grad_w2")
"""With grad_w2.T in the place of w2.T; its shape is right."""


def at_start(config: Config) -> dict[str, np.ndarray]:
    """Every tensor of the first step of a training, float32."""
    return matrices(task_of(config, torch.float32))


def linked(config: Config, cell: Cell) -> Look:
    """What is drawn of the first step and of the mistaken grad_a, and the sum behind a cell."""
    found = at_start(config)
    found["mistaken"] = found["grad_out"] @ found["grad_w2"].T
    dimensions = {**dimensions_of(set(found) - {"mistaken"}), "mistaken": ("batch", "hidden")}
    return look_at(found, (*operations(config.bias), MISTAKEN), dimensions, cell)


def some_units(x: Tensor, params: Params, hidden: int) -> np.ndarray:
    """At most DOTS pre-activations, evenly picked from all observations and units."""
    units = len(x) * hidden
    count = min(units, DOTS)
    picked = torch.arange(count) * units // count
    h = affine(x[picked // hidden], params.w1, params.b1)
    return h[torch.arange(len(picked)), picked % hidden].numpy()
