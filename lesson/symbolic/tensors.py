"""The network's tensors as matrices of polynomials, on which the very code that trains can run.

The entries live in one polynomial ring over the integers. Its generators are the entries of the data
and of the parameters and, as phi is any differentiable function, an atom phi(h) and an atom phi'(h)
for every pre-activation h.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

import numpy as np
from sympy import ZZ, Symbol
from sympy.polys.rings import PolyElement, PolyRing


class Tensor(np.ndarray[Any, Any]):
    """A matrix of polynomials with the few operations of a torch tensor that the seven lines use."""

    def sum(self, dim: int, keepdim: bool = False) -> Self:  # type: ignore[override]
        return super().sum(axis=dim, keepdims=keepdim)


@dataclass(frozen=True)
class Activation:
    """phi, of which nothing is known but that it has a derivative."""

    derivatives: Tensor

    def derivative(self, h: Tensor) -> Tensor:
        """phi'(h), an atom for each pre-activation."""
        assert h.shape == self.derivatives.shape
        return self.derivatives


@dataclass(frozen=True, eq=False)
class Network:
    """A network of given sizes, its forward pass done: tensors as in the notation of the lesson."""

    ring: PolyRing
    x: Tensor
    y: Tensor
    w1: Tensor
    b1: Tensor | None
    w2: Tensor
    b2: Tensor | None
    h: Tensor
    a: Tensor
    out: Tensor
    activation: Activation

    @property
    def loss(self) -> PolyElement:
        """The sum of squares, a scalar."""
        residual = self.out - self.y
        return sum((residual * residual).flat, self.ring.zero)

    def derivative(self, of: PolyElement, by: PolyElement) -> PolyElement:
        """The derivative of a polynomial by an entry of a parameter.

        SymPy differentiates the polynomials; what it cannot know is that each atom phi(h) depends on
        the entry through h, so that the chain rule for one unspecified function is added:
        d phi(h) / dp = phi'(h) dh / dp.
        """
        through = zip(self.a.flat, self.activation.derivatives.flat, self.h.flat, strict=True)
        direct = of.diff(by)
        return sum((of.diff(a) * slope * h.diff(by) for a, slope, h in through), direct)


def entries(name: str, rows: int, columns: int) -> list[list[Symbol]]:
    """Symbols that print as name_{row column}; those of a bias, which is one row, as name_{column}."""
    row = ("" if name.startswith("b") else str(i + 1) for i in range(rows))
    return [[Symbol(f"{name}_{{{i}{j + 1}}}") for j in range(columns)] for i in row]


@lru_cache(maxsize=32)
def network(batch: int, inputs: int, hidden: int, outputs: int, bias: bool = True) -> Network:
    """The network of these sizes, its forward pass done."""
    shapes = {
        "x": (batch, inputs),
        "y": (batch, outputs),
        "w^{(1)}": (inputs, hidden),
        "b^{(1)}": (1, hidden),
        "w^{(2)}": (hidden, outputs),
        "b^{(2)}": (1, outputs),
        "a": (batch, hidden),
        r"\varphi'": (batch, hidden),
    }
    ring, tensors = polynomials(shapes)
    x, y, w1, b1, w2, b2, a, slopes = tensors
    h: Any = x @ w1
    out: Any = a @ w2
    if not bias:
        return Network(ring, x, y, w1, None, w2, None, h, a, out, Activation(slopes))
    return Network(ring, x, y, w1, b1, w2, b2, h + b1, a, out + b2, Activation(slopes))


def polynomials(shapes: Mapping[str, tuple[int, int]]) -> tuple[PolyRing, list[Tensor]]:
    """Matrices of these shapes, whose entries are the generators of one ring, called as entries are."""
    symbols = [entries(name, *shape) for name, shape in shapes.items()]
    ring = PolyRing([entry for rows in symbols for row in rows for entry in row], ZZ)
    generators = iter(ring.gens)
    return ring, [
        np.array([[next(generators) for _ in row] for row in rows], dtype=object).view(Tensor)
        for rows in symbols
    ]
