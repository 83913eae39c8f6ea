"""Formulas as LaTeX: quantities in their colours, shapes under matrices, numbers in place of symbols."""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Basic, Derivative, Expr, Symbol
from sympy.core.function import AppliedUndef
from sympy.matrices import MatrixBase
from sympy.matrices.expressions import MatMul, MatrixExpr, MatrixSymbol, Transpose
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
        # Letters stand side by side in a product; numbers would run into one.
        sign = "dot" if values else None
        super().__init__({"mat_delim": "(", "order": "none", "mul_symbol": sign})
        self.colors, self.values, self.shapes = colors, values or {}, shapes

    def colored(self, name: str, text: str) -> str:
        color = self.colors.get(KINDS.get(name[:1].lower(), ""))
        return rf"\textcolor{{{color}}}{{{text}}}" if color else text

    def _print_Symbol(self, symbol: Symbol) -> str:
        value = self.values.get(symbol)
        return self.colored(symbol.name, symbol.name if value is None else number(value))

    def _print_MatrixSymbol(self, symbol: Basic) -> str:
        return self.colored(symbol.name, symbol.name)

    def _print_Transpose(self, transposed: Transpose) -> str:
        """T right above the index, not behind it."""
        if isinstance(transposed.arg, MatrixSymbol):
            return self.colored(transposed.arg.name, rf"{transposed.arg.name}^T")
        return str(super()._print_Transpose(transposed))

    def _print_Function(self, applied: Expr, exp: str | None = None) -> str:
        """A quantity that depends on others, by its name alone."""
        if isinstance(applied, AppliedUndef):
            return self.colored(applied.func.__name__, applied.func.__name__)
        return str(super()._print_Function(applied, exp))

    def _print_Derivative(self, derivative: Derivative) -> str:
        of, by = self._print(derivative.expr), self._print(derivative.variables[0])
        return rf"\frac{{\partial {of}}}{{\partial {by}}}"

    def _print_phi(self, applied: Expr) -> str:
        return rf"\varphi\left({self._print(applied.args[0])}\right)"

    def _print_slope_of(self, applied: Expr) -> str:
        value = self.values.get(applied)
        return rf"\varphi'\left({self._print(applied.args[0])}\right)" if value is None else number(value)

    def _print_where(self, chosen: Expr, exp: str | None = None) -> str:
        """Both cases, each with its condition: the second's is that the first's does not hold."""
        test, value, otherwise = chosen.args
        cases = ((value, test), (otherwise, test.negated))
        rows = r" \\ ".join(rf"{self._print(case)}, & {self._print(where)}" for case, where in cases)
        whole = rf"\begin{{cases}} {rows} \end{{cases}}"
        return whole if exp is None else rf"\left({whole}\right)^{{{exp}}}"

    def _print_MatMul(self, product: MatMul) -> str:
        if not self.shapes:
            return str(super()._print_MatMul(product))
        return r"\,".join(self.with_shape(factor) for factor in product.args)

    def with_shape(self, factor: Basic) -> str:
        """A matrix with its shape below it, where shapes are asked for."""
        text = self._print(factor)
        if self.shapes and isinstance(factor, MatrixBase | MatrixExpr):
            rows, columns = map(self.size, factor.shape)
            return rf"\underset{{{rows} \times {columns}}}{{{text}}}"
        return str(text)

    def size(self, size: Expr) -> str:
        """A number, or a size by its name, which is a word."""
        size = self.values.get(size, size)
        return rf"\text{{{size}}}" if isinstance(size, Symbol) else str(size)


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


def differentiated(step: Step, colors: Mapping[str, str]) -> str:
    """The derivative of a whole expression that a step finds, with the operator in front, in LaTeX."""
    of, by = typeset(step.left.expr, colors), typeset(step.left.variables[0], colors)
    return rf"\frac{{\partial}}{{\partial {by}}}\left[{of}\right]"
