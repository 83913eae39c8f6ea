"""What torch itself keeps between the forward pass and the backward pass."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.autograd.graph import saved_tensors_hooks

from lesson.numeric.autograd import leaves_of
from lesson.numeric.config import Config
from lesson.numeric.from_config import task_of
from lesson.numeric.network import Task, forward, loss


def kept_by_torch(config: Config) -> dict[str, int]:
    """The tensors that autograd keeps for the way back in a step of a training, by name, and their bytes."""
    return saved(task_of(config, torch.float32))


def saved(task: Task) -> dict[str, int]:
    """The same for any task. What is kept twice, or as a view of the same memory, counts once."""
    x, y, start, activation = task
    leaves = leaves_of(start)
    kept: dict[int, Tensor] = {}

    def keep(tensor: Tensor) -> Tensor:
        kept[tensor.data_ptr()] = tensor
        return tensor

    with saved_tensors_hooks(keep, lambda tensor: tensor):
        trace = forward(x, leaves, activation)
        loss(trace.out, y)
    named = {"x": x, "y": y, **leaves._asdict(), **trace._asdict()}
    names = {tensor.data_ptr(): name for name, tensor in named.items() if tensor is not None}
    return {
        names.get(place) or residual_of(tensor, trace.out - y): tensor.nbytes
        for place, tensor in kept.items()
    }


def residual_of(tensor: Tensor, residual: Tensor) -> str:
    """The name of the one tensor that the loss makes for itself."""
    assert torch.equal(tensor, residual)
    return "residual"
