"""The derivative by the prediction, rule by rule, from the innermost part of a loss outwards."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import (
    Abs,
    Add,
    Derivative,
    Dummy,
    Expr,
    Integer,
    Mul,
    Pow,
    expand_mul,
    gcd_terms,
    preorder_traversal,
    sign,
)

from lesson.symbolic.any_loss.functions import o, where
from lesson.symbolic.any_loss.refusal import LossError, Stopwatch
from lesson.symbolic.derivation import Step

MOST_TERMS = 250
"""Parts of a derivative: numbers, symbols and what joins them."""

ZERO, ONE = Integer(0), Integer(1)
INNER = Dummy("u", real=True)


class Differentiation:
    """The derivative by o of each part of a loss; steps: those that were needed, in their order."""

    def __init__(self, watch: Stopwatch) -> None:
        self.watch = watch
        self.steps: list[Step] = []
        self.found: dict[Expr, Expr] = {}

    def of(self, part: Expr) -> Expr:
        """Its derivative. Raises LossError where it becomes too long or takes too long."""
        if part == o:
            return ONE
        if o not in part.free_symbols:
            return ZERO
        if part not in self.found:
            rule, slope = self.by_rule(part)
            slope = factored(merged(slope))
            self.check(slope)
            self.found[part] = slope
            self.note(part, slope, rule)
        return self.found[part]

    def whole(self, loss: Expr) -> Expr:
        """The derivative of a loss, in the shortest way that is found without searching."""
        slope = self.of(loss)
        short = tidy(slope)
        if short != slope:
            self.check(short)
            self.note(loss, short, "shorter")
        return short

    def note(self, part: Expr, slope: Expr, rule: str) -> None:
        left = Derivative(part, o, evaluate=False)
        self.steps.append(Step(f"any-loss-{len(self.steps)}", "o", left, slope, rule))

    def by_rule(self, part: Expr) -> tuple[str, Expr]:
        """The rule that a part needs, and what it gives."""
        match part:
            case Add(args=terms):
                return "sum", Add(*map(self.of, terms))
            case Mul(args=factors):
                varying = [factor for factor in factors if o in factor.free_symbols]
                if len(varying) == 1:
                    constant = Mul(*(factor for factor in factors if factor is not varying[0]))
                    return "factor", constant * self.of(varying[0])
                return "product", Add(*self.products(factors))
            case Pow(base=base, exp=exponent):
                return "power", exponent * base ** (exponent - 1) * self.of(base)
            case where(args=(test, value, otherwise)):
                return "pieces", where(test, self.of(value), self.of(otherwise))
            case Abs(args=(inner,)):
                return "abs", sign(inner) * self.of(inner)
            case sign():
                return "sign", ZERO
        (inner,) = part.args
        # SymPy knows the derivative of each function of one variable; the chain rule does the rest.
        outer = part.func(INNER).diff(INNER).xreplace({INNER: inner})
        return part.func.__name__, outer * self.of(inner)

    def products(self, factors: tuple[Expr, ...]) -> Iterator[Expr]:
        """The product with each of its factors differentiated in turn."""
        for index, factor in enumerate(factors):
            yield Mul(*factors[:index], self.of(factor), *factors[index + 1 :])

    def check(self, slope: Expr) -> None:
        """Refuse what grows beyond bounds before more is made of it."""
        self.watch.check()
        if any(count >= MOST_TERMS for count, _ in enumerate(preorder_traversal(slope))):
            raise LossError(1, "too-many-terms", limit=MOST_TERMS)


def merged(product: Expr) -> Expr:
    """A product of expressions that are chosen by one condition, chosen by it as a whole."""
    factors = Mul.make_args(product)
    chosen = [factor for factor in factors if isinstance(factor, where)]
    if len(chosen) < 2 or len({factor.args[0] for factor in chosen}) > 1:
        return product
    rest = Mul(*(factor for factor in factors if factor not in chosen))
    value, otherwise = (Mul(rest, *(factor.args[case] for factor in chosen)) for case in (1, 2))
    return where(chosen[0].args[0], value, otherwise)


def tidy(expression: Expr) -> Expr:
    """The same with its common factors in front, or multiplied out where that is shorter."""
    product = upright(factored(expression))
    opened = expand_mul(product) if is_narrow(product) else product
    return min(product, opened, key=length)


def factored(expression: Expr) -> Expr:
    """The same with its common factors in front: 2 (o - y) in the place of 2 o - 2 y.

    It only looks at the terms that there are, not into them: SymPy's ways to simplify may take any time.
    """
    match expression:
        case Add():
            return gcd_terms(expression, clear=False, fraction=False)
        case where(args=(test, value, otherwise)):
            return where(test, factored(value), factored(otherwise))
    return expression


def upright(product: Expr) -> Expr:
    """o - y in the place of -(y - o)."""
    coefficient, rest = product.as_coeff_Mul()
    for factor in Mul.make_args(rest):
        if coefficient == -1 and isinstance(factor, Add) and factor.coeff(o).is_negative:
            return Mul(*(-other if other is factor else other for other in Mul.make_args(rest)))
    return product


def is_narrow(expression: Expr) -> bool:
    """Whether products of sums in it are few and short enough to be multiplied out."""
    products = [part for part in preorder_traversal(expression) if isinstance(part, Mul)]
    sums = [factor for product in products for factor in product.args if isinstance(factor, Add)]
    return len(sums) <= 3 and all(len(total.args) <= 3 for total in sums)


def length(expression: Expr) -> int:
    return sum(1 for _ in preorder_traversal(expression))
