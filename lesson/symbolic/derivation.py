"""Derivations as data: steps that can check themselves."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Basic, Expr, Function, ImmutableMatrix, MatrixBase, expand
from sympy.core.function import AppliedUndef


@dataclass(frozen=True)
class Step:
    """left = right, by a rule.

    about names what the step is about, rule the reason; both are keys of the prose. where says what
    symbols of either side stand for.
    """

    id: str
    about: str
    left: Basic
    right: Basic
    rule: str
    where: tuple[tuple[Basic, Basic], ...] = ()

    @property
    def example(self) -> tuple[Basic, Basic] | None:
        """The first quantity that the sides name without saying what it is, and what it is."""
        return next((pair for pair in self.where if isinstance(pair[0], AppliedUndef)), None)

    def holds(self) -> bool:
        """Whether both sides are the same, derivatives and products carried out."""
        left, right = (carried_out(side.xreplace(dict(self.where))) for side in (self.left, self.right))
        return all(expand(entry) == 0 for entry in left - right)


def carried_out(side: Basic) -> MatrixBase:
    """A side as an explicit matrix; a scalar as one of a single entry."""
    done = side.doit()
    return done if isinstance(done, MatrixBase) else ImmutableMatrix([[done]])


class slope_of(Function):  # type: ignore[misc]
    """phi', the derivative of the activation."""


class phi(Function):  # type: ignore[misc]
    """The activation: any function with a derivative."""

    def fdiff(self, argindex: int = 1) -> Expr:  # noqa: ARG002
        return slope_of(*self.args)
