"""How torch's activations behave at exactly zero."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import torch
from torch import Tensor


def relu(h: Tensor) -> Tensor:
    return torch.relu(h)


def leaky_relu(h: Tensor) -> Tensor:
    return torch.nn.functional.leaky_relu(h, 0.1)


def clamp(h: Tensor) -> Tensor:
    return h.clamp(min=0)


def maximum(h: Tensor) -> Tensor:
    return torch.maximum(h, torch.zeros_like(h))


def where(h: Tensor) -> Tensor:
    return torch.where(h > 0, h, 0.0)


def where_or_equal(h: Tensor) -> Tensor:
    return torch.where(h >= 0, h, 0.0)


WAYS: tuple[Callable[[Tensor], Tensor], ...] = (relu, leaky_relu, clamp, maximum, where, where_or_equal)


def at_zero() -> dict[str, float]:
    """The derivative that autograd takes at h = 0, by the source of each way to write the activation."""
    derivatives = {}
    for way in WAYS:
        h = torch.zeros((), dtype=torch.float64, requires_grad=True)
        (derivative,) = torch.autograd.grad(way(h), h)
        derivatives[inspect.getsource(way).split("return ")[1].strip()] = float(derivative)
    return derivatives
