"""The gate that an activation is: what it lets back, for one pre-activation after the other and at exactly
zero."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from lesson.numeric.config import Config
from lesson.numeric.corners import Corner, corners
from lesson.numeric.experiments.matrix_form import at_start
from lesson.numeric.from_config import activation_of, task_of
from lesson.numeric.network import affine
from lesson.numeric.operands import Cell, entrywise

GATED = ("h", "mask", "grad_a", "grad_h")
"""What stands in one place at a gate: mask is the activation's slope at h, by which grad_a is multiplied."""

TOGETHER = tuple(entrywise(name, "", *(other for other in GATED if other != name)) for name in GATED)
"""Each of them lights the others."""

POSITIONS = np.arange(-40, 41) / 5
"""The values of h at which the gate is looked at, zero among them."""


def gates(config: Config, cell: Cell) -> Mapping[str, Corner]:
    """What is drawn of h, mask, grad_a and grad_h at the start of a training, with this cell in it."""
    start = at_start(config)
    start["mask"] = activation_of(config).derivative(torch.from_numpy(start["h"])).numpy()
    found = {name: start[name] for name in GATED}
    return corners(found, dict.fromkeys(GATED, ("batch", "hidden")), cell)


@dataclass(frozen=True, eq=False)
class Swept:
    """One observation with one of its pre-activations at each of POSITIONS (k,): that h, its a, the mask
    there, and the signals grad_a that arrives and grad_h that passes, float64."""

    h: np.ndarray
    a: np.ndarray
    mask: np.ndarray
    grad_a: np.ndarray
    grad_h: np.ndarray


def swept(config: Config, observation: int, unit: int) -> Swept:
    """Move one pre-activation; all else in front of the gate stays, all behind it follows."""
    x, y, (w1, b1, w2, b2), activation = task_of(config, torch.float64)
    own = affine(x[observation : observation + 1], w1, b1)
    h = own.repeat(len(POSITIONS), 1)
    h[:, unit] = torch.from_numpy(POSITIONS)
    a, mask = activation(h), activation.derivative(h)
    grad_out = 2 * (affine(a, w2, b2) - y[observation])
    grad_a = grad_out @ w2.T
    moved = (h, a, mask, grad_a, grad_a * mask)
    return Swept(*(tensor[:, unit].numpy() for tensor in moved))


def nearest(h: float) -> int:
    """The position from 0 that is nearest to a pre-activation."""
    return int(np.abs(POSITIONS - h).argmin())


def relu(h: Tensor) -> Tensor:
    return torch.relu(h)


def clamp(h: Tensor) -> Tensor:
    return h.clamp(min=0)


def maximum(h: Tensor) -> Tensor:
    return torch.maximum(h, torch.zeros_like(h))


def where(h: Tensor) -> Tensor:
    return torch.where(h > 0, h, 0.0)


def where_or_equal(h: Tensor) -> Tensor:
    return torch.where(h >= 0, h, 0.0)


WAYS: tuple[Callable[[Tensor], Tensor], ...] = (relu, clamp, maximum, where, where_or_equal)
"""Ways to write ReLU."""


def leaky_relu_of(slope: float) -> Callable[[Tensor], Tensor]:
    def leaky_relu(h: Tensor) -> Tensor:
        return torch.nn.functional.leaky_relu(h, slope)

    return leaky_relu


def at_zero(slope: float | None = None) -> dict[str, float]:
    """The derivative that autograd takes at h = 0, by the source of each way to write ReLU, and of LeakyReLU
    where its slope is given."""
    derivatives = {}
    for way in WAYS if slope is None else (*WAYS, leaky_relu_of(slope)):
        h = torch.zeros((), dtype=torch.float64, requires_grad=True)
        (derivative,) = torch.autograd.grad(way(h), h)
        derivatives[inspect.getsource(way).split("return ")[1].strip()] = float(derivative)
    return derivatives
