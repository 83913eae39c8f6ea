"""Autograd: the same forward pass, recorded and differentiated by torch. No line of ours."""

from __future__ import annotations

import torch
from torch import Tensor

from lesson.numeric.network import Activation, Params, forward, loss


def leaves_of(params: Params) -> Params:
    """Tensors that autograd differentiates by: the same numbers, in the same memory."""
    return params.map(lambda p: p.detach().requires_grad_())


def loss_and_gradients(x: Tensor, y: Tensor, params: Params, activation: Activation) -> tuple[Tensor, Params]:
    """One recorded forward pass and torch's backward pass: the scalar loss and its gradients."""
    leaves = params if params.w1.requires_grad else leaves_of(params)
    value = loss(forward(x, leaves, activation).out, y)
    if leaves.b1 is None:
        grad_w1, grad_w2 = torch.autograd.grad(value, (leaves.w1, leaves.w2))
        return value.detach(), Params(grad_w1, None, grad_w2, None)
    return value.detach(), Params(*torch.autograd.grad(value, tuple(leaves)))  # type: ignore[arg-type]


def gradients(x: Tensor, y: Tensor, params: Params, activation: Activation) -> Params:
    """The gradients alone: x (batch, inputs), y (batch, outputs), all of one dtype and device."""
    return loss_and_gradients(x, y, params, activation)[1]
