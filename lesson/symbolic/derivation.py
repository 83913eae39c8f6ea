"""Derivations as data: steps that can check themselves."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Basic, Expr, Function, ImmutableMatrix, MatrixBase, MatrixSymbol, expand


@dataclass(frozen=True)
class Step:
    """left = right, by a rule.

    about names what the step is about, rule the reason; both are keys of the prose. where says what the
    matrix symbols of the right side stand for.
    """

    id: str
    about: str
    left: Basic
    right: Basic
    rule: str
    where: tuple[tuple[MatrixSymbol, ImmutableMatrix], ...] = ()

    def holds(self) -> bool:
        """Whether both sides are the same, derivatives and products carried out."""
        difference = carried_out(self.left) - carried_out(self.right.xreplace(dict(self.where)))
        return all(expand(entry) == 0 for entry in difference)


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
