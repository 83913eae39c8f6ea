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

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from lesson.numeric.compare import Comparison, compare
from lesson.numeric.network import Activation, Params, Task, Trace, affine, forward


class Signals(NamedTuple):
    """The error signals: grad_out (batch, outputs), grad_a and grad_h (batch, hidden)."""

    grad_out: Tensor
    grad_a: Tensor
    grad_h: Tensor


class Allowance(NamedTuple):
    """By how much two correct gradients may differ, entry by entry, float64.

    rounding: from rounding alone; signals: the same for the error signals. kink: in addition to rounding,
    from the units at_kink (batch, hidden), whose pre-activation rounding cannot tell from zero.
    """

    rounding: Params
    signals: Signals
    kink: Params
    at_kink: Tensor


def gamma(n: int, dtype: torch.dtype) -> float:
    """Higham's gamma_n for the unit roundoff of a dtype; n u must stay below 1."""
    nu = n * torch.finfo(dtype).eps / 2
    return nu / (1 - nu)


class ForwardBounds(NamedTuple):
    """What the forward pass may have computed: at_kink, where h cannot be told from zero; slopes, the
    largest with which a unit passes a signal; a, its largest size; by how much a and out may be off."""

    at_kink: Tensor
    slopes: Tensor
    a: Tensor
    off_a: Tensor
    off_out: Tensor


Gamma = Callable[[int], float]


def allowance(
    x: Tensor, y: Tensor, params: Params, activation: Activation, dtypes: tuple[torch.dtype, torch.dtype]
) -> Allowance:
    """By how much two gradients at the same weights, computed in these dtypes, may differ.

    x (batch, inputs), y (batch, outputs) and params in float64, as the bound is evaluated there.
    """

    def g(n: int) -> float:
        return sum(gamma(n, dtype) for dtype in dtypes)

    trace = forward(x, params, activation)
    bounds = forward_bounds(Task(x, y, params, activation), trace, g)
    spread = signal_bounds(2 * (trace.out - y), params.w2, bounds, g)
    return carried(Task(x, y, params, activation), bounds, spread, dtypes)


def allowance_of(
    task: Task, signal: Tensor, off: Callable[[Tensor], Tensor], dtypes: tuple[torch.dtype, torch.dtype]
) -> Allowance:
    """The same for any loss: signal is its derivative by out (batch, outputs), and off tells by how much that
    may be off where out is off by so much. All in float64."""

    def g(n: int) -> float:
        return sum(gamma(n, dtype) for dtype in dtypes)

    trace = forward(task.x, task.params, task.activation)
    bounds = forward_bounds(task, trace, g)
    spread = spread_bounds(signal, off(bounds.off_out), task.params.w2, bounds, g)
    return carried(task, bounds, spread, dtypes)


def carried(
    task: Task,
    bounds: ForwardBounds,
    spread: tuple[Signals, Signals],
    dtypes: tuple[torch.dtype, torch.dtype],
) -> Allowance:
    """From the error signals, by how much they may be off and how large they are, to the gradients."""

    def g(n: int) -> float:
        return sum(gamma(n, dtype) for dtype in dtypes)

    (x, y, params, activation), (signals, sizes) = task, spread
    smallest = (len(x) + sum(params.w1.shape) + y.shape[1]) * max(torch.finfo(t).tiny for t in dtypes)
    rounding = gradient_bounds(x, bounds, signals, sizes, g).map(lambda off: off + smallest)
    # A unit on the kink passes the slope or everything; w2 and b2 do not depend on which.
    flipped = (1 - activation.slope) * bounds.at_kink * sizes.grad_a
    none = rounding.map(torch.zeros_like)
    kink = none._replace(w1=x.abs().T @ flipped, b1=flipped.sum(0, keepdim=True))
    if params.b1 is None:
        rounding, kink = (bound._replace(b1=None, b2=None) for bound in (rounding, kink))
    return Allowance(rounding, signals, kink, bounds.at_kink)


def forward_bounds(task: Task, trace: Trace, g: Gamma) -> ForwardBounds:
    x, _, params, activation = task
    w2, b2 = params.w2.abs(), magnitude(params.b2)
    off_h = g(x.shape[1] + 1) * affine(x.abs(), params.w1.abs(), magnitude(params.b1))
    at_kink = trace.h.abs() <= off_h
    # On the kink the unit may pass everything: the bound must hold for either side.
    slopes = activation.derivative(trace.h.masked_fill(at_kink, 1.0))
    a = trace.a.abs()
    off_a = slopes * off_h + g(2) * a
    a = a + off_a
    return ForwardBounds(at_kink, slopes, a, off_a, off_a @ w2 + g(len(w2) + 1) * affine(a, w2, b2))


def signal_bounds(residual: Tensor, w2: Tensor, bounds: ForwardBounds, g: Gamma) -> tuple[Signals, Signals]:
    """By how much the signals may be off, and their largest sizes; residual is grad_out."""
    grad_out = residual.abs()
    off_grad_out = 2 * bounds.off_out + g(1) * (grad_out + 2 * bounds.off_out)
    return spread_bounds(residual, off_grad_out, w2, bounds, g)


def spread_bounds(
    signal: Tensor, off_grad_out: Tensor, w2: Tensor, bounds: ForwardBounds, g: Gamma
) -> tuple[Signals, Signals]:
    """The same for a signal that is grad_out, of which one knows by how much it may be off."""
    grad_out = signal.abs() + off_grad_out
    # With the signs that the signal has: what cancels in the gradient is not wrong by its size.
    grad_a = (signal @ w2.T).abs()
    off_grad_a = off_grad_out @ w2.abs().T + g(w2.shape[1]) * grad_out @ w2.abs().T
    grad_a = grad_a + off_grad_a
    off_grad_h = bounds.slopes * (off_grad_a + g(2) * grad_a)
    return Signals(off_grad_out, off_grad_a, off_grad_h), Signals(grad_out, grad_a, bounds.slopes * grad_a)


def gradient_bounds(x: Tensor, bounds: ForwardBounds, off: Signals, size: Signals, g: Gamma) -> Params:
    """By how much the gradients may be off: sums over the batch of products."""
    over_batch, x, a = g(len(x)), x.abs(), bounds.a
    return Params(
        w1=x.T @ off.grad_h + over_batch * x.T @ size.grad_h,
        b1=off.grad_h.sum(0, keepdim=True) + over_batch * size.grad_h.sum(0, keepdim=True),
        w2=bounds.off_a.T @ size.grad_out + a.T @ off.grad_out + over_batch * a.T @ size.grad_out,
        b2=off.grad_out.sum(0, keepdim=True) + over_batch * size.grad_out.sum(0, keepdim=True),
    )


def magnitude(bias: Tensor | None) -> Tensor | None:
    return None if bias is None else bias.abs()


def compared(one: Params, two: Params, rounding: Params, kink: Params) -> dict[str, Comparison]:
    """Judge two gradients of one step against the allowances for their difference, by parameter."""
    return {
        name: compare(*(t.reshape(1, -1).numpy() for t in tensors if t is not None))
        for name, *tensors in zip(Params._fields, one, two, rounding, kink, strict=True)
        if tensors[0] is not None
    }
