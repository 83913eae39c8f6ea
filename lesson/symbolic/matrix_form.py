"""From entries to matrices: the five steps by which each matrix line of the seven is earned."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from sympy import (
    Add,
    Derivative,
    Expr,
    Function,
    ImmutableMatrix,
    MatMul,
    MatrixSymbol,
    Symbol,
    Transpose,
    diag,
)

from lesson.symbolic.derivation import Step
from lesson.symbolic.tensors import entries

if TYPE_CHECKING:
    from lesson.numeric.experiments.matrix_form import Signals

LARGEST = 3
"""Wider matrices of symbols are walls; the steps are the same."""


def matrix(name: str, rows: int, columns: int) -> ImmutableMatrix:
    return ImmutableMatrix(entries(name, rows, columns))


def row_of(of: ImmutableMatrix, index: int) -> ImmutableMatrix:
    return ImmutableMatrix(of[index, :])


Where = tuple[tuple[Expr, Expr], ...]


def first_row(name: str, of: ImmutableMatrix, by: list[ImmutableMatrix]) -> Where:
    """Names for the entries of a layer's first row, functions of what each is to be differentiated by, and
    what they stand for."""
    return tuple((Function(f"{name}_{{1{j + 1}}}")(*by[j]), of[0, j]) for j in range(of.cols))


@lru_cache(maxsize=64)
def derive(line: str, batch: int, inputs: int, hidden: int, outputs: int) -> tuple[Step, ...]:
    """The steps that earn grad_w1, grad_w2 or grad_a, for sizes cut down to LARGEST."""
    rows, inputs, hidden, outputs = (min(size, LARGEST) for size in (batch, inputs, hidden, outputs))
    if line == "grad_w1":
        return weights(line, "xh", "w^{(1)}", "X", (rows, inputs, hidden))
    if line == "grad_w2":
        return weights(line, "ao", "w^{(2)}", "A", (rows, hidden, outputs))
    return activations(rows, hidden, outputs)


def weights(line: str, layer: str, weight: str, letter: str, sizes: tuple[int, int, int]) -> tuple[Step, ...]:
    """dL/dW for H = X W, given G = dL/dH: X stands for the layer's input, G for the signal at its output.

    layer: the letters of an entry of X and of H.
    """
    batch, n, m = sizes
    x, w, g = matrix(layer[0], batch, n), matrix(weight, n, m), matrix("g", batch, m)
    one_x, one_g = row_of(x, 0), row_of(g, 0)
    where = first_row(layer[1], one_x * w, [w[:, j] for j in range(m)])

    # The chain rule for one entry; the other columns of h do not contain it.
    asked = ImmutableMatrix(n, m, lambda i, j: g[0, j] * Derivative(where[j][0], w[i, j]))
    found = ImmutableMatrix(asked.xreplace(dict(where)).doit())
    factored = MatMul(diag(*one_x).as_immutable(), ImmutableMatrix([list(one_g)] * n), evaluate=False)
    outer = MatMul(one_x.T, one_g, evaluate=False)
    over_batch = ImmutableMatrix(
        n, m, lambda i, j: Add(*(x[b, i] * g[b, j] for b in range(batch)), evaluate=False)
    )
    product = MatMul(x.T, g, evaluate=False)
    names = ("inputs", "hidden") if letter == "X" else ("hidden", "outputs")
    rows, left, right = (Symbol(name) for name in ("batch", *names))
    general_x, general_g = MatrixSymbol(letter, rows, left), MatrixSymbol("G", rows, right)
    general = MatMul(Transpose(general_x), general_g)
    return (
        Step(f"{line}-entries", line, asked, found, "entries", where),
        Step(f"{line}-factor", line, found, factored, "factor"),
        Step(f"{line}-outer", line, factored, outer, "outer"),
        Step(f"{line}-batch", line, over_batch, product, "batch"),
        Step(f"{line}-general", line, product, general, "general", ((general_x, x), (general_g, g))),
    )


def activations(batch: int, hidden: int, outputs: int) -> tuple[Step, ...]:
    """dL/dA for O = A W2, given G = dL/dO."""
    a, w, g = matrix("a", batch, hidden), matrix("w^{(2)}", hidden, outputs), matrix("g", batch, outputs)
    one_a, one_g = row_of(a, 0), row_of(g, 0)
    where = first_row("o", one_a * w, [one_a] * outputs)

    def chained(j: int) -> Expr:
        return Add(*(g[0, k] * Derivative(where[k][0], one_a[0, j]) for k in range(outputs)))

    asked = ImmutableMatrix(1, hidden, lambda _, j: chained(j))
    found = ImmutableMatrix(asked.xreplace(dict(where)).doit())
    row = MatMul(one_g, w.T, evaluate=False)
    stacked = ImmutableMatrix(batch, hidden, lambda b, j: (g[b, :] * w[j, :].T)[0, 0])
    product = MatMul(g, w.T, evaluate=False)
    rows, left, right = (Symbol(name) for name in ("batch", "hidden", "outputs"))
    general_w, general_g = MatrixSymbol("W_2", left, right), MatrixSymbol("G", rows, right)
    general = MatMul(general_g, Transpose(general_w))
    return (
        Step("grad_a-entries", "grad_a", asked, found, "a-entries", where),
        Step("grad_a-row", "grad_a", found, row, "a-row"),
        Step("grad_a-batch", "grad_a", stacked, product, "a-batch"),
        Step("grad_a-general", "grad_a", product, general, "general", ((general_w, w), (general_g, g))),
    )


@lru_cache(maxsize=64)
def derive_bias(batch: int, inputs: int, hidden: int) -> tuple[Step, ...]:
    """The bias as a weight whose input is always one: its line follows from that of the weights."""
    batch, n, m = (min(size, LARGEST) for size in (batch, inputs, hidden))
    x, w = matrix("x", batch, n), matrix("w^{(1)}", n, m)
    b, g = matrix("b^{(1)}", 1, m), matrix("g", batch, m)
    one = ImmutableMatrix.ones(batch, 1)
    widened, stacked = x.row_join(one).as_immutable(), w.col_join(b).as_immutable()
    affine = ImmutableMatrix(x * w + one * b)
    last_row = MatMul(one.T, g, evaluate=False)
    sums = ImmutableMatrix(1, m, lambda _, j: Add(*g[:, j], evaluate=False))
    below = ImmutableMatrix((x.T * g).col_join(one.T * g))
    return (
        Step("bias-widened", "h", affine, MatMul(widened, stacked, evaluate=False), "widened"),
        Step("bias-line", "grad_b1", below, MatMul(widened.T, g, evaluate=False), "line"),
        Step("bias-sum", "grad_b1", last_row, sums, "sum"),
    )


def values(line: str, signals: Signals, sizes: tuple[int, int, int, int]) -> dict[Symbol, float]:
    """The learner's numbers for the symbols of a derivation, and for its sizes."""
    rows = signals.rows
    tables = {
        "grad_w1": {"x": rows.x, "g": rows.grad_h},
        "grad_w2": {"a": rows.a, "g": rows.grad_out},
        "grad_a": {"w^{(2)}": signals.w2, "g": rows.grad_out},
    }[line]
    named = zip(map(Symbol, ("batch", "inputs", "hidden", "outputs")), sizes, strict=True)
    return dict(named) | {
        symbol: float(number)
        for name, table in tables.items()
        for symbols, numbers in zip(entries(name, *table.shape), table, strict=True)
        for symbol, number in zip(symbols, numbers, strict=True)
    }
