"""SymPy's own matrix calculus gives the lines of the linear network."""

from __future__ import annotations

from lesson.symbolic import linear


def test_matrix_calculus_agrees_for_symbolic_sizes() -> None:
    x, y, w1, w2 = linear.X, linear.Y, linear.W1, linear.W2
    assert linear.gradient("w1") == (2 * x.T * (x * w1 * w2 - y) * w2.T).doit()
    assert linear.gradient("w2") == (2 * w1.T * x.T * (x * w1 * w2 - y)).doit()
