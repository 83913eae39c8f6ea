"""Softmax with cross-entropy, entry by entry: the code that runs, proved on quotients of polynomials.

The entries live in the field of quotients of polynomials. Its generators are an atom exp(o) for every
prediction o, and the targets of each row but the last, which is what they leave of 1.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from sympy import ZZ, Symbol, latex
from sympy.polys.fields import FracElement, FracField

from lesson.numeric.experiments.any_loss import softmax_signal
from lesson.symbolic.proof import LARGEST, Proof, Refutation
from lesson.symbolic.tensors import Tensor

Signal = Callable[[Any, Any], Any]
"""From predictions and targets to the derivative by the predictions, as the lines compute it."""


@dataclass(frozen=True)
class Prediction:
    """o, of which the field knows its exponential alone."""

    exponential: FracElement

    def exp(self) -> FracElement:
        return self.exponential


class Predictions(Tensor):
    """A matrix of predictions, with what the lines ask for."""

    def exp(self) -> Tensor:
        return np.vectorize(Prediction.exp, otypes=[object])(self).view(Tensor)


@dataclass(frozen=True, eq=False)
class CrossEntropy:
    """Predictions and targets (batch, outputs), and what the loss - sum y log(softmax(o)) is made of."""

    out: Predictions
    y: Tensor

    @property
    def exponentials(self) -> Tensor:
        return self.out.exp()

    def derivative(self, row: int, column: int) -> FracElement:
        """The derivative by an entry of out: that of log u is u'/u, and that of exp(o) by o is exp(o)."""
        exponentials = self.exponentials[row]
        total = sum(exponentials[1:], exponentials[0])
        by = exponentials[column]
        softmax = [exponential / total for exponential in exponentials]
        terms = [-y * share.diff(by) * by / share for y, share in zip(self.y[row], softmax, strict=True)]
        return sum(terms[1:], terms[0])


@lru_cache(maxsize=16)
def cross_entropy(batch: int, outputs: int) -> CrossEntropy:
    """Predictions and targets of these sizes."""
    names = [rf"e^{{o_{{{i + 1}{j + 1}}}}}" for i in range(batch) for j in range(outputs)]
    targets = [f"y_{{{i + 1}{j + 1}}}" for i in range(batch) for j in range(outputs - 1)]
    field = FracField([Symbol(name) for name in names + targets], ZZ)
    exponentials, free = field.gens[: len(names)], field.gens[len(names) :]
    out = np.array([Prediction(exponential) for exponential in exponentials], dtype=object)
    first = np.array(free, dtype=object).reshape(batch, outputs - 1)
    last = [[field.one - sum(row, field.zero)] for row in first]
    y = np.concatenate([first, np.array(last, dtype=object)], axis=1)
    return CrossEntropy(out.reshape(batch, outputs).view(Predictions), y.view(Tensor))


def prove(batch: int, outputs: int, signal: Signal = softmax_signal) -> Proof:
    """Prove the lines of softmax's cross-entropy, entry by entry, for all predictions and targets.

    Raises ValueError for sizes above LARGEST, and for less than two outputs.
    """
    if max(batch, outputs) > LARGEST or outputs < 2:
        raise ValueError(f"2 to {LARGEST} outputs can be proved, not {outputs} of {batch} rows")
    began = time.perf_counter()
    refuted = list(refutations(cross_entropy(batch, outputs), signal))
    entries = batch * outputs
    seconds = time.perf_counter() - began
    sizes = (batch, 0, 0, outputs)
    return Proof("out", sizes, entries, entries - len(refuted), seconds, refuted[0] if refuted else None)


def refutations(loss: CrossEntropy, signal: Signal) -> Iterator[Refutation]:
    """Yield each entry of what the lines compute that is not the derivative of the loss."""
    claimed = signal(loss.out, loss.y)
    for row, column in np.ndindex(loss.y.shape):
        true = loss.derivative(row, column)
        if claimed[row, column] != true:
            written = (latex(value.as_expr()) for value in (claimed[row, column], true))
            yield Refutation(row + 1, column + 1, *written)
