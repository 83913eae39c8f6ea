"""The same update rules as torch.optim has them. Nothing here knows of those by hand."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor
from torch.optim import SGD, Adam, Optimizer

MAKERS: dict[str, Callable[[list[Tensor], float], Optimizer]] = {
    "sgd": lambda weights, rate: SGD(weights, lr=rate),
    "momentum": lambda weights, rate: SGD(weights, lr=rate, momentum=0.9),
    "adam": lambda weights, rate: Adam(weights, lr=rate),
}


class TorchOptimizer:
    """One of torch's optimizers, on all weights as one vector (n,), moved in place."""

    def __init__(self, name: str, rate: float, w: Tensor) -> None:
        self.w, self.optimizer = w, MAKERS[name]([w], rate)

    def step(self, w: Tensor, grad: Tensor) -> None:
        assert w is self.w
        self.w.grad = grad
        self.optimizer.step()
