"""By hand beside torch.optim, one update at a time: same weights, same gradients, same past.

The bounds are running ones (Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., 2002,
section 3.3): what a quantity was off by, carried on, plus what the present operation rounds. Two
computations may differ by twice the bound.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from lesson.numeric.compare import Comparison, compare
from lesson.numeric.config import Config
from lesson.numeric.optimizers import BETA1, BETA2, BY_HAND, EPSILON, MOMENTUM, Optimizer
from lesson.numeric.rounding import gamma
from lesson.numeric.torch_optimizers import BY_TORCH


class Bound:
    """How far one update rule may miss the new weights, float64; weights and gradients are (n,)."""

    def __init__(self, rule: str, rate: float, dtype: torch.dtype) -> None:
        self.rule, self.rate, self.t = rule, rate, 0
        self.dtype = dtype
        self.m = self.v = self.off_m = self.off_v = torch.zeros((), dtype=torch.float64)

    def g(self, roundings: int) -> float:
        return gamma(roundings, self.dtype)

    def step(self, w: Tensor, grad: Tensor) -> Tensor:
        self.t += 1
        update, off = {"sgd": self.sgd, "momentum": self.momentum, "adam": self.adam}[self.rule](grad)
        # The subtraction rounds its result, which is no larger than both its operands together.
        return 2 * (off + self.g(3) * update.abs() + self.g(1) * (w.abs() + update.abs() + off))

    def sgd(self, grad: Tensor) -> tuple[Tensor, Tensor]:
        return self.rate * grad, torch.zeros_like(grad)

    def momentum(self, grad: Tensor) -> tuple[Tensor, Tensor]:
        self.off_m = MOMENTUM * self.off_m + self.g(3) * (MOMENTUM * self.m.abs() + grad.abs())
        self.m = MOMENTUM * self.m + grad
        return self.rate * self.m, self.rate * self.off_m

    def adam(self, grad: Tensor) -> tuple[Tensor, Tensor]:
        # torch writes m + (1 - beta1) (g - m), whose operands are larger than those by hand.
        self.off_m = BETA1 * self.off_m + self.g(6) * (self.m.abs() + grad.abs())
        self.m = BETA1 * self.m + (1 - BETA1) * grad
        self.off_v = BETA2 * self.off_v + self.g(6) * (self.v + grad * grad)
        self.v = BETA2 * self.v + (1 - BETA2) * grad * grad
        part, whole = 1 - BETA1**self.t, 1 - BETA2**self.t
        root = (self.v / whole).sqrt()
        # A square root moves by at most the root of what its argument moves, and by less far from zero.
        off_root = torch.minimum((self.off_v / whole).sqrt(), self.off_v / whole / root.clamp(min=1e-300))
        down = root + EPSILON
        lowest = (down - off_root).clamp(min=EPSILON)
        update = self.rate * self.m / part / down
        off = self.rate / part * (self.off_m / lowest + self.m.abs() * off_root / (down * lowest))
        return update, off + self.g(8) * update.abs()


def compare_updates(config: Config, weights: np.ndarray, gradients: np.ndarray) -> dict[str, Comparison]:
    """Both ways to compute each of K updates, at given weights and gradients (K, n), by parameter.

    The rule and the learning rate are the config's. Raises ValueError for other shapes.
    """
    if weights.shape != gradients.shape:
        raise ValueError(f"{weights.shape} weights, {gradients.shape} gradients")
    w, g = torch.from_numpy(weights), torch.from_numpy(gradients)
    ours, theirs = (rules[config.optimizer](config.learning_rate) for rules in (BY_HAND, BY_TORCH))
    bound = Bound(config.optimizer, config.learning_rate, w.dtype)
    one, two = (updated(optimizer, w, g) for optimizer in (ours, theirs))
    allowed = torch.stack([bound.step(*now) for now in zip(w.double(), g.double(), strict=True)]).numpy()
    return {
        name: compare(one[:, columns], two[:, columns], allowed[:, columns])
        for name, columns in config.slices.items()
    }


def updated(optimizer: Optimizer, weights: Tensor, gradients: Tensor) -> np.ndarray:
    """The new weights of each of K updates, (K, n)."""
    after = weights.clone()
    for w, gradient in zip(after, gradients, strict=True):
        optimizer.step(w, gradient)
    return after.numpy()
