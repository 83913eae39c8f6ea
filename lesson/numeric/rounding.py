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

from lesson.numeric.compare import Comparison, Kink, compare
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
Dtypes = tuple[torch.dtype, torch.dtype]

AT_ONCE = 2**18
"""Pre-activations whose bounds are worked out at once: a dozen numbers of 8 bytes for each."""


def allowance(x: Tensor, y: Tensor, params: Params, activation: Activation, dtypes: Dtypes) -> Allowance:
    """By how much two gradients at the same weights, computed in these dtypes, may differ.

    x (batch, inputs), y (batch, outputs) and params in float64, as the bound is evaluated there.
    """
    task = Task(x, y, params, activation)
    whole = part(task, gammas(dtypes), len(x))
    return whole._replace(rounding=with_smallest(whole.rounding, task, dtypes))


def gradient_allowance(
    x: Tensor, y: Tensor, params: Params, activation: Activation, dtypes: Dtypes
) -> tuple[Params, Params]:
    """The rounding and the kink of allowance, from some observations at a time, which bounds the memory.

    params in float64; x and y in any dtype.
    """
    some = observations_at_once(params)
    rounding, kink = None, None
    for few_x, few_y in zip(x.split(some), y.split(some), strict=True):
        found = part(Task(few_x.double(), few_y.double(), params, activation), gammas(dtypes), len(x))
        rounding, kink = added(rounding, found.rounding), added(kink, found.kink)
    assert rounding is not None
    assert kink is not None
    return with_smallest(rounding, Task(x, y, params, activation), dtypes), kink


def observations_at_once(params: Params) -> int:
    return max(1, AT_ONCE // params.w1.shape[1])


def gammas(dtypes: Dtypes) -> Gamma:
    """The sum of both computations' gamma_n."""
    return lambda n: sum(gamma(n, dtype) for dtype in dtypes)


def part(task: Task, g: Gamma, batch: int) -> Allowance:
    """What some observations of a batch allow, but for what underflows: bounds of gradients are sums over the
    batch."""
    trace = forward(task.x, task.params, task.activation)
    bounds = forward_bounds(task, trace, g)
    return carried(task, bounds, signal_bounds(2 * (trace.out - task.y), task.params.w2, bounds, g), g(batch))


def allowance_of(task: Task, signal: Tensor, off: Callable[[Tensor], Tensor], dtypes: Dtypes) -> Allowance:
    """The allowance for any loss: signal is its derivative by out (batch, outputs), and off tells by how much
    that may be off where out is off by so much. All in float64."""
    g = gammas(dtypes)
    bounds = forward_bounds(task, forward(task.x, task.params, task.activation), g)
    spread = spread_bounds(signal, off(bounds.off_out), task.params.w2, bounds, g)
    whole = carried(task, bounds, spread, g(len(task.x)))
    return whole._replace(rounding=with_smallest(whole.rounding, task, dtypes))


def carried(
    task: Task, bounds: ForwardBounds, spread: tuple[Signals, Signals], over_batch: float
) -> Allowance:
    """From the signals, by how much they may be off and how large they are, to the gradients."""
    (x, _, params, activation), (signals, sizes) = task, spread
    rounding = gradient_bounds(x, bounds, signals, sizes, over_batch)
    # A unit on the kink passes the slope or everything; w2 and b2 do not depend on which.
    flipped = (1 - activation.slope) * bounds.at_kink * sizes.grad_a
    none = rounding.map(torch.zeros_like)
    kink = none._replace(w1=x.abs().T @ flipped, b1=flipped.sum(0, keepdim=True))
    if params.b1 is None:
        rounding, kink = (bound._replace(b1=None, b2=None) for bound in (rounding, kink))
    return Allowance(rounding, signals, kink, bounds.at_kink)


def added(one: Params | None, two: Params) -> Params:
    """The sum; None stands for nothing."""
    if one is None:
        return two
    terms = iter([a + b for a, b in zip(one, two, strict=True) if a is not None and b is not None])
    return two.map(lambda _: next(terms))


def with_smallest(rounding: Params, task: Task, dtypes: Dtypes) -> Params:
    """Bounds with what may underflow anywhere on the way."""
    x, y, params, _ = task
    smallest = (len(x) + sum(params.w1.shape) + y.shape[1]) * max(torch.finfo(t).tiny for t in dtypes)
    return rounding.map(lambda off: off + smallest)


def nearest_kink(x: Tensor, params: Params, dtypes: Dtypes) -> Kink | None:
    """The pre-activation nearest to zero among those that rounding cannot tell from it, if there are any."""
    kinks, first, some = [], 0, observations_at_once(params)
    for few in map(Tensor.double, x.split(some)):
        h = affine(few, params.w1, params.b1)
        distance = h.abs()
        distance.masked_fill_(distance > off_h(few, params, gammas(dtypes)), torch.inf)
        observation, unit = divmod(int(distance.argmin()), h.shape[1])
        if distance[observation, unit] < torch.inf:
            kinks.append(Kink(first + observation, unit, float(h[observation, unit])))
        first += some
    return min(kinks, key=lambda kink: abs(kink.h), default=None)


def forward_bounds(task: Task, trace: Trace, g: Gamma) -> ForwardBounds:
    x, _, params, activation = task
    w2, b2 = params.w2.abs(), magnitude(params.b2)
    off = off_h(x, params, g)
    at_kink = trace.h.abs() <= off
    # On the kink the unit may pass everything: the bound must hold for either side.
    slopes = activation.derivative(trace.h.masked_fill(at_kink, 1.0))
    a = trace.a.abs()
    off_a = slopes * off + g(2) * a
    a = a + off_a
    return ForwardBounds(at_kink, slopes, a, off_a, off_a @ w2 + g(len(w2) + 1) * affine(a, w2, b2))


def off_h(x: Tensor, params: Params, g: Gamma) -> Tensor:
    """By how much each pre-activation may be off."""
    return g(x.shape[1] + 1) * affine(x.abs(), params.w1.abs(), magnitude(params.b1))


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


def gradient_bounds(
    x: Tensor, bounds: ForwardBounds, off: Signals, size: Signals, over_batch: float
) -> Params:
    """By how much the gradients may be off: sums of products; over_batch: the gamma of a batch's sum."""
    x, a = x.abs(), bounds.a
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
