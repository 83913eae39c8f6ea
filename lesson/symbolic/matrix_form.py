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
    symbols,
)

from lesson.symbolic.derivation import Step
from lesson.symbolic.tensors import entries

if TYPE_CHECKING:
    from lesson.numeric.experiments.matrix_form import Signals

LARGEST = 3
"""Wider matrices of symbols are walls; the steps are the same."""


BATCH, INPUTS, HIDDEN, OUTPUTS = SIZES = symbols("batch inputs hidden outputs")
WEIGHTS = {
    "grad_w1": ("x", "w^{(1)}", "h", MatrixSymbol("X", BATCH, INPUTS), MatrixSymbol("G", BATCH, HIDDEN)),
    "grad_w2": ("a", "w^{(2)}", "o", MatrixSymbol("A", BATCH, HIDDEN), MatrixSymbol("G", BATCH, OUTPUTS)),
}
"""Names for the entries of a layer's input, weight and output; the input, and the signal at the output."""

Where = tuple[tuple[Expr, Expr], ...]
General = tuple[MatrixSymbol, ImmutableMatrix]
"""A matrix of any size, and what it stands for at the learner's."""


def matrix(name: str, rows: int, columns: int) -> ImmutableMatrix:
    return ImmutableMatrix(entries(name, rows, columns))


def row_of(of: ImmutableMatrix, index: int) -> ImmutableMatrix:
    return ImmutableMatrix(of[index, :])


def first_row(name: str, of: ImmutableMatrix, by: list[ImmutableMatrix]) -> Where:
    """Names for the entries of a layer's first row, functions of what each is to be differentiated by, and
    what they stand for."""
    return tuple((Function(f"{name}_{{1{j + 1}}}")(*by[j]), of[0, j]) for j in range(of.cols))


@lru_cache(maxsize=64)
def derive(line: str, batch: int, inputs: int, hidden: int, outputs: int) -> tuple[Step, ...]:
    """The steps that earn grad_w1, grad_w2 or grad_a, for sizes cut down to LARGEST."""
    rows, inputs, hidden, outputs = (min(size, LARGEST) for size in (batch, inputs, hidden, outputs))
    if line == "grad_a":
        return activations(rows, hidden, outputs)
    n, m = (inputs, hidden) if line == "grad_w1" else (hidden, outputs)
    source, weight, layer, general_x, general_g = WEIGHTS[line]
    x, w, g = matrix(source, rows, n), matrix(weight, n, m), matrix("g", rows, m)
    where = first_row(layer, row_of(x, 0) * w, [w[:, j] for j in range(m)])
    one = weight_for_one(line, row_of(x, 0), w, row_of(g, 0), where)
    return *one, *weight_for_all(line, (general_x, x), (general_g, g))


def weight_for_one(
    line: str, one_x: ImmutableMatrix, w: ImmutableMatrix, one_g: ImmutableMatrix, where: Where
) -> tuple[Step, ...]:
    """dL/dW for one row of H = X W, given G = dL/dH: X is the layer's input, G the signal at its output."""
    # The chain rule for one entry; the other columns of h do not contain it.
    chained = ImmutableMatrix(*w.shape, lambda i, j: one_g[j] * Derivative(where[j][0], w[i, j]))
    products = ImmutableMatrix(chained.xreplace(dict(where)).doit())
    factored = MatMul(diag(*one_x).as_immutable(), ImmutableMatrix([list(one_g)] * w.rows), evaluate=False)
    outer = MatMul(one_x.T, one_g, evaluate=False)
    return (
        Step(f"{line}-entries", line, chained, products, "entries", where),
        Step(f"{line}-factor", line, products, factored, "factor"),
        Step(f"{line}-outer", line, factored, outer, "outer"),
    )


def weight_for_all(line: str, x_of: General, g_of: General) -> tuple[Step, ...]:
    """dL/dW for all rows, summed up over the batch."""
    (general_x, x), (general_g, g) = x_of, g_of
    sums = ImmutableMatrix(
        x.cols, g.cols, lambda i, j: Add(*(x[b, i] * g[b, j] for b in range(x.rows)), evaluate=False)
    )
    product = MatMul(x.T, g, evaluate=False)
    general = MatMul(Transpose(general_x), general_g)
    return (
        Step(f"{line}-batch", line, sums, product, "batch"),
        Step(f"{line}-general", line, product, general, "general", (x_of, g_of)),
    )


def activations(batch: int, hidden: int, outputs: int) -> tuple[Step, ...]:
    """dL/dA for O = A W2, given G = dL/dO."""
    a, w, g = matrix("a", 1, hidden), matrix("w^{(2)}", hidden, outputs), matrix("g", batch, outputs)
    where = first_row("o", a * w, [a] * outputs)
    chained = ImmutableMatrix(
        1, hidden, lambda _, j: Add(*(g[0, k] * Derivative(out, a[j]) for k, (out, _) in enumerate(where)))
    )
    sums = ImmutableMatrix(chained.xreplace(dict(where)).doit())
    row = MatMul(row_of(g, 0), w.T, evaluate=False)
    stacked = ImmutableMatrix(batch, hidden, lambda b, j: (g[b, :] * w[j, :].T)[0, 0])
    product = MatMul(g, w.T, evaluate=False)
    general_w, general_g = MatrixSymbol("W_2", HIDDEN, OUTPUTS), MatrixSymbol("G", BATCH, OUTPUTS)
    general = MatMul(general_g, Transpose(general_w))
    return (
        Step("grad_a-entries", "grad_a", chained, sums, "a-entries", where),
        Step("grad_a-row", "grad_a", sums, row, "a-row"),
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
    return dict(zip(SIZES, sizes, strict=True)) | {
        symbol: float(number)
        for name, table in tables.items()
        for names, numbers in zip(entries(name, *table.shape), table, strict=True)
        for symbol, number in zip(names, numbers, strict=True)
    }
