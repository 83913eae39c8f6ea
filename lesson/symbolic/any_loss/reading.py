"""A loss as text: every node of its syntax is on the list, and each is built by hand.

Nothing is evaluated but sums, products and powers of numbers, all of which are bounded before and after.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sympy import Expr, I, Pow, Rational, nan, oo, zoo
from sympy.logic.boolalg import Boolean

from lesson.symbolic.any_loss.functions import FUNCTIONS, o, where, y
from lesson.symbolic.any_loss.refusal import LossError, Stopwatch, refuse
from lesson.symbolic.any_loss.rules import factored

MOST_CHARACTERS = 200
DEEPEST = 24
"""Levels of nesting."""

LARGEST = 10**9
"""Of a numerator and of a denominator, also of those that come out of products and powers."""

LARGEST_EXPONENT = 10
LARGEST_POWER = 100
"""Of a power, and of what powers of powers come to."""

BLANKS = str.maketrans("\n\r\t\f", "    ")
"""A loss is one line."""

SYMBOLS = {"o": o, "out": o, "y": y}
OPERATIONS: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
COMPARISONS: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def parsed(text: str) -> ast.expr:
    """The syntax tree of a loss, small enough to be walked. Raises LossError."""
    if not text.strip():
        raise LossError(1, "empty")
    if len(text) > MOST_CHARACTERS:
        raise LossError(MOST_CHARACTERS + 1, "too-long", limit=MOST_CHARACTERS)
    flush = text.translate(BLANKS).lstrip()
    indented = len(text) - len(flush)
    try:
        tree = ast.parse(flush, mode="eval").body
    except SyntaxError as error:
        raise LossError(max(1, error.offset or 1) + indented, "no-python", said=error.msg) from None
    except (ValueError, RecursionError, MemoryError):
        raise LossError(1, "too-deep", limit=DEEPEST) from None
    check_depth(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.expr):
            node.col_offset += indented
    return tree


def check_depth(tree: ast.AST) -> None:
    """Refuse what is deeply nested, before anything walks it recursively."""
    waiting = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        if depth > DEEPEST:
            raise refuse(node, "too-deep", limit=DEEPEST)
        waiting += [(child, depth + 1) for child in ast.iter_child_nodes(node)]


@dataclass(frozen=True)
class Reader:
    """Turns a syntax tree into an expression in o and y, node by node."""

    watch: Stopwatch

    def loss(self, tree: ast.expr) -> Expr:
        """The whole loss. Raises LossError."""
        loss = self.expression(tree)
        if o not in loss.free_symbols:
            raise refuse(tree, "no-prediction")
        return loss

    def expression(self, node: ast.expr) -> Expr:
        """What a node is worth, its numbers bounded. Raises LossError."""
        built = self.built(node)
        check_value(node, built)
        self.watch.check(node.col_offset + 1)
        return built

    def built(self, node: ast.expr) -> Expr:
        match node:
            case ast.Constant(value=value):
                return number(node, value)
            case ast.Name(id=name):
                if name not in SYMBOLS:
                    raise refuse(node, "unknown-name", name=name)
                return SYMBOLS[name]
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self.expression(operand)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.expression(operand)
            case ast.BinOp(left=left, op=op, right=right):
                return self.combined(node, op, self.expression(left), self.expression(right))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self.pieces((test, body), orelse)
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                return self.called(node, name, arguments)
        raise not_on_the_list(node)

    def combined(self, node: ast.expr, op: ast.operator, left: Expr, right: Expr) -> Expr:
        if type(op) not in OPERATIONS:
            raise refuse(node, "caret") if isinstance(op, ast.BitXor) else not_on_the_list(node)
        if isinstance(op, ast.Pow):
            check_power(node, left, right)
        if isinstance(op, ast.Div) and right == 0:
            raise refuse(node, "divided-by-zero")
        result = OPERATIONS[type(op)](left, right)
        # SymPy multiplies a number into a sum; a learner wrote it in front.
        return factored(result) if isinstance(op, ast.Mult | ast.Div) else result

    def called(self, node: ast.Call, name: str, arguments: list[ast.expr]) -> Expr:
        match name, arguments:
            case "where", [test, body, orelse]:
                return self.pieces((test, body), orelse)
            case "Piecewise", [*_]:
                return self.piecewise(node, arguments)
        if name not in ARGUMENTS:
            raise refuse(node, "unknown-function", name=name)
        if len(arguments) != ARGUMENTS[name]:
            raise refuse(node, "number-of-arguments", name=name, needed=ARGUMENTS[name])
        values = [self.expression(argument) for argument in arguments]
        if all(value.is_number for value in values):
            raise refuse(node, "numbers-alone", name=name)
        return applied(name, values)

    def piecewise(self, node: ast.Call, arguments: list[ast.expr]) -> Expr:
        """SymPy's own spelling: pairs of an expression and its condition, the last one's True."""
        pairs = [pair.elts for pair in arguments if isinstance(pair, ast.Tuple) and len(pair.elts) == 2]
        match pairs:
            case [*before, [last, ast.Constant(value=True)]] if before and len(pairs) == len(arguments):
                result = self.expression(last)
                for value, test in reversed(before):
                    result = where(self.condition(test), self.expression(value), result)
                return result
        raise refuse(node, "pieces")

    def pieces(self, piece: tuple[ast.expr, ast.expr], otherwise: ast.expr) -> Expr:
        test, value = piece
        return where(self.condition(test), self.expression(value), self.expression(otherwise))

    def condition(self, node: ast.expr) -> Boolean:
        match node:
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in COMPARISONS:
                sides = self.expression(left), self.expression(right)
                if all(side.is_number for side in sides):
                    raise refuse(node, "numbers-alone", name=ast.unparse(node))
                return COMPARISONS[type(op)](*sides)
            case ast.Compare() | ast.BoolOp():
                raise refuse(node, "one-comparison")
        raise refuse(node, "needs-condition")


ARGUMENTS = {**dict.fromkeys(FUNCTIONS, 1), "relu": 1, "max": 2, "min": 2, "where": 3}


def applied(name: str, values: list[Expr]) -> Expr:
    """A function of values that are not all numbers."""
    match name, values:
        case "relu", [value]:
            return larger(value, Rational(0))
        case "max", [one, two]:
            return larger(one, two)
        case "min", [one, two]:
            return -larger(-one, -two)
    return FUNCTIONS[name](*values)


def larger(one: Expr, two: Expr) -> Expr:
    """max, a number last, so that where both are equal it is what counts."""
    one, two = (two, one) if one.is_number else (one, two)
    size, ahead = factored(one - two).as_coeff_Mul()
    return where((ahead if size > 0 else -ahead) > 0, one, two)


def number(node: ast.expr, value: object) -> Rational:
    """A literal, exactly as it is written: 0.1 is a tenth."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refuse(node, "no-number")
    if not abs(value) <= LARGEST:
        raise refuse(node, "too-large-number", limit=LARGEST)
    exact = Fraction(repr(value))
    return Rational(exact.numerator, exact.denominator)


