"""Autograd watches copies: what it is given stays as it was."""

from __future__ import annotations

import torch

from lesson.numeric import autograd
from lesson.numeric.network import Activation, init_params
from tests.harness.networks import tensors


def test_gradients_leave_their_arguments_alone() -> None:
    params = init_params(3, 2, 1)
    before = [p.clone() for p in tensors(params)]
    autograd.gradients(torch.ones(4, 3), torch.ones(4, 1), params, Activation.relu())
    assert all(
        torch.equal(p, q) and not p.requires_grad for p, q in zip(tensors(params), before, strict=True)
    )
