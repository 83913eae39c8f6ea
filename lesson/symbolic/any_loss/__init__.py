"""Any loss of one prediction, and its derivative: read from a text, differentiated, written as torch.

presets    losses that everybody knows; free of SymPy
refusal    why a text is no loss, and where; free of SymPy
functions  the symbols and functions that a loss may use
reading    text into an expression, node by node
rules      the derivative, step by step
kinks      where it jumps, and what it is there
stable     the same function, written so that it does not overflow
as_torch   both as torch, in the lesson's names
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from sympy import Expr

from lesson.symbolic.any_loss.as_torch import as_written, torch_of
from lesson.symbolic.any_loss.functions import o, y
from lesson.symbolic.any_loss.kinks import Kink, kinks
from lesson.symbolic.any_loss.reading import Reader, parsed
from lesson.symbolic.any_loss.refusal import LossError, Reason, Stopwatch
from lesson.symbolic.any_loss.rules import Differentiation
from lesson.symbolic.any_loss.stable import stable
from lesson.symbolic.derivation import Step

__all__ = ["Derived", "Kink", "LossError", "Reason", "derive"]


@dataclass(frozen=True)
class Written:
    """The loss of each entry of out and its derivative by that entry, as torch."""

    value: str
    derivative: str


@dataclass(frozen=True)
class Derived:
    """A loss in o and y, and its derivative by o.

    value, derivative: both as torch, entry by entry; value as it was written, which is what autograd
    differentiates. stable: the same two functions, written so that they do not overflow, None where nothing
    of the kind is known. steps: by which rules. kinks: where the derivative may jump. of_residual: whether
    the loss depends on o - y alone.
    """

    text: str
    value: str
    derivative: str
    stable: Written | None
    loss: Expr
    slope: Expr
    steps: tuple[Step, ...]
    kinks: tuple[Kink, ...]
    of_residual: bool

    @property
    def line(self) -> str:
        """The first of the seven lines, for this loss."""
        return f"grad_out = {self.derivative}"


@lru_cache(maxsize=256)
def derive(text: str) -> Derived:
    """Differentiate a loss of one prediction o and its target y.

    text: an expression such as (o - y)**2, of at most 200 characters. Raises LossError for whatever is
    no such loss, and for what would take too long.
    """
    watch = Stopwatch()
    tree = parsed(text)
    loss = Reader(watch).loss(tree)
    differentiation = Differentiation(watch)
    slope = differentiation.whole(loss)
    found = kinks(loss, slope, watch)
    rewritten = stable(loss, watch), stable(slope, watch)
    stably = Written(*map(torch_of, rewritten)) if rewritten != (loss, slope) else None
    derivative = torch_of(slope)
    watch.check()
    return Derived(
        text,
        as_written(tree),
        derivative,
        stably,
        loss,
        slope,
        tuple(differentiation.steps),
        found,
        y not in loss.xreplace({o: o + y}).free_symbols,
    )