def check_power(node: ast.expr, base: Expr, exponent: Expr) -> None:
    """Refuse a power before it is computed where it might be large, or where it is none."""
    if not isinstance(exponent, Rational):
        raise refuse(node, "exponent")
    if abs(exponent) > LARGEST_EXPONENT:
        raise refuse(node, "too-large-exponent", limit=LARGEST_EXPONENT)
    if base == 0 and exponent <= 0:
        raise refuse(node, "divided-by-zero")


def check_value(node: ast.expr, value: Expr) -> None:
    """Refuse what is no real number, and numbers that grow. A few steps for each part of the expression."""
    if value.has(nan, zoo, oo, -oo, I):
        raise refuse(node, "not-real")
    if value.is_number and not isinstance(value, Rational):
        raise refuse(node, "numbers-alone", name=ast.unparse(node))
    for atom in value.atoms(Rational):
        if max(abs(atom.p), atom.q) > LARGEST:
            raise refuse(node, "too-large-number", limit=LARGEST)
    for power in value.atoms(Pow):
        if not abs(power.exp) <= LARGEST_POWER:
            raise refuse(node, "too-large-exponent", limit=LARGEST_POWER)


def not_on_the_list(node: ast.expr) -> LossError:
    """The error of a node that is not on the list, by what its writer may have meant."""
    match node:
        case ast.Compare() | ast.BoolOp():
            return refuse(node, "no-condition")
        case ast.Call(func=ast.Name(id=name)) if name in ARGUMENTS:
            return refuse(node, "arguments", name=name)
        case ast.Call():
            return refuse(node, "unknown-function", name=ast.unparse(node.func))
    return refuse(node, "not-here", kind=type(node).__name__)
