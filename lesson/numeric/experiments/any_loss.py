"""Any loss as the first line: what a line of torch is worth, and what each witness makes of it."""

from __future__ import annotations

import torch
from torch import Tensor

from lesson.numeric.network import Activation
from lesson.numeric.program import ProgramError, parse
from lesson.numeric.program.interpreter import Run
from lesson.numeric.program.meter import Meter
from lesson.numeric.program.price import LEAST

NUDGE = 2.0**-17


def evaluated(code: str, out: Tensor, y: Tensor) -> Tensor:
    """What an expression of out and y, two tensors of one shape, is worth, entry by entry.

    It is run by the interpreter of programs. Raises ProgramError.
    """
    (line,) = parse(f"found = {code}").lines
    given = {"x": out, "out": out, "y": y}
    run = Run(given, Activation.relu(), Meter(LEAST, given.values()))
    line.act(run)
    found = run.names["found"]
    if not isinstance(found, Tensor) or found.shape != out.shape:
        raise ProgramError(1, 1, "needs-tensor")
    return found


def by_autograd(value: str, out: Tensor, y: Tensor) -> Tensor:
    """The derivative by each entry of out of what the loss is there, which autograd differentiates."""
    leaf = out.detach().requires_grad_()
    loss = evaluated(value, leaf, y).sum()
    if not loss.requires_grad:
        # A prediction that only decides between numbers is nothing that autograd follows.
        return torch.zeros_like(out)
    (slope,) = torch.autograd.grad(loss, leaf)
    return slope


def by_differences(value: str, out: Tensor, y: Tensor) -> Tensor:
    """Central differences of the loss at each entry of out, in float64."""
    out, y = out.double(), y.double()
    nudge = NUDGE * out.abs().clamp(min=1.0)
    up, down = out + nudge, out - nudge
    return (evaluated(value, up, y) - evaluated(value, down, y)) / (up - down)


def softmax_signal(out: Tensor, y: Tensor) -> Tensor:
    """The derivative of softmax's cross-entropy by out, for targets y whose rows have the sum 1."""
    exps = out.exp()
    softmax = exps / exps.sum(1, keepdim=True)
    return softmax - y
