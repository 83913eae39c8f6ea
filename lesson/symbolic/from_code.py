"""A line of the running code as a formula: the same operations, written as one writes mathematics."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from lesson.symbolic.typeset import KINDS

LETTERS = {
    "x": "X",
    "y": "Y",
    "w1": "W_1",
    "b1": "b_1",
    "w2": "W_2",
    "b2": "b_2",
    "h": "H",
    "a": "A",
    "out": "O",
    "residual": "R",
    "loss": "L",
    "grad_out": "G_O",
    "grad_a": "G_A",
    "grad_h": "G_H",
}


def formula(result: str, code: str, shapes: Mapping[str, tuple[int, int]], colors: Mapping[str, str]) -> str:
    """LaTeX for a line that makes a result: both sides, each matrix with its shape.

    code: an assignment or a return of the forward pass or of the seven lines. Raises ValueError for what
    none of them contains.
    """
    (statement,) = ast.parse(f"def f():\n {code}").body[0].body  # type: ignore[attr-defined]
    return rf"{left_side(result, shapes, colors)} = {Writer(shapes, colors).write(statement.value)}"


def left_side(result: str, shapes: Mapping[str, tuple[int, int]], colors: Mapping[str, str]) -> str:
    """What is made: a tensor, or the loss's derivative by one."""
    letter = LETTERS[result.removeprefix("grad_")]
    of = rf"\frac{{\partial L}}{{\partial {letter}}}" if result.startswith("grad_") else letter
    named = rf"{LETTERS[result]} = {of}" if result in LETTERS and of != letter else of
    return (
        colored(LETTERS.get(result, "G"), named, colors)
        if result == "loss"
        else with_shape(colored(LETTERS.get(result, "G"), named, colors), shapes[result])
    )


def colored(name: str, text: str, colors: Mapping[str, str]) -> str:
    color = colors.get(KINDS.get(name[:1].lower(), ""))
    return rf"\textcolor{{{color}}}{{{text}}}" if color else text


def with_shape(text: str, shape: tuple[int, int]) -> str:
    return rf"\underset{{{shape[0]} \times {shape[1]}}}{{{text}}}"


class Writer:
    """Writes the nodes of one line."""

    def __init__(self, shapes: Mapping[str, tuple[int, int]], colors: Mapping[str, str]) -> None:
        self.shapes, self.colors = shapes, colors

    def write(self, node: ast.expr) -> str:
        match node:
            case ast.Name(name):
                return self.matrix(name)
            case ast.Constant(value):
                return str(value)
            case ast.Attribute(ast.Name(name), "T"):
                rows, columns = self.shapes[name]
                return with_shape(colored(LETTERS[name], f"{LETTERS[name]}^T", self.colors), (columns, rows))
            case ast.BinOp(left, sign, right):
                return self.operation(left, sign, right)
            case ast.Call():
                return self.call(node)
        raise ValueError(f"no formula for {ast.unparse(node)}")

    def matrix(self, name: str) -> str:
        return with_shape(colored(LETTERS[name], LETTERS[name], self.colors), self.shapes[name])

    def operation(self, left: ast.expr, sign: ast.operator, right: ast.expr) -> str:
        one, two = self.write(left), self.write(right)
        if isinstance(sign, ast.Sub):
            return f"{one} - {two}"
        if isinstance(sign, ast.MatMult):
            return rf"{one}\,{two}"
        if not isinstance(sign, ast.Mult):
            raise ValueError(f"no formula for {type(sign).__name__}")
        # By a number, or entry by entry.
        return rf"{one}\left({two}\right)" if isinstance(left, ast.Constant) else rf"{one} \odot {two}"

    def call(self, node: ast.Call) -> str:
        match node:
            case ast.Call(ast.Name("affine"), [ast.Name(x), ast.Name(w), ast.Name(b)]):
                product = rf"{self.matrix(x)}\,{self.matrix(w)}"
                ones = with_shape(r"\mathbf{1}", (self.shapes[x][0], 1))
                return rf"{product} + {ones}\,{self.matrix(b)}" if b in self.shapes else product
            case ast.Call(ast.Name("activation"), [argument]):
                return rf"\varphi\left({self.write(argument)}\right)"
            case ast.Call(ast.Attribute(ast.Name("activation"), "derivative"), [argument]):
                return rf"\varphi'\left({self.write(argument)}\right)"
            case ast.Call(ast.Attribute(ast.Name(name), "sum"), [ast.Constant(0)]):
                ones = with_shape(r"\mathbf{1}^T", (1, self.shapes[name][0]))
                return rf"{ones}\,{self.matrix(name)}"
            case ast.Call(ast.Attribute(summed, "sum"), []):
                return rf"\textstyle\sum \left({self.write(summed)}\right)"
        raise ValueError(f"no formula for {ast.unparse(node)}")
