"""A loss and its derivative as torch, in the lesson's names, so that its interpreter can run them."""

from __future__ import annotations

import ast
from fractions import Fraction
from functools import reduce

from sympy import Add, Expr, Pow, Rational, S
from sympy.core.relational import Relational
from sympy.printing.precedence import PRECEDENCE
from sympy.printing.pytorch import TorchPrinter

from lesson.symbolic.any_loss.functions import FUNCTIONS
from lesson.symbolic.any_loss.refusal import LossError

NAMES = {"o": "out", "out": "out", "y": "y"}
LARGEST_NUMBER = 1e30
IN_TORCH = {"softplus": "torch.nn.functional.softplus"}
"""What is not in torch itself."""


def decimal(number: Rational) -> str:
    """A number as a decimal where that is exact and short, else as a quotient."""
    exact = Fraction(int(number.p), int(number.q))
    written = repr(float(exact))
    short = "e" not in written and len(written) < 9 and Fraction(written) == exact
    return written.removesuffix(".0") if short else str(number)


def approximate(number: Expr) -> str:
    """A number that is no quotient, such as the root of 2. Raises LossError where it is none of torch's."""
    try:
        value = float(number)
    except (TypeError, OverflowError):
        raise LossError(1, "not-real") from None
    if not abs(value) <= LARGEST_NUMBER:
        raise LossError(1, "not-real")
    return repr(value)


def function(name: str) -> str:
    return IN_TORCH.get(name, f"torch.{name}")


class Printer(TorchPrinter):  # type: ignore[misc]
    """SymPy's printer for torch, with operators where Python has them, and numbers as people write them."""

    def _print(self, expression: object, **settings: object) -> str:
        if isinstance(expression, Expr) and expression.is_number and not isinstance(expression, Rational):
            return approximate(expression)
        return str(super()._print(expression, **settings))

    def parenthesize(self, item: Expr, level: float, strict: bool = False) -> str:
        """No parentheses around a decimal."""
        if isinstance(item, Rational) and item >= 0 and "/" not in decimal(item):
            return decimal(item)
        return str(super().parenthesize(item, level, strict))

    def _print_Symbol(self, symbol: Expr) -> str:
        return NAMES[symbol.name]

    def _print_Rational(self, number: Rational) -> str:
        return decimal(number)

    _print_Half = _print_Rational

    def _print_Add(self, total: Add, order: str | None = None) -> str:  # noqa: ARG002
        """What is taken away last: 1 - y, not -y + 1."""
        terms = sorted(total.args, key=lambda term: term.could_extract_minus_sign())
        first, *rest = map(self._print, terms)
        return reduce(joined, rest, first)

    def _print_Pow(self, power: Pow, rational: bool = False) -> str:  # noqa: ARG002
        base, exponent = power.args
        if exponent == S.Half:
            return f"torch.sqrt({self._print(base)})"
        if exponent.is_negative:
            return f"1/{self.parenthesize(Pow(base, -exponent), PRECEDENCE['Mul'], strict=False)}"
        raised = self.parenthesize(base, PRECEDENCE["Pow"], strict=False)
        return f"{raised}**{self.parenthesize(exponent, PRECEDENCE['Pow'])}"

    def _print_Function(self, applied: Expr) -> str:
        name = {"Abs": "abs"}.get(applied.func.__name__, applied.func.__name__)
        return f"{function(name)}({self._print(applied.args[0])})"

    _print_exp = _print_Abs = _print_sign = _print_log = _print_Function

    def _print_Relational(self, condition: Relational) -> str:
        left, right = (self.parenthesize(side, PRECEDENCE["Relational"]) for side in condition.args)
        return f"{left} {condition.rel_op} {right}"

    def _print_where(self, chosen: Expr) -> str:
        test, value, otherwise = map(self._print, chosen.args)
        if all(part.is_number for part in chosen.args[1:]):
            # Of two numbers torch.where makes a tensor of another dtype.
            otherwise = f"torch.full_like(out, {otherwise})"
        return f"torch.where({test}, {value}, {otherwise})"


def joined(left: str, right: str) -> str:
    """A sum of two written terms."""
    return f"{left} - {right[1:]}" if right.startswith("-") else f"{left} + {right}"


def torch_of(expression: Expr) -> str:
    """An expression in o and y as torch, of the shape of out."""
    written = Printer().doprint(expression)
    return f"torch.full_like(out, {written})" if expression.is_number else written


def as_written(tree: ast.expr) -> str:
    """A loss as its writer wrote it, in torch's names: what autograd will differentiate."""
    return ast.unparse(Torch().visit(tree))


class Torch(ast.NodeTransformer):
    """Rewrites what the reader has read, the innermost first."""

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(NAMES.get(node.id, node.id))

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        self.generic_visit(node)
        return chosen(node.test, node.body, node.orelse)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        match node:
            case ast.Call(func=ast.Name(id=name), args=[inner]) if name in (*FUNCTIONS, "relu"):
                return call(function(name), inner)
            case ast.Call(func=ast.Name(id="max" | "min" as name), args=[one, two]):
                return larger(name, one, two)
            case ast.Call(func=ast.Name(id="where"), args=[test, value, otherwise]):
                return chosen(test, value, otherwise)
            case ast.Call(func=ast.Name(id="Piecewise"), args=[*before, ast.Tuple(elts=[last, _])]):
                pairs = [pair.elts for pair in before if isinstance(pair, ast.Tuple)]
                return reduce(lambda rest, pair: chosen(pair[1], pair[0], rest), reversed(pairs), last)
        return node


def call(name: str, *arguments: ast.expr, **keywords: ast.expr) -> ast.Call:
    named = [ast.keyword(name, value) for name, value in keywords.items()]
    return ast.Call(ast.parse(name, mode="eval").body, list(arguments), named)


def larger(name: str, one: ast.expr, two: ast.expr) -> ast.Call:
    """max or min: of a number and a tensor as people write it, with clamp."""
    if is_number(one) or is_number(two):
        number, tensor = (one, two) if is_number(one) else (two, one)
        if not is_number(tensor):
            return call("torch.clamp", tensor, **{"min" if name == "max" else "max": number})
    return call(f"torch.{name}imum", as_tensor(one), as_tensor(two))


def chosen(test: ast.expr, value: ast.expr, otherwise: ast.expr) -> ast.Call:
    """torch.where, which would make another dtype of two numbers."""
    otherwise = as_tensor(otherwise) if is_number(value) else otherwise
    return call("torch.where", test, value, otherwise)


def as_tensor(node: ast.expr) -> ast.expr:
    return call("torch.full_like", ast.Name("out"), node) if is_number(node) else node


def is_number(node: ast.expr) -> bool:
    return not any(isinstance(part, ast.Name) for part in ast.walk(node))
