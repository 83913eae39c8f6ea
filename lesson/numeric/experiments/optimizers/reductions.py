"""MSELoss with its two reductions, as a snippet that runs on the learner's network."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from lesson.numeric.config import Config
from lesson.numeric.from_config import task_of
from lesson.numeric.network import forward
from lesson.numeric.snippet import Ran, run


def sum_and_mean(print: Callable[..., None], out: Tensor, y: Tensor) -> None:
    for reduction in ("sum", "mean"):
        loss = torch.nn.MSELoss(reduction=reduction)(out, y)
        (grad_out,) = torch.autograd.grad(loss, out)
        print(reduction, loss.item(), grad_out[0, 0].item())
    print("entries:", y.numel())


def sum_and_mean_of(config: Config) -> Ran:
    """Both losses and their gradients by the first prediction, at the configured start, float64."""
    x, y, params, activation = task_of(config, torch.float64)
    out = forward(x, params, activation).out
    return run(sum_and_mean, out.requires_grad_(), y)
