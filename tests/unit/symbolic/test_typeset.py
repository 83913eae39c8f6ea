"""Formulas as LaTeX: colours, shapes and numbers."""

from __future__ import annotations

from sympy import Symbol, latex

from lesson.symbolic import matrix_form
from lesson.symbolic.typeset import typeset


def test_typesetting_colours_shapes_and_numbers() -> None:
    colors = {"data": "#112233"}
    assert typeset(Symbol("x_{1}"), colors) == r"\textcolor{#112233}{x_{1}}"
    assert typeset(Symbol("x_{1}"), {}, {Symbol("x_{1}"): -0.5}) == "(-0.5)"
    assert typeset(Symbol("x_{1}"), {}, {Symbol("x_{1}"): 1.5e-7}) == r"1.5 \cdot 10^{-7}"
    general = matrix_form.derive("grad_w1", 64, 3, 2, 1)[-1].right
    assert r"\text{inputs} \times \text{batch}" in typeset(general, {}, shapes=True)
    assert latex(Symbol("x_{1}")) == typeset(Symbol("x_{1}"), {})
