"""Torch's functions, called directly, are what torch's classes call."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
import torch

from lesson.numeric.config import OPTIMIZERS
from lesson.numeric.torch_optimizers import BY_TORCH


def test_torchs_first_step_of_adam_is_the_rate_whatever_the_gradient() -> None:
    w = torch.zeros(3, dtype=torch.float64)
    BY_TORCH["adam"](0.1).step(w, torch.tensor([1e-3, 1.0, -1e3], dtype=torch.float64))
    assert w.tolist() == pytest.approx([-0.1, -0.1, 0.1], rel=1e-4)


CLASSES: dict[str, Callable[[list[torch.Tensor]], torch.optim.Optimizer]] = {
    "sgd": partial(torch.optim.SGD, lr=0.01),
    "momentum": partial(torch.optim.SGD, lr=0.01, momentum=0.9),
    "adam": partial(torch.optim.Adam, lr=0.01),
}


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_torchs_functions_are_torchs_classes(optimizer: str, dtype: torch.dtype) -> None:
    generator = torch.Generator().manual_seed(0)
    w = torch.randn(50, generator=generator, dtype=dtype)
    other = w.clone()
    rule, class_of_torch = BY_TORCH[optimizer](0.01), CLASSES[optimizer]([other])
    for _ in range(100):
        other.grad = torch.randn(50, generator=generator, dtype=dtype)
        rule.step(w, other.grad)
        class_of_torch.step()
        assert torch.equal(w, other)
