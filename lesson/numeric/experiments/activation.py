"""What autograd takes for the derivative of an activation at exactly zero, and whether a training notices."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import torch
from torch import Tensor


def relu(h: Tensor) -> Tensor:
    return torch.relu(h)


def clamp(h: Tensor) -> Tensor:
    return h.clamp(min=0)


def maximum(h: Tensor) -> Tensor:
    return torch.maximum(h, torch.zeros_like(h))


def where(h: Tensor) -> Tensor:
    return torch.where(h > 0, h, 0.0)


def where_or_equal(h: Tensor) -> Tensor:
    return torch.where(h >= 0, h, 0.0)


WAYS: tuple[Callable[[Tensor], Tensor], ...] = (relu, clamp, maximum, where, where_or_equal)
"""Ways to write ReLU."""


def leaky_relu_of(slope: float) -> Callable[[Tensor], Tensor]:
    def leaky_relu(h: Tensor) -> Tensor:
        return torch.nn.functional.leaky_relu(h, slope)

    return leaky_relu


def at_zero(slope: float | None = None) -> dict[str, float]:
    """The derivative that autograd takes at h = 0, by the source of each way to write ReLU, and of LeakyReLU
    where its slope is given."""
    derivatives = {}
    for way in WAYS if slope is None else (*WAYS, leaky_relu_of(slope)):
        h = torch.zeros((), dtype=torch.float64, requires_grad=True)
        (derivative,) = torch.autograd.grad(way(h), h)
        derivatives[inspect.getsource(way).split("return ")[1].strip()] = float(derivative)
    return derivatives
