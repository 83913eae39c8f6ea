"""How to write a torch.autograd.Function, and how gradcheck exposes a wrong one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from lesson.numeric.experiments.bernoulli_gate.gates import StraightThrough


class Rectified(torch.autograd.Function):
    """ReLU, written by hand."""

    @staticmethod
    def forward(ctx: Any, h: Tensor) -> Tensor:
        ctx.save_for_backward(h)
        return h.clamp(min=0)

    @staticmethod
    def backward(ctx: Any, grad_a: Tensor) -> Tensor:
        (h,) = ctx.saved_tensors
        return grad_a * (h > 0)


class Forgetful(Rectified):
    """The same, but for its backward pass, in which the mask is forgotten."""

    @staticmethod
    def backward(ctx: Any, grad_a: Tensor) -> Tensor:
        return grad_a


def checked(print: Callable[..., None]) -> None:
    h = torch.tensor([-2.0, -0.5, 1.0, 3.0], dtype=torch.float64, requires_grad=True)
    print(torch.autograd.gradcheck(Rectified.apply, h))


def checked_forgetful(print: Callable[..., None]) -> None:
    h = torch.tensor([-2.0, -0.5, 1.0, 3.0], dtype=torch.float64, requires_grad=True)
    print(torch.autograd.gradcheck(Forgetful.apply, h))


def checked_straight_through(print: Callable[..., None]) -> None:
    p = torch.tensor([0.2, 0.7], dtype=torch.float64, requires_grad=True)
    noise = torch.tensor([0.5, 0.5], dtype=torch.float64)
    print(torch.autograd.gradcheck(StraightThrough.apply, (p, noise)))
