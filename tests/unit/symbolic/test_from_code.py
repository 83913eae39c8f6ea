"""A line of the code as a formula: the same operations, with the shapes of the learner's network."""

from __future__ import annotations

import re

import pytest

from lesson.numeric.experiments.one_step import lines
from lesson.symbolic.from_code import formula

SHAPES = lines.shapes((64, 3, 2, 1), True)


def plain(latex: str) -> str:
    """A formula without its shapes."""
    return re.sub(r"\\underset\{\d+ \\times \d+\}", "", latex).replace("{}", "")


def written(line: str, code: str = "") -> str:
    return formula(line, code or lines.code_of_line(line), SHAPES, {})


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("h", r"{H} = {X}\,{W_1} + {\mathbf{1}}\,{b_1}"),
        ("a", r"{A} = \varphi\left({H}\right)"),
        ("residual", "{R} = {O} - {Y}"),
        ("loss", r"L = \textstyle\sum \left({R} \odot {R}\right)"),
        ("grad_out", r"{G_O = \frac{\partial L}{\partial O}} = 2\left({O} - {Y}\right)"),
        ("grad_w2", r"{\frac{\partial L}{\partial W_2}} = {A^T}\,{G_O}"),
        ("grad_a", r"{G_A = \frac{\partial L}{\partial A}} = {G_O}\,{W_2^T}"),
        ("grad_h", r"{G_H = \frac{\partial L}{\partial H}} = {G_A} \odot \varphi'\left({H}\right)"),
        ("grad_b1", r"{\frac{\partial L}{\partial b_1}} = {\mathbf{1}^T}\,{G_H}"),
    ],
)
def test_a_line_reads_as_its_formula(line: str, expected: str) -> None:
    assert plain(written(line)) == expected


@pytest.mark.parametrize("line", [line.result for line in lines.operations(True)])
def test_the_inner_sizes_of_every_product_agree(line: str) -> None:
    left, right = written(line).split(" = ")[0], written(line).split(" = ")[-1]
    for factors in re.findall(
        r"(\d+) \\times (\d+)\}\{[^{}]*(?:\{[^{}]*\})?[^{}]*\}\\,\\underset\{(\d+)", right
    ):
        assert factors[1] == factors[2]
    if line != "loss":
        rows, columns = SHAPES[line]
        assert rf"{rows} \times {columns}" in left


def test_without_bias_nothing_is_added() -> None:
    shapes = lines.shapes((64, 3, 2, 1), False)
    assert plain(formula("h", lines.code_of_line("h"), shapes, {})) == r"{H} = {X}\,{W_1}"


def test_quantities_have_their_colors() -> None:
    colored = formula("h", lines.code_of_line("h"), SHAPES, {"data": "green", "weights": "blue"})
    assert r"\textcolor{green}{X}" in colored
    assert r"\textcolor{blue}{W_1}" in colored


@pytest.mark.parametrize("code", ["h = x / w1", "h = x.T.T", "h = foo(x)", "h = x.mean()"])
def test_what_no_line_contains_has_no_formula(code: str) -> None:
    with pytest.raises(ValueError, match="no formula"):
        written("h", code)
