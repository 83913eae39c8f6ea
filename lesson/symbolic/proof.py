"""Proofs that the seven lines are the gradient: of the code that trains, for every entry, for any phi."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from sympy import latex

from lesson.numeric.by_hand import backward
from lesson.numeric.network import Params, Trace
from lesson.symbolic.tensors import Network, network

LARGEST = 4
"""Sizes up to this are proved as they are; above, a network of this size stands for all."""

Backward = Callable[..., Params]


class Refutation(NamedTuple):
    """An entry that differs (row and column from 1), what the lines say, and what is true.

    Both in LaTeX; claimed is empty where the lines give a matrix of another shape.
    """

    row: int
    column: int
    claimed: str
    true: str


@dataclass(frozen=True)
class Proof:
    """How many entries of a parameter's gradient were proved, and the first that was not."""

    parameter: str
    sizes: tuple[int, int, int, int]
    entries: int
    proved: int
    seconds: float
    refuted: Refutation | None = None


@lru_cache(maxsize=256)
def prove(parameter: str, batch: int, inputs: int, hidden: int, outputs: int) -> Proof:
    """Prove the lines that train: the gradient by parameter w1, b1, w2 or b2, in a network with bias.

    Raises ValueError for sizes above LARGEST.
    """
    sizes = (batch, inputs, hidden, outputs)
    if max(sizes) > LARGEST:
        raise ValueError(f"sizes up to {LARGEST} can be proved, not {sizes}")
    began = time.perf_counter()
    net = network(*sizes)
    refuted = list(refutations(backward, parameter, net))
    entries = getattr(net, parameter).size
    proved = entries - len(refuted)
    return Proof(
        parameter, sizes, entries, proved, time.perf_counter() - began, refuted[0] if refuted else None
    )


def refutations(lines: Backward, parameter: str, net: Network) -> Iterator[Refutation]:
    """Yield each entry of the lines' gradient that is not the derivative of the loss.

    Raises ValueError for a bias that is not there.
    """
    by = getattr(net, parameter)
    if by is None:
        raise ValueError(f"a network without bias has no {parameter}")
    gradient, loss = getattr(gradients(lines, net), parameter), net.loss
    for row, column in np.ndindex(by.shape):
        true = net.derivative(loss, by[row, column])
        claimed = gradient[row, column] if gradient.shape == by.shape else None
        if claimed != true:
            written = "" if claimed is None else latex(claimed.as_expr())
            yield Refutation(row + 1, column + 1, written, latex(true.as_expr()))


def gradients(lines: Backward, net: Network) -> Params:
    """What the lines make of polynomials: they ask for nothing of torch's tensors that these cannot do."""
    tensors: tuple[Any, ...] = (net.w1, net.b1, net.w2, net.b2, net.h, net.a, net.out)
    return lines(net.x, net.y, Params(*tensors[:4]), net.activation, Trace(*tensors[4:]))
