"""Formulas as LaTeX: colours, shapes and numbers."""

from __future__ import annotations

from sympy import Symbol, latex

from lesson.symbolic import matrix_form
from lesson.symbolic.any_loss import derive
from lesson.symbolic.typeset import differentiated, typeset


def test_typesetting_colours_shapes_and_numbers() -> None:
    colors = {"data": "#112233"}
    assert typeset(Symbol("x_{1}"), colors) == r"\textcolor{#112233}{x_{1}}"
    assert typeset(Symbol("x_{1}"), {}, {Symbol("x_{1}"): -0.5}) == "(-0.5)"
    assert typeset(Symbol("x_{1}"), {}, {Symbol("x_{1}"): 1.5e-7}) == r"1.5 \cdot 10^{-7}"
    general = matrix_form.derive("grad_w1", 64, 3, 2, 1)[-1].right
    assert r"\text{inputs} \times \text{batch}" in typeset(general, {}, shapes=True)
    assert latex(Symbol("x_{1}")) == typeset(Symbol("x_{1}"), {})


def test_numbers_in_a_product_have_a_sign_between_them() -> None:
    x, g = Symbol("x_{1}"), Symbol("g_{1}")
    assert typeset(x * g, {}, {x: 10.2, g: 0.403}) == r"0.403 \cdot 10.2"
    assert typeset(x * g, {}, {x: 10.2, g: -0.403}) == r"(-0.403) \cdot 10.2"
    assert typeset(x * g, {}) == "g_{1} x_{1}"


def test_a_derivative_names_what_is_differentiated() -> None:
    entries = matrix_form.derive("grad_w1", 64, 3, 2, 1)[0]
    assert entries.example is not None
    named, meant = entries.example
    assert typeset(named, {}) == "h_{11}"
    assert typeset(meant, {}).count("+") == 2
    assert r"\frac{\partial h_{11}}{\partial w^{(1)}_{31}}" in typeset(entries.left, {})


def test_sizes_are_words_or_the_learners_numbers() -> None:
    general = matrix_form.derive("grad_w1", 64, 3, 2, 1)[-1].right
    assert r"\underset{3 \times 64}{X^T}" in typeset(
        general, {}, {Symbol("batch"): 64, Symbol("inputs"): 3}, shapes=True
    )


def test_a_choice_has_both_its_conditions_also_in_a_power() -> None:
    loss = derive("where(o < y, o, y)**3").loss
    cases = r"\begin{cases} o, & o < y \\ y, & o \geq y \end{cases}"
    assert typeset(loss, {}) == rf"\left({cases}\right)^{{3}}"
    assert typeset(loss.base, {}) == cases


def test_an_operator_stands_in_front_of_what_is_differentiated() -> None:
    (step,) = derive("o - y").steps
    assert differentiated(step, {}) == r"\frac{\partial}{\partial o}\left[o - y\right]"
