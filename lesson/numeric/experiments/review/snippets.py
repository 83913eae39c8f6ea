"""What runs for a question that needs no network of its own. The last line that each prints is the answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from lesson.numeric import by_hand
from lesson.numeric.compare import Verdict, compare
from lesson.numeric.network import Activation, Params, forward
from lesson.numeric.optimizers import Optimizer

Print = Callable[..., None]


def broadcast(print: Print, out: Tensor, y: Tensor) -> None:
    print(tuple((out - y).shape))


def paths(print: Print, batch: int, inputs: int, hidden: int, outputs: int, name: str) -> None:
    # Where every factor is one, each path from a weight adds one to its gradient.
    w1, b1 = torch.zeros(inputs, hidden), torch.ones(1, hidden)
    w2, b2 = torch.ones(hidden, outputs), torch.zeros(1, outputs)
    params, linear = Params(w1, b1, w2, b2), Activation.leaky_relu(1.0)
    x = torch.ones(batch, inputs)
    y = forward(x, params, linear).out - 0.5
    print(int(getattr(by_hand.gradients(x, y, params, linear), name)[0, 0]))


def accumulated(print: Print, start: float, observations: Sequence[tuple[float, float]]) -> None:
    w = torch.tensor(start, requires_grad=True)
    for x, y in observations:
        loss = (w * x - y) ** 2
        loss.backward()
        print(w.grad.item())


def pull(print: Print, loss: Callable[[Tensor], Tensor], out: float, y: float) -> None:
    prediction = torch.tensor(out, requires_grad=True)
    loss(prediction - y).backward()
    print(prediction.grad.item())


def steps_of(print: Print, start: float, optimizer: Optimizer, gradients: Sequence[float]) -> None:
    w = torch.tensor([start], dtype=torch.float64)
    for gradient in gradients:
        optimizer.step(w, torch.full_like(w, gradient))
        print(w.item())


def verdict(print: Print, one: float, other: float, allowed: float) -> None:
    by_hand, autograd, rounding = (np.array([[value]]) for value in (one, other, allowed))
    compared = compare(by_hand, autograd, rounding)
    print("difference", f"{compared.largest[0]:.0e}")
    print(Verdict(compared.verdict[0]).word)


def silent(print: Print, h: Tensor) -> None:
    fires = h > 0
    print(fires.any(0).tolist())
    print(int((~fires.any(0)).sum()))
