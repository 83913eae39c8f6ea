"""The notebook's two trainings, which drifted apart, and its three suspects, each put to a test."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from lesson.numeric.config import Config
from lesson.numeric.data import Normal
from lesson.numeric.from_config import task_of
from lesson.numeric.network import Params

STEPS = 1001
RATE = 1e-4
SEEDS = 12
"""How many seeds in a row show who is ahead in the end."""

Summed = Callable[[Tensor], Tensor]


def over_everything(gradient: Tensor) -> Tensor:
    return gradient.sum((-2, -1), keepdim=True)


def over_the_batch(gradient: Tensor) -> Tensor:
    return gradient.sum(-2, keepdim=True)


# The notebook's loop, which the page shows: what differs between its runs comes in by name.
def by_hand(x: Tensor, y: Tensor, params: Params, steps: int, rate: float, summed: Summed) -> list[Tensor]:
    w1, b1, w2, b2 = params
    losses = []
    for _ in range(steps):
        h = x @ w1 + b1
        a = h.clamp(min=0)
        out = a @ w2 + b2
        losses.append((out - y).pow(2).sum((-2, -1)))
        grad_out = 2 * (out - y)
        grad_w2 = a.mT @ grad_out
        grad_h = grad_out @ w2.mT
        grad_h[h < 0] = 0
        grad_w1 = x.mT @ grad_h
        w1 -= rate * grad_w1
        b1 -= rate * summed(grad_h)
        w2 -= rate * grad_w2
        b2 -= rate * summed(grad_out)
    return losses


def by_autograd(x: Tensor, y: Tensor, params: Params, steps: int, rate: float) -> list[Tensor]:
    for p in params:
        p.requires_grad_()
    w1, b1, w2, b2 = params
    losses = []
    for _ in range(steps):
        out = (x @ w1 + b1).clamp(min=0) @ w2 + b2
        loss = (out - y).pow(2).sum((-2, -1))
        losses.append(loss.detach())
        loss.sum().backward()
        with torch.no_grad():
            for p in params:
                p -= rate * p.grad
                p.grad.zero_()
    return losses


@dataclass(frozen=True, eq=False)
class Case:
    """The notebook's run with one seed, and the tests of two of its suspects.

    by_hand, autograd: losses (STEPS,), float32. apart: by hand minus autograd, (STEPS,) each: as the notebook
    has it, once more in float64, and mended by the sum over the batch.
    """

    by_hand: np.ndarray
    autograd: np.ndarray
    apart: dict[str, np.ndarray]

    @property
    def gaps(self) -> dict[str, float]:
        """The largest distance between the two curves in each case."""
        return {name: float(np.abs(apart).max()) for name, apart in self.apart.items()}


def start(seed: int, dtype: torch.dtype) -> tuple[Tensor, ...]:
    """x, y, w1, b1, w2, b2 of the notebook's sizes, 64-3-2-1, the same numbers in both dtypes."""
    x, y, params, _ = task_of(Config(Normal(64, 3, 1, seed), seed=seed), dtype)
    return x, y, *(p for p in params if p is not None)


def losses(seeds: Iterable[int], summed: Summed | None, dtype: torch.dtype = torch.float32) -> np.ndarray:
    """The losses (seeds, STEPS) of a training for each seed, by hand with this sum or else by autograd, side
    by side in tensors with one more dimension in front."""
    # By hand needs none of autograd's bookkeeping, which costs a quarter of a small step.
    with torch.inference_mode(summed is not None):
        starts = zip(*(start(seed, dtype) for seed in seeds), strict=True)
        x, y, *params = map(torch.stack, starts)
        task = x, y, Params(*params), STEPS, RATE
        by_step = by_hand(*task, summed) if summed else by_autograd(*task)
    return torch.stack(by_step, 1).numpy().astype(float)


RUNS: Mapping[str, tuple[Summed | None, torch.dtype]] = {
    "autograd": (None, torch.float32),
    "autograd in float64": (None, torch.float64),
    "by hand": (over_everything, torch.float32),
    "by hand in float64": (over_everything, torch.float64),
    "mended": (over_the_batch, torch.float32),
}
"""The trainings that the case rests on, those first that take longest."""


def run(seed: int, name: str) -> np.ndarray:
    """The losses (STEPS,) of one of the RUNS with this seed."""
    return losses([seed], *RUNS[name])[0]


def case(runs: Mapping[str, np.ndarray]) -> Case:
    """What the losses of all RUNS, by name, say of two of the suspects."""
    return Case(
        runs["by hand"],
        runs["autograd"],
        {
            "float32": runs["by hand"] - runs["autograd"],
            "float64": runs["by hand in float64"] - runs["autograd in float64"],
            "mended": runs["mended"] - runs["autograd"],
        },
    )


def final_leads(seed: int) -> np.ndarray:
    """Loss by hand minus loss by autograd after the last step, for SEEDS seeds from this one (SEEDS,)."""
    seeds = range(seed, seed + SEEDS)
    return (losses(seeds, over_everything) - losses(seeds, None))[:, -1]
