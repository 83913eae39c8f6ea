"""Slopes: units lie on their own activation."""

from __future__ import annotations

import numpy as np
import pytest

from lesson.charts import theme
from lesson.charts.slopes import activation_chart
from tests.unit.charts.drawn import WORDS, Marks, drawn

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
