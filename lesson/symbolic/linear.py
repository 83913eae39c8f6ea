"""A second opinion: SymPy's own matrix calculus, for the linear network and symbolic sizes."""

from __future__ import annotations

from functools import lru_cache

from sympy import MatrixExpr, MatrixSymbol, Trace, symbols

BATCH, INPUTS, HIDDEN, OUTPUTS = symbols("batch inputs hidden outputs", positive=True, integer=True)
X = MatrixSymbol("X", BATCH, INPUTS)
Y = MatrixSymbol("Y", BATCH, OUTPUTS)
W1 = MatrixSymbol("W_1", INPUTS, HIDDEN)
W2 = MatrixSymbol("W_2", HIDDEN, OUTPUTS)


@lru_cache(maxsize=2)
def gradient(parameter: str) -> MatrixExpr:
    """dL/dW1 or dL/dW2 of L = tr (X W1 W2 - Y)^T (X W1 W2 - Y), for any sizes at once.

    Only for the linear network: through an elementwise function SymPy 1.14 transposes wrongly.
    """
    residual = X * W1 * W2 - Y
    return Trace(residual.T * residual).diff({"w1": W1, "w2": W2}[parameter]).doit()
