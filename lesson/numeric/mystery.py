"""The notebook's two trainings, which drifted apart, and its three suspects, each put to a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from lesson.numeric.config import Config
from lesson.numeric.data import Normal
from lesson.numeric.descent import start_of, tensors_of

STEPS = 1001
RATE = 1e-4
SEEDS = 12
"""So many seeds in a row show who is ahead in the end."""

Weights = tuple[Tensor, Tensor, Tensor, Tensor]
Summed = Callable[[Tensor], Tensor]


def over_everything(gradient: Tensor) -> Tensor:
    return gradient.sum()


def over_the_batch(gradient: Tensor) -> Tensor:
    return gradient.sum(0)


def by_hand(x: Tensor, y: Tensor, weights: Weights, steps: int, rate: float, summed: Summed) -> list[float]:
    w1, w2, b1, b2 = weights
    losses = []
    for _ in range(steps):
        h = x.mm(w1) + b1
        a = h.clamp(min=0)
        out = a.mm(w2) + b2
        losses.append((out - y).pow(2).sum().item())
        grad_out = 2 * (out - y)
        grad_w2 = a.t().mm(grad_out)
        grad_h = grad_out.mm(w2.t())
        grad_h[h < 0] = 0
        grad_w1 = x.t().mm(grad_h)
        w1 -= rate * grad_w1
        w2 -= rate * grad_w2
        b1 -= rate * summed(grad_h)
        b2 -= rate * summed(grad_out)
    return losses


def by_autograd(x: Tensor, y: Tensor, weights: Weights, steps: int, rate: float) -> list[float]:
    for p in weights:
        p.requires_grad_()
    w1, w2, b1, b2 = weights
    losses = []
    for _ in range(steps):
        out = (x.mm(w1) + b1).clamp(min=0).mm(w2) + b2
        loss = (out - y).pow(2).sum()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            for p in weights:
                p -= rate * p.grad
                p.grad.zero_()
    return losses


@dataclass(frozen=True, eq=False)
class Case:
    """The notebook's run with one seed, and the tests of two of its suspects.

    by_hand, autograd: losses (STEPS,), float32. apart: by hand minus autograd, so as the notebook has it,
    once more in float64, and with the sum over the batch.
    """

    by_hand: np.ndarray
    autograd: np.ndarray
    apart: dict[str, np.ndarray]

    @property
    def gaps(self) -> dict[str, float]:
        """The largest distance between the two curves in each case."""
        return {name: float(np.abs(apart).max()) for name, apart in self.apart.items()}


def start(seed: int, dtype: torch.dtype) -> tuple[Tensor, Tensor, Weights]:
    """Data and weights of the notebook's sizes, 64-3-2-1, the same numbers in both dtypes."""
    x, y = tensors_of(Normal(64, 3, 1, seed).load(), dtype)
    w1, b1, w2, b2 = start_of(Config(seed=seed), dtype)
    assert b1 is not None
    assert b2 is not None
    return x, y, (w1.clone(), w2.clone(), b1.clone(), b2.clone())


def losses(seed: int, summed: Summed | None, dtype: torch.dtype = torch.float32) -> np.ndarray:
    """One training, by hand with this sum or else by autograd: (STEPS,)."""
    task = start(seed, dtype)
    found = by_hand(*task, STEPS, RATE, summed) if summed else by_autograd(*task, STEPS, RATE)
    return np.array(found)


def case(seed: int) -> Case:
    """The notebook's run with this seed, and the tests of two of its suspects."""
    one, two = losses(seed, over_everything), losses(seed, None)
    return Case(
        one,
        two,
        {
            "float32": one - two,
            "float64": losses(seed, over_everything, torch.float64) - losses(seed, None, torch.float64),
            "mended": losses(seed, over_the_batch) - two,
        },
    )


def ahead(seed: int) -> Iterator[float]:
    """Loss by hand minus loss by autograd after the last step, for SEEDS seeds from this one."""
    for one in range(seed, seed + SEEDS):
        yield float(losses(one, over_everything)[-1] - losses(one, None)[-1])
