"""The tests' own reading of Vega's expressions, held against what Vega gives for them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.charts.expressions import evaluate, written


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1 + 2 * 3 - 4 / 2", 5),
        ("-(1 + 2) * 3", -9),
        ("10 - 4 - 3", 3),
        ("'1e' + -3", "1e-3"),
        ("1 < 2 ? 'a' : 2 < 1 ? 'b' : 'c'", "a"),
        ("2 < 1 ? 'a' : 2 < 1 ? 'b' : 'c'", "c"),
        ("1 > 2 && 1 > 0 || 2 >= 2", True),
        ("datum.a == 3 && datum.b != 'x'", True),
        ("datum.none > 0", False),
        ("datum.none == 0", False),
        ("datum.none < 1", True),
        ("max(1, min(3, floor(7 / 2)))", 3),
        ("extent(pluck(data('source'), 'v'))[1]", 7),
        ("slice(format(datum.a, '.0e'), 0, 1)", "3"),
        ("clamp(log(1000) / LN10, -6, 2)", 2),
        ("isValid(datum.none) && datum.none[0] == 1", False),
        ("1 < 2 || datum.none[0] == 1", True),
        ("!(1 < 2) || !isValid(datum.none)", True),
    ],
)
def test_an_expression_has_the_value_that_vega_gives_it(expression: str, value: Any) -> None:
    names = {"datum": {"a": 3, "b": "y", "none": None}, "data": lambda _: [{"v": 7}, {"v": -2}, {}]}
    assert evaluate(expression, **names) == value


@pytest.mark.parametrize(
    ("number", "form", "digits"),
    [
        (1234.6, ",.4~g", "1,235"),
        (2.0, ".4~g", "2"),
        (2.0, ".3g", "2.00"),
        (0, ".3g", "0.00"),
        (1.5e9, ".3g", "1.50e+9"),
        (-0.25, ".4~g", "-0.25"),
        (12345, ",d", "12,345"),
        (0.1234, ".1%", "12.3%"),
        (2500, "~s", "2.5k"),
        (1.5e6, "~e", "1.5e+6"),
        (1899, ".0e", "2e+3"),
        (None, ".3g", "null"),
    ],
)
def test_a_number_is_written_as_d3_writes_it(number: float | None, form: str, digits: str) -> None:
    assert written(number, form) == digits
