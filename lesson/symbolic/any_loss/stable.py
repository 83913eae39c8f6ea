"""The same function, written so that no part of it overflows where the whole does not."""

from __future__ import annotations

from sympy import Abs, Add, Expr, Mul, Pow, cosh, exp, log, sinh, tanh

from lesson.symbolic.any_loss.functions import sigmoid, softplus
from lesson.symbolic.any_loss.refusal import Stopwatch
from lesson.symbolic.any_loss.rules import tidy


def stable(expression: Expr, watch: Stopwatch) -> Expr:
    """Softplus, sigmoid and tanh in the place of the exponentials of which they are made.

    Equal for all real numbers; where nothing of the kind is found, the expression itself.
    """
    watch.check()
    if not expression.args:
        return expression
    parts = [stable(part, watch) for part in expression.args]
    changed = any(new is not old for new, old in zip(parts, expression.args, strict=True))
    rebuilt = expression.func(*parts) if changed else expression
    match rebuilt:
        case log(args=(inner,)):
            return logarithm(rebuilt, inner)
        case Add():
            return complement(rebuilt)
        case Mul() | Pow():
            return quotient(rebuilt)
    return rebuilt


def logarithm(whole: Expr, inner: Expr) -> Expr:
    """log(1 + exp(u)), log(cosh(u)), log(sigmoid(u)), log(1 - sigmoid(u))."""
    match inner:
        case cosh(args=(u,)):
            return Abs(u) + softplus(-2 * Abs(u)) - log(2)
        case sigmoid(args=(u,)):
            return -softplus(-u)
    u = exponent_beside_one(inner)
    return whole if u is None else softplus(u)


def exponent_beside_one(total: Expr) -> Expr | None:
    """u where the whole is 1 + exp(u)."""
    rest = total - 1
    return rest.args[0] if isinstance(rest, exp) and total.is_Add else None


def complement(total: Expr) -> Expr:
    """1 - sigmoid(u) is sigmoid(-u)."""
    rest = 1 - total
    return sigmoid(-rest.args[0]) if isinstance(rest, sigmoid) else total


def quotient(product: Expr) -> Expr:
    """A product in which what stands above and below a bar is one function."""
    factors = [reciprocal(factor) for factor in Mul.make_args(product)]
    for below in list(factors):
        above, both = with_above(below)
        if above in factors:
            factors.remove(above)
            factors[factors.index(below)] = both
    return product if factors == list(Mul.make_args(product)) else tidy(Mul(*factors))


def reciprocal(factor: Expr) -> Expr:
    """1 / (1 + exp(u)) is sigmoid(-u)."""
    u = exponent_beside_one(factor.base) if isinstance(factor, Pow) and factor.exp == -1 else None
    return factor if u is None else sigmoid(-u)


def with_above(below: Expr) -> tuple[Expr | None, Expr | None]:
    """What makes one function of this factor, and that function."""
    match below:
        case Pow(base=cosh(args=(u,)), exp=exponent) if exponent == -1:
            return sinh(u), tanh(u)
        case sigmoid(args=(u,)):
            return exp(-u), sigmoid(-u)
    return None, None
