"""How far apart two correct gradients may lie because numbers have finitely many digits.

Every entry of a gradient is a sum of products of the data and the weights. Whatever the order in
which a program adds them, each product meets at most n roundings, so that the computed entry is off
by at most gamma_n = n u / (1 - n u) times the same sum taken over absolute values, where u is half
the machine epsilon (Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., 2002,
lemma 3.1 and section 3.5). Two computations may differ by the sum of their bounds.

The bound holds while both see the same side of the kink. A pre-activation that is smaller than its
own rounding error may fall on either side of zero; what that can change is the kink's allowance.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from lesson.numeric.by_hand import backward
from lesson.numeric.network import Activation, Params, Trace, affine, forward


class Allowance(NamedTuple):
    """By how much two correct gradients may differ, entry by entry, float64.

    rounding: from rounding alone. kink: in addition, from the units at_kink (batch, hidden), whose
    pre-activation cannot be told from zero.
    """

    rounding: Params
    kink: Params
    at_kink: Tensor


def roundings(batch: int, inputs: int, hidden: int, outputs: int) -> int:
    """The most roundings that one product on its way into a gradient meets.

    The inner products of H, O, grad_a and grad_w1 with their biases, the subtraction of Y, and two
    multiplications by the slope, itself rounded. (The factor 2 is exact.)
    """
    return (inputs + 1) + (hidden + 1) + outputs + batch + 1 + 4


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
    n = roundings(*x.shape, *params.w2.shape)
    unit = sum(gamma(n, dtype) for dtype in dtypes)
    smallest = n * max(torch.finfo(dtype).tiny for dtype in dtypes)

    h = forward(x, params, activation).h
    size = params.map(Tensor.abs)
    size_h = affine(x.abs(), size.w1, size.b1)
    at_kink = h.abs() <= unit * size_h
    # On the kink the unit may pass its signal in full: the bound must hold for either side.
    passed = h.masked_fill(at_kink, 1.0)
    size_a = size_h * activation.derivative(passed)
    size_out = affine(size_a, size.w2, size.b2)

    # The seven lines themselves, run on absolute values: -(-|y|) adds where they subtract.
    trace = Trace(passed, size_a, size_out)
    sizes = backward(x.abs(), -y.abs(), size, activation, trace)
    # A unit on the kink passes the slope or everything; w2 and b2 do not depend on which.
    jump = 1 - activation.slope
    flips = Trace(torch.where(at_kink, 1.0, -1.0), size_a, size_out)
    flipped = backward(x.abs(), -y.abs(), size, Activation.relu(), flips).map(lambda s: jump * s)
    return Allowance(
        rounding=sizes.map(lambda s: unit * s + smallest),
        kink=flipped._replace(
            w2=torch.zeros_like(size.w2), b2=None if size.b2 is None else torch.zeros_like(size.b2)
        ),
        at_kink=at_kink,
    )
