"""A loss along the prediction: a curve for each target, and the observations on it."""

from __future__ import annotations

import numpy as np
import pytest

from lesson.charts.losses import Line, loss_chart
from tests.unit.charts.drawn import drawn

AT = np.linspace(-2, 2, 5)
DOTS = Line(np.array([0.5, -3.0]), np.array([0.25, 9.0]))


def test_curve_and_dots_are_where_their_numbers_are() -> None:
    curve, dots = drawn(loss_chart({"any": Line(AT, AT**2)}, DOTS, ("o", "loss")))
    assert np.array(curve.see("x", "y")) == pytest.approx(np.array([AT, AT**2]).T)
    assert dots.see("x", "y") == [(0.5, 0.25), (-3.0, 9.0)]
    assert curve.domain("x") == [-3, 2]
    assert curve.domain("y") == [0, 9]
    assert (curve.title("x"), curve.title("y")) == ("o", "loss")


def test_several_curves_are_told_apart_by_colour_and_dash() -> None:
    lines = {"y = 0": Line(AT, AT), "y = 1": Line(AT, -AT)}
    curves, _ = drawn(loss_chart(lines, DOTS, ("o", "loss")))
    assert len({(color, tuple(dash)) for color, dash in curves.see("color", "strokeDash")}) == 2


def test_what_is_no_number_is_a_gap() -> None:
    values = np.array([np.nan, np.inf, 1.0, 2.0, 3.0])
    curve, _ = drawn(loss_chart({"any": Line(AT, values)}, DOTS, ("o", "loss")))
    assert [value for _, value in curve.see("x", "y")][:2] == [None, None]
    assert curve.domain("y") == [0, 9]
