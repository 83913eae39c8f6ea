"""The same update rules as torch.optim has them. Nothing here knows of those by hand.

These are the functions behind torch's classes. The classes themselves load torch's compiler, which takes
70 MB in each process.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor
from torch.optim.adam import adam
from torch.optim.sgd import sgd

plain_sgd = partial(sgd, foreach=False, weight_decay=0.0, dampening=0.0, nesterov=False, maximize=False)
plain_adam = partial(
    adam, foreach=False, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.0, amsgrad=False, maximize=False
)


class TorchSGD:
    """torch.optim.SGD."""

    def __init__(self, rate: float, momentum: float = 0.0) -> None:
        self.rate, self.momentum = rate, momentum
        self.velocity: list[Tensor | None] = [None]

    def step(self, w: Tensor, grad: Tensor) -> None:
        plain_sgd([w], [grad], self.velocity, lr=self.rate, momentum=self.momentum)


class TorchAdam:
    """torch.optim.Adam with its defaults."""

    def __init__(self, rate: float) -> None:
        self.rate, self.t = rate, torch.zeros(())
        self.m: Tensor | None = None
        self.v: Tensor | None = None

    def step(self, w: Tensor, grad: Tensor) -> None:
        if self.m is None or self.v is None:
            self.m, self.v = torch.zeros_like(w), torch.zeros_like(w)
        plain_adam([w], [grad], [self.m], [self.v], [], [self.t], lr=self.rate)


BY_TORCH: dict[str, Callable[[float], TorchSGD | TorchAdam]] = {
    "sgd": TorchSGD,
    "momentum": partial(TorchSGD, momentum=0.9),
    "adam": TorchAdam,
}
