"""How far apart two correct gradients may lie because numbers have finitely many digits.

An inner product of n terms is off by at most gamma_n = n u / (1 - n u) times the same sum taken over
absolute values, whatever the order of its additions, where u is half the machine epsilon (Higham,
Accuracy and Stability of Numerical Algorithms, 2nd ed., 2002, lemma 3.1 and section 3.5). The bound is
carried from product to product: what a stage is given wrong, and what it adds by rounding. Two
computations may differ by the sum of their bounds.

It holds while both see the same side of the kink. A pre-activation that is smaller than its own
rounding error may fall on either side of zero; what that can change is the kink's allowance.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from lesson.numeric.network import Activation, Params, affine, forward


class Signals(NamedTuple):
    """On the way back: grad_out (batch, outputs), grad_a and grad_h (batch, hidden)."""

    grad_out: Tensor
    grad_a: Tensor
    grad_h: Tensor


class Allowance(NamedTuple):
    """By how much two correct gradients may differ, entry by entry, float64.

    rounding: from rounding alone; signals: the same on the way to them. kink: in addition to rounding,
    from the units at_kink (batch, hidden), whose pre-activation cannot be told from zero.
    """

    rounding: Params
    signals: Signals
    kink: Params
    at_kink: Tensor


def gamma(n: int, dtype: torch.dtype) -> float:
    """Higham's gamma_n for the unit roundoff of a dtype; n u must stay below 1."""
    nu = n * torch.finfo(dtype).eps / 2
    return nu / (1 - nu)


def allowance(
    x: Tensor,
    y: Tensor,
    params: Params,
    activation: Activation,
    dtypes: tuple[torch.dtype, torch.dtype],
) -> Allowance:
    """What two gradients at the same weights, computed in these dtypes, may differ by.

    x (batch, inputs), y (batch, outputs) and params in float64, as the bound is evaluated there.
    """
    batch, inputs = x.shape
    hidden, outputs = params.w2.shape

    def g(n: int) -> float:
        return sum(gamma(n, dtype) for dtype in dtypes)

    trace = forward(x, params, activation)
    w2 = params.w2.abs()
    off_h = g(inputs + 1) * affine(x.abs(), params.w1.abs(), magnitude(params.b1))
    at_kink = trace.h.abs() <= off_h
    # On the kink the unit may pass everything: the bound must hold for either side.
    slopes = activation.derivative(trace.h.masked_fill(at_kink, 1.0))
    a = trace.a.abs()
    off_a = slopes * off_h + g(2) * a
    a = a + off_a
    off_out = off_a @ w2 + g(hidden + 1) * affine(a, w2, magnitude(params.b2))
    grad_out = 2 * (trace.out - y).abs()
    off_grad_out = 2 * off_out + g(1) * (grad_out + 2 * off_out)
    grad_out = grad_out + off_grad_out
    off_w2 = off_a.T @ grad_out + a.T @ off_grad_out + g(batch) * a.T @ grad_out
    off_b2 = off_grad_out.sum(0, keepdim=True) + g(batch) * grad_out.sum(0, keepdim=True)
    # With the signs that the signal has: what cancels in the gradient is not wrong by its size.
    grad_a = (2 * (trace.out - y) @ params.w2.T).abs()
    off_grad_a = off_grad_out @ w2.T + g(outputs) * grad_out @ w2.T
    grad_a = grad_a + off_grad_a
    off_grad_h = slopes * (off_grad_a + g(2) * grad_a)
    grad_h = slopes * grad_a
    off_w1 = x.abs().T @ off_grad_h + g(batch) * x.abs().T @ grad_h
    off_b1 = off_grad_h.sum(0, keepdim=True) + g(batch) * grad_h.sum(0, keepdim=True)

    # A unit on the kink passes the slope or everything; w2 and b2 do not depend on which.
    flipped = (1 - activation.slope) * at_kink * grad_a
    smallest = (batch + inputs + hidden + outputs) * max(torch.finfo(dtype).tiny for dtype in dtypes)
    has_bias = params.b1 is not None
    rounding = Params(off_w1, off_b1 if has_bias else None, off_w2, off_b2 if has_bias else None)
    kink = Params(x.abs().T @ flipped, flipped.sum(0, keepdim=True), 0 * off_w2, 0 * off_b2)
    return Allowance(
        rounding=rounding.map(lambda off: off + smallest),
        signals=Signals(off_grad_out, off_grad_a, off_grad_h),
        kink=kink if has_bias else kink._replace(b1=None, b2=None),
        at_kink=at_kink,
    )


def magnitude(bias: Tensor | None) -> Tensor | None:
    return None if bias is None else bias.abs()
