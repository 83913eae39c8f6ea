"""Proofs that the seven lines are the gradient: of the code that trains, for every entry, for any phi."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from sympy import latex

from lesson.numeric.by_hand import backward
from lesson.numeric.network import Params, Trace
from lesson.symbolic.tensors import network

LARGEST = 4
"""Sizes up to this are proved as they are; above, a network of this size stands for all."""

Backward = Callable[..., Params]


class Refutation(NamedTuple):
    """The first entry that differs (row and column from 1), what the lines say, and what is true.

    Both in LaTeX; claimed is empty where the lines give a matrix of another shape.
    """

    row: int
    column: int
    claimed: str
    true: str


@dataclass(frozen=True)
class Proof:
    """How many entries of a parameter's gradient were proved, and how long it took."""

    parameter: str
    sizes: tuple[int, int, int, int]
    entries: int
    proved: int
    seconds: float
    refuted: Refutation | None = None


@lru_cache(maxsize=256)
def prove(
    parameter: str,
    batch: int,
    inputs: int,
    hidden: int,
    outputs: int,
    bias: bool = True,
    lines: Backward = backward,
) -> Proof:
    """Run the seven lines on polynomials, and compare each entry with the derivative of the loss.

    parameter is w1, b1, w2 or b2; lines is the code to be proved, by default that which trains.
    Raises ValueError for sizes above LARGEST, and for a bias that is not there.
    """
    sizes = (batch, inputs, hidden, outputs)
    if max(sizes) > LARGEST:
        raise ValueError(f"sizes up to {LARGEST} can be proved, not {sizes}")
    began = time.perf_counter()
    n = network(*sizes, bias)
    # Polynomials in the place of torch's tensors: the lines ask for nothing that these cannot do.
    tensors: tuple[Any, ...] = (n.w1, n.b1, n.w2, n.b2, n.h, n.a, n.out)
    params, trace = Params(*tensors[:4]), Trace(*tensors[4:])
    found = getattr(lines(n.x, n.y, params, n.activation, trace), parameter)
    by: Any = getattr(params, parameter)
    if by is None:
        raise ValueError(f"a network without bias has no {parameter}")
    loss, proved, refuted = n.loss, 0, None
    for place in np.ndindex(by.shape):
        true = n.derivative(loss, by[place])
        claimed = found[place] if found.shape == by.shape else None
        if claimed == true:
            proved += 1
        elif refuted is None:
            written = "" if claimed is None else latex(claimed.as_expr())
            refuted = Refutation(place[0] + 1, place[1] + 1, written, latex(true.as_expr()))
    return Proof(parameter, sizes, by.size, proved, time.perf_counter() - began, refuted)
