"""The error signal on its way back through the network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from lesson.numeric.config import Config
from lesson.numeric.from_config import task_of
from lesson.numeric.network import Activation, Params, affine, loss

ROWS = 5
"""Observations shown."""

DOTS = 80
"""Pre-activations drawn."""

PIECE = 1024
"""Observations that pass at once."""


class Rows(NamedTuple):
    """The first ROWS observations: x (ROWS, inputs), h, mask = phi'(h), a, grad_a, grad_h (ROWS, hidden) and
    grad_out (ROWS, outputs)."""

    x: np.ndarray
    h: np.ndarray
    mask: np.ndarray
    a: np.ndarray
    grad_out: np.ndarray
    grad_a: np.ndarray
    grad_h: np.ndarray

    @property
    def gates(self) -> np.ndarray:
        """What each entry of mask does to the signal: "open", "closed" or "damped"."""
        return np.select([self.mask == 1, self.mask == 0], ["open", "closed"], "damped")


class Sums(NamedTuple):
    """Sums over the whole batch: grad_h.sum(0) (1, hidden) and grad_out.sum(0) (1, outputs)."""

    grad_h: np.ndarray
    grad_out: np.ndarray


class Units(NamedTuple):
    """The pre-activations of the whole batch: how many there are, how many are exactly zero, and at most
    DOTS of them, evenly picked."""

    number: int
    zeros: int
    some: np.ndarray


@dataclass(frozen=True, eq=False)
class Signals:
    """The error signal at the start of a training, float64.

    w2 (hidden, outputs); grad_a_mistaken is grad_out @ grad_w2.T of the first rows, whose shape is right.
    """

    rows: Rows
    sums: Sums
    units: Units
    w2: np.ndarray
    grad_a_mistaken: np.ndarray


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


def totals(piece: Passed) -> tuple[Tensor, ...]:
    """What adds up over the batch: grad_h.sum(0), grad_out.sum(0), grad_w2, and how many h are zero."""
    return (
        piece.grad_h.sum(0, keepdim=True),
        piece.grad_out.sum(0, keepdim=True),
        piece.a.T @ piece.grad_out,
        (piece.h == 0).sum(),
    )


def signals(config: Config) -> Signals:
    """The error signal at the configured start, by autograd."""
    x, y, params, activation = task_of(config, torch.float64)
    first = passed(x[:ROWS], y[:ROWS], params, activation)
    # Piece by piece: all signals of the largest network at once would take half a gigabyte.
    pieces = zip(x.split(PIECE), y.split(PIECE), strict=True)
    sums = [totals(passed(*piece, params, activation)) for piece in pieces]
    sum_h, sum_out, grad_w2, zeros = (sum(column) for column in zip(*sums, strict=True))
    mask = activation.derivative(first.h)
    return Signals(
        Rows(mask=mask.numpy(), **{name: tensor.numpy() for name, tensor in first._asdict().items()}),
        Sums(sum_h.numpy(), sum_out.numpy()),
        Units(len(x) * config.hidden, int(zeros), some_units(x, params, config.hidden)),
        params.w2.numpy(),
        (first.grad_out @ grad_w2.T).numpy(),
    )


def some_units(x: Tensor, params: Params, hidden: int) -> np.ndarray:
    """At most DOTS pre-activations, evenly picked from all observations and units."""
    units = len(x) * hidden
    count = min(units, DOTS)
    picked = torch.arange(count) * units // count
    h = affine(x[picked // hidden], params.w1, params.b1)
    return h[torch.arange(len(picked)), picked % hidden].numpy()
