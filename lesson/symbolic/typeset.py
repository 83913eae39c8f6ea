"""Formulas as LaTeX: quantities in their colours, shapes under matrices, numbers in place of symbols."""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Basic, Expr, Symbol
from sympy.matrices import MatrixBase
from sympy.matrices.expressions import MatMul, MatrixExpr
from sympy.printing.latex import LatexPrinter

from lesson.symbolic.derivation import Step

Formula = Basic
Values = Mapping[Expr, float]
"""Numbers to stand in the place of symbols."""

KINDS = {"x": "data", "y": "data", "w": "weights", "b": "weights", "h": "hidden", "a": "hidden", "g": "error"}
"""The kind of a quantity by its first letter, small or capital; kinds have colours."""


class Printer(LatexPrinter):  # type: ignore[misc]
    """SymPy's printer with colours, shapes and numbers."""

    def __init__(self, colors: Mapping[str, str], values: Values | None = None, shapes: bool = False) -> None:
        super().__init__({"mat_delim": "(", "order": "none"})
        self.colors, self.values, self.shapes = colors, values or {}, shapes

    def colored(self, name: str, text: str) -> str:
        color = self.colors.get(KINDS.get(name[:1].lower(), ""))
        return rf"\textcolor{{{color}}}{{{text}}}" if color else text

    def _print_Symbol(self, symbol: Symbol) -> str:
        value = self.values.get(symbol)
        return self.colored(symbol.name, symbol.name if value is None else number(value))

    def _print_MatrixSymbol(self, symbol: Basic) -> str:
        return self.colored(symbol.name, symbol.name)

    def _print_phi(self, applied: Expr) -> str:
        return rf"\varphi\left({self._print(applied.args[0])}\right)"

    def _print_slope_of(self, applied: Expr) -> str:
        value = self.values.get(applied)
        return rf"\varphi'\left({self._print(applied.args[0])}\right)" if value is None else number(value)

    def _print_MatMul(self, product: MatMul) -> str:
        if not self.shapes:
            return str(super()._print_MatMul(product))
        return r"\,".join(self.with_shape(factor) for factor in product.args)

    def with_shape(self, factor: Basic) -> str:
        """A matrix with its shape below it, where shapes are asked for."""
        text = self._print(factor)
        if self.shapes and isinstance(factor, MatrixBase | MatrixExpr):
            rows, columns = (
                rf"\text{{{size}}}" if isinstance(size, Symbol) else size for size in factor.shape
            )
            return rf"\underset{{{rows} \times {columns}}}{{{text}}}"
        return str(text)


def number(value: float) -> str:
    """Three digits, and parentheses around a negative number, which may stand in a product."""
    text = f"{value:.3g}"
    if "e" in text:
        digits, power = text.split("e")
        text = rf"{digits} \cdot 10^{{{int(power)}}}"
    return f"({text})" if value < 0 else text


def typeset(
    expression: Basic, colors: Mapping[str, str], values: Values | None = None, shapes: bool = False
) -> str:
    """LaTeX for KaTeX. colors: by kind; values: numbers for atoms; shapes: whether matrices show theirs."""
    printer = Printer(colors, values, shapes)
    if isinstance(expression, MatrixBase):
        return printer.with_shape(expression)
    return str(printer.doprint(expression))


def asked(step: Step, colors: Mapping[str, str]) -> str:
    """The derivative that a factor of a chain is, as a quotient in LaTeX."""
    of, by = (typeset(symbol, colors) for symbol in (Symbol(step.about), step.left.variables[0]))
    return rf"\frac{{\partial {of}}}{{\partial {by}}}"
