"""The symbols and functions of a loss: SymPy's, and those that torch has and SymPy has not."""

from __future__ import annotations

from sympy import Abs, Expr, Function, Symbol, cos, cosh, exp, false, log, sign, sin, sinh, sqrt, tanh, true
from sympy.logic.boolalg import Boolean

o, y = Symbol("o", real=True), Symbol("y", real=True)


class sigmoid(Function):  # type: ignore[misc]
    """1 / (1 + exp(-z)), as one function."""

    is_positive = True

    def fdiff(self, argindex: int = 1) -> Expr:  # noqa: ARG002
        return self * (1 - self)


class softplus(Function):  # type: ignore[misc]
    """log(1 + exp(z)), as one function."""

    is_positive = True

    def fdiff(self, argindex: int = 1) -> Expr:  # noqa: ARG002
        return sigmoid(*self.args)


class where(Function):  # type: ignore[misc]
    """One expression where a condition holds, another elsewhere.

    SymPy's own Piecewise would simplify conditions, for which there is no limit of time.
    """

    is_commutative = is_extended_real = True

    @classmethod
    def eval(cls, test: Boolean, value: Expr, otherwise: Expr) -> Expr | None:
        if test in (true, false):
            return value if test else otherwise
        return value if value == otherwise else None


FUNCTIONS = {
    "abs": Abs,
    "cos": cos,
    "cosh": cosh,
    "exp": exp,
    "log": log,
    "sigmoid": sigmoid,
    "sign": sign,
    "sin": sin,
    "sinh": sinh,
    "softplus": softplus,
    "sqrt": sqrt,
    "tanh": tanh,
}
"""Of one argument, by the names that they have in a text and in torch."""
