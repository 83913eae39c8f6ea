"""Autograd: the same forward pass, recorded and differentiated by torch. No line of ours."""

from __future__ import annotations

import torch
from torch import Tensor

from lesson.numeric.network import Activation, Params, forward, loss


def leaves_of(params: Params) -> Params:
    """The same numbers as tensors to differentiate by, sharing memory; those that are stay."""
    return Params(
        *(p if p is None or p.requires_grad else p.detach().requires_grad_() for p in params)
    )


def loss_and_gradients(
    x: Tensor, y: Tensor, params: Params, activation: Activation
) -> tuple[Tensor, Params]:
    """One recorded forward pass and torch's backward pass: the scalar loss and its gradients."""
    leaves = leaves_of(params)
    value = loss(forward(x, leaves, activation).out, y)
    found = iter(torch.autograd.grad(value, [leaf for leaf in leaves if leaf is not None]))
    return value.detach(), Params(*(leaf if leaf is None else next(found) for leaf in leaves))


def gradients(x: Tensor, y: Tensor, params: Params, activation: Activation) -> Params:
    """The gradients alone: x (batch, inputs), y (batch, outputs), all of one dtype and device."""
    return loss_and_gradients(x, y, params, activation)[1]
