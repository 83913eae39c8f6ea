"""What to do with a gradient, by hand: three update rules, each on all weights as one vector.

An optimizer keeps what it needs to remember; step moves the weights (n,) in place.
"""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor

MOMENTUM = 0.9
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8
"""The defaults of torch and of Adam's paper."""


class Optimizer(Protocol):
    """An update rule with its memory."""

    def step(self, w: Tensor, grad: Tensor) -> None: ...


class SGD:
    """Gradient descent: the notebook's own update line."""

    def __init__(self, rate: float) -> None:
        self.rate = rate

    def step(self, w: Tensor, grad: Tensor) -> None:
        w.add_(grad, alpha=-self.rate)


class Momentum:
    """The heavy ball (Polyak, 1964), as Sutskever et al. (2013) write it and torch computes it."""

    def __init__(self, rate: float) -> None:
        self.rate, self.velocity = rate, torch.zeros(())

    def step(self, w: Tensor, grad: Tensor) -> None:
        self.velocity = MOMENTUM * self.velocity + grad
        w -= self.rate * self.velocity


class Adam:
    """Adam (Kingma and Ba, 2015, algorithm 1)."""

    def __init__(self, rate: float) -> None:
        self.rate, self.t, self.m, self.v = rate, 0, torch.zeros(()), torch.zeros(())

    def step(self, w: Tensor, grad: Tensor) -> None:
        self.t += 1
        self.m = BETA1 * self.m + (1 - BETA1) * grad
        self.v = BETA2 * self.v + (1 - BETA2) * grad * grad
        m_hat = self.m / (1 - BETA1**self.t)
        v_hat = self.v / (1 - BETA2**self.t)
        w -= self.rate * m_hat / (v_hat.sqrt() + EPSILON)


BY_HAND: dict[str, type[SGD | Momentum | Adam]] = {"sgd": SGD, "momentum": Momentum, "adam": Adam}
