"""Slopes: the tangent touches the curve with the slope by hand; units lie on their own activation."""

from __future__ import annotations

import numpy as np
import pytest

from lesson.charts import theme
from lesson.charts.slopes import activation_chart, tangent_chart
from lesson.numeric.experiments.chain_rule import Curve, Derivative, Moment, Pass
from tests.unit.charts.drawn import WORDS, Marks, drawn

GRID = np.array([-1.5, 0.25, 2.0])
NOTHING = np.array([])


def moment(by_hand: float) -> Moment:
    """A moment in which no two numbers are the same; only the picture's own are used."""
    return Moment(
        value=1.0,
        slope=0.01,
        loss=5.0,
        passed=Pass(*[NOTHING] * 7),
        derivative=Derivative(by_hand, autograd=17.0, finite=19.0, kink_in_reach=False),
        curve=Curve(GRID, np.array([9.0, 7.0, 4.5])),
    )


def test_the_curve_is_the_loss_at_each_weight_and_the_dot_is_the_present_one() -> None:
    curve, _, dot = drawn(tangent_chart(moment(-2.0), WORDS))
    assert (curve.kind, dot.kind) == ("line", "circle")
    assert curve.see("x", "y") == [(-1.5, 9), (0.25, 7), (2, 4.5)]
    assert dot.see("x", "y") == [(1, 5)]
    assert dot.tooltips() == [{"weight": "1.000", "loss": "5.0000"}]


@pytest.mark.parametrize("slope", [-2.0, 3.0, 0.0])
def test_the_tangent_goes_through_the_dot_with_the_slope_by_hand(slope: float) -> None:
    _, tangent, dot = drawn(tangent_chart(moment(slope), WORDS))
    (left, start), (right, end) = tangent.see("x", "y")
    assert (left, right) == pytest.approx((0.4, 1.6))
    assert (end - start) / (right - left) == pytest.approx(slope)
    ((weight, loss),) = dot.see("x", "y")
    assert ((left + right) / 2, (start + end) / 2) == pytest.approx((weight, loss))


def test_only_the_tangent_is_dashed() -> None:
    curve, tangent, dot = drawn(tangent_chart(moment(-2.0), WORDS))
    assert (curve.style["color"], tangent.style["color"]) == (theme.WEIGHTS, theme.ERROR)
    assert dot.style["color"] == theme.ERROR
    assert [bool(line.style.get("strokeDash")) for line in (curve, tangent)] == [False, True]


def test_the_axes_hold_curve_and_tangent_and_are_named() -> None:
    curve, tangent, _ = drawn(tangent_chart(moment(-20.0), WORDS))
    assert curve.domain("x") == [-1.5, 2]
    assert curve.domain("y") == pytest.approx([-7, 17])
    assert tangent.domain("y") == curve.domain("y")
    assert (curve.title("x"), curve.title("y")) == (WORDS["weight-value"], WORDS["loss"])
    assert curve.labels("y", 2500) == ["2.5k"]


UNITS = np.array([-2.0, 0.0, 1.5, -0.5, 3.0, -3.0])


def activations(derivative: bool) -> tuple[Marks, Marks]:
    dots, lines = drawn(activation_chart(0.25, UNITS, 0.1, WORDS, derivative))
    return dots, lines


def test_each_unit_lies_on_the_networks_own_activation() -> None:
    dots, _ = activations(derivative=False)
    assert dots.kind == "circle"
    assert dots.see("x", "y") == [
        (-2, -0.2),
        (0, 0),
        (1.5, 1.5),
        (-0.5, -0.05),
        (3, 3),
        (-3, pytest.approx(-0.3)),
    ]
    assert dots.style["color"] == theme.HIDDEN


def test_at_exactly_zero_the_derivative_is_the_slope() -> None:
    dots, _ = activations(derivative=True)
    assert dots.see("x", "y") == [(-2, 0.1), (0, 0.1), (1.5, 1), (-0.5, 0.1), (3, 1), (-3, 0.1)]


@pytest.mark.parametrize(
    ("derivative", "ends"),
    [(False, {"relu": (0, 3), "leaky_relu": (-0.75, 3)}), (True, {"relu": (0, 1), "leaky_relu": (0.25, 1)})],
)
def test_each_function_is_drawn_with_its_own_slope(
    derivative: bool, ends: dict[str, tuple[float, float]]
) -> None:
    _, lines = activations(derivative)
    looks = {"relu": (theme.BY_HAND, [1, 0]), "leaky_relu": (theme.AUTOGRAD, [6, 5])}
    for name, look in looks.items():
        own = [
            point
            for row, point in zip(lines.rows, lines.see("x", "y", "color", "strokeDash"), strict=True)
            if row["name"] == WORDS[name]
        ]
        assert [point[2:] for point in own] == [look] * 4
        assert [point[0] for point in own] == pytest.approx([-3, 0, 0, 3], abs=1e-6)
        assert (own[0][1], own[-1][1]) == ends[name]


def test_the_derivative_jumps_at_zero_and_the_activation_does_not() -> None:
    (_, jumping), (_, going) = activations(derivative=True), activations(derivative=False)
    for lines, below, above in ((jumping, 0.25, 1), (going, 0, 0)):
        *_, (_, _), (left, low), (right, high), _ = lines.see("x", "y")
        assert left < 0 < right
        assert (low, high) == pytest.approx((below, above), abs=1e-6)


@pytest.mark.parametrize(
    ("derivative", "title", "height"), [(False, "phi", [-1, 3]), (True, "phi-slope", [-0.2, 1.2])]
)
def test_activation_and_derivative_are_named_and_fit_their_axes(
    derivative: bool, title: str, height: list[float]
) -> None:
    dots, lines = activations(derivative)
    for marks in (dots, lines):
        assert (marks.title("x"), marks.title("y")) == ("h", WORDS[title])
        assert (marks.domain("x"), marks.domain("y")) == ([-3, 3], height)
    assert dots.tooltips()[3] == {"h": "-0.5000", WORDS[title]: "0.1000" if derivative else "-0.05000"}
    assert lines.domain("color") == [WORDS["relu"], WORDS["leaky_relu"]]


def test_units_far_out_widen_the_axes() -> None:
    far = np.array([-4.0, 7.5, 1.0])
    for derivative, height in ((False, [-1.875, 7.5]), (True, [-0.2, 1.2])):
        dots, lines = drawn(activation_chart(0.25, far, 0.1, WORDS, derivative))
        assert [x for (x,) in dots.see("x")] == far.tolist()
        ends = [x for (x,) in lines.see("x")]
        assert (min(ends), max(ends)) == (-7.5, 7.5)
        assert (dots.domain("x"), dots.domain("y")) == ([-7.5, 7.5], height)
    steep, _ = drawn(activation_chart(0.25, np.array([-8.0]), 1.0, WORDS))
    assert steep.domain("y") == [-8, 8]
