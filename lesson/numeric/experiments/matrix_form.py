"""The error signal inside the network, on its way back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from lesson.numeric.config import Config
from lesson.numeric.from_config import activation_of, start_of, tensors_of
from lesson.numeric.network import Activation, Params, affine, loss

ROWS = 5
"""Observations shown."""

DOTS = 80
"""Pre-activations drawn."""

PIECE = 1024
"""Observations that pass at once."""


@dataclass(frozen=True, eq=False)
class Signals:
    """At the start of a training, float64. Of the first ROWS observations: x (ROWS, inputs), h, mask =
    phi'(h), grad_a, grad_h (ROWS, hidden), grad_out (ROWS, outputs).

    a (ROWS, hidden), w2 (hidden, outputs); grad_a_mistaken is grad_out @ grad_w2.T, whose shape is right.

    Of the whole batch: units, how many pre-activations there are, and dots, at most DOTS of them,
    evenly picked; sum_h, grad_h.sum(0) (1, hidden);
    sum_all, grad_h.sum() in its place; sum_out (1, outputs); zeros, how many pre-activations are
    exactly zero.
    """

    h: np.ndarray
    mask: np.ndarray
    grad_a: np.ndarray
    grad_h: np.ndarray
    grad_out: np.ndarray
    x: np.ndarray
    a: np.ndarray
    grad_a_mistaken: np.ndarray
    w2: np.ndarray
    units: int
    dots: np.ndarray
    sum_h: np.ndarray
    sum_all: np.ndarray
    sum_out: np.ndarray
    zeros: int

    @property
    def passed(self) -> np.ndarray:
        """For each entry of mask, what became of the signal: "open", "closed" or "damped"."""
        return np.select([self.mask == 1, self.mask == 0], ["open", "closed"], "damped")


class Passed(NamedTuple):
    """The tensors of one pass there and back: x, h, a, grad_out, grad_a, grad_h, a row per observation."""

    x: Tensor
    h: Tensor
    a: Tensor
    grad_out: Tensor
    grad_a: Tensor
    grad_h: Tensor


def passed(x: Tensor, y: Tensor, params: Params, activation: Activation) -> Passed:
    """What autograd finds on the way back."""
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
    """What autograd finds on the way back, for the configured start and data."""
    x, y = tensors_of(config.source.load(), torch.float64)
    params, activation = start_of(config, torch.float64), activation_of(config)
    first = passed(x[:ROWS], y[:ROWS], params, activation)
    # Piece by piece: all signals of the largest network at once would take half a gigabyte.
    pieces = zip(x.split(PIECE), y.split(PIECE), strict=True)
    found = [totals(passed(*piece, params, activation)) for piece in pieces]
    sum_h, sum_out, grad_w2, zeros = (sum(column) for column in zip(*found, strict=True))
    return Signals(
        **{name: tensor.numpy() for name, tensor in first._asdict().items()},
        mask=activation.derivative(first.h).numpy(),
        grad_a_mistaken=(first.grad_out @ grad_w2.T).numpy(),
        w2=params.w2.numpy(),
        units=len(x) * config.hidden,
        dots=some_units(x, params, config.hidden),
        sum_h=sum_h.numpy(),
        sum_all=sum_h.sum().expand_as(sum_h).numpy(),
        sum_out=sum_out.numpy(),
        zeros=int(zeros),
    )


def some_units(x: Tensor, params: Params, hidden: int) -> np.ndarray:
    """At most DOTS pre-activations, evenly picked from all observations and units."""
    units = len(x) * hidden
    places = torch.arange(0, units, max(1, units // DOTS))[:DOTS]
    h = affine(x[places // hidden], params.w1, params.b1)
    return h[torch.arange(len(places)), places % hidden].numpy()
