"""The network of the lesson: two layers, one activation, a sum of squares.

    H = X W1 + 1 b1        A = phi(H)        O = A W2 + 1 b2        L = sum (O - Y)^2

Rows are observations, so every tensor reads as in the notation of the chapters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import leaky_relu

# Networks of this size gain nothing from a second thread, while threads of several learners that wait for
# each other on two cores lose the most of their time.
torch.set_num_threads(1)


class Params(NamedTuple):
    """The trained tensors, or their gradients, which have the same shapes.

    w1 (inputs, hidden), b1 (1, hidden), w2 (hidden, outputs), b2 (1, outputs);
    b1 and b2 are None in a network without bias.
    """

    w1: Tensor
    b1: Tensor | None
    w2: Tensor
    b2: Tensor | None

    def map(self, change: Callable[[Tensor], Tensor]) -> Params:
        """The same change to every tensor; what is None stays None."""
        w1, b1, w2, b2 = (p if p is None else change(p) for p in self)
        assert w1 is not None
        assert w2 is not None
        return Params(w1, b1, w2, b2)


class Task(NamedTuple):
    """What a gradient is computed from: x (batch, inputs), y (batch, outputs), parameters and activation, all
    of one dtype and device."""

    x: Tensor
    y: Tensor
    params: Params
    activation: Activation


class Trace(NamedTuple):
    """What the forward pass leaves behind for the backward pass.

    h (batch, hidden) pre-activation, a (batch, hidden) activation, out (batch, outputs) prediction.
    """

    h: Tensor
    a: Tensor
    out: Tensor


@dataclass(frozen=True)
class Activation:
    """phi and its derivative, elementwise; slope is the factor on h <= 0.

    At the kink h = 0 the derivative is the slope: torch's convention for `relu` and `leaky_relu`.
    """

    name: str
    slope: float

    @classmethod
    def relu(cls) -> Activation:
        """max(h, 0) (Nair and Hinton, 2010)."""
        return cls("relu", 0.0)

    @classmethod
    def leaky_relu(cls, slope: float) -> Activation:
        """h where h > 0, slope * h elsewhere (Maas, Hannun and Ng, 2013).

        Raises ValueError for a slope outside [0, 1].
        """
        if not 0.0 <= slope <= 1.0:
            raise ValueError(f"slope must lie in [0, 1], not {slope}")
        return cls("leaky_relu", slope)

    def __call__(self, h: Tensor) -> Tensor:
        return torch.relu(h) if self.name == "relu" else leaky_relu(h, self.slope)

    def derivative(self, h: Tensor) -> Tensor:
        """1 where h > 0, else the slope: same shape, dtype and device as h."""
        # Out of 1, 0 and -1, in h's own dtype. A mask takes three times as long, for large h fifteen times.
        return h.sign().clamp(min=self.slope)


def affine(x: Tensor, w: Tensor, b: Tensor | None) -> Tensor:
    """x w + 1 b, the row b added to every row; without b, the product alone."""
    return x @ w if b is None else torch.addmm(b, x, w)


def forward(x: Tensor, params: Params, activation: Activation) -> Trace:
    """The forward pass: x (batch, inputs) to h, a (batch, hidden) and out (batch, outputs)."""
    w1, b1, w2, b2 = params
    h = affine(x, w1, b1)
    a = activation(h)
    out = affine(a, w2, b2)
    return Trace(h, a, out)


def loss(out: Tensor, y: Tensor) -> Tensor:
    """The sum of squares over observations and outputs, a scalar tensor."""
    residual = out - y
    return (residual * residual).sum()


def init_params(
    inputs: int,
    hidden: int,
    outputs: int,
    *,
    bias: bool = True,
    seed: int = 0,
    dtype: torch.dtype = torch.float32,
    device: str | torch.device = "cpu",
) -> Params:
    """Standard normal weights that depend on the sizes and the seed alone.

    They are drawn in float32 on the CPU and then converted, so that every dtype and device starts
    from the same numbers; the weights come first, so that switching the bias off keeps them.
    """
    generator = torch.Generator().manual_seed(seed)
    w1, w2, b1, b2 = (
        torch.randn(shape, generator=generator).to(dtype=dtype, device=device)
        for shape in ((inputs, hidden), (hidden, outputs), (1, hidden), (1, outputs))
    )
    return Params(w1, b1, w2, b2) if bias else Params(w1, None, w2, None)
