"""Growth: each curve's values at their places, in its own look, on the axes that were asked for."""

from __future__ import annotations

import numpy as np
import pytest

from lesson.charts.growth import growth_chart
from lesson.charts.theme import COLORS, DASHES
from tests.unit.charts.drawn import drawn
from tests.unit.charts.expressions import evaluate

AT = [1, 10, 4000]
CURVES = {"slow": [2.0, 3.0, 5.0], "quick": [7.0, 90.0, 0.5], "third": [0.25, 6.0, 8.0]}


def test_each_curve_has_its_own_values_and_look() -> None:
    lines, hover = drawn(growth_chart(AT, CURVES, "size", "time"))
    assert lines.kind == "line"
    assert lines.see("x", "y", "color", "strokeDash") == [
        (at, value, COLORS[index], DASHES[index])
        for index, values in enumerate(CURVES.values())
        for at, value in zip(AT, values, strict=True)
    ]
    assert hover.see("x", "y") == lines.see("x", "y")
    assert lines.domain("color") == lines.domain("strokeDash") == list(CURVES)


def test_a_pointer_is_told_curve_place_and_value() -> None:
    _, hover = drawn(growth_chart(AT, CURVES, "size", "time"))
    assert hover.tooltips()[4] == {" ": "quick", "size": 10, "time": "90"}


def test_no_two_of_six_curves_look_the_same() -> None:
    assert len(COLORS) == len(DASHES) == len(set(COLORS)) == 6
    looks = {(color, str(dash)) for color, dash in zip(COLORS, DASHES, strict=True)}
    assert len(looks) == 6
    assert len({str(dash) for dash in DASHES[:4]}) == 4


@pytest.mark.parametrize("across", [False, True])
@pytest.mark.parametrize("up", [False, True])
def test_an_axis_is_logarithmic_only_where_asked(across: bool, up: bool) -> None:
    for marks in drawn(growth_chart(AT, CURVES, "size", "time", log=(across, up))):
        for channel, log in (("x", across), ("y", up)):
            assert marks.scale(channel).get("type") == ("log" if log else None)
            assert marks.labels(channel, 3, domain=(1, 1e6)) == ["" if log else "3"]
        assert (marks.domain("x"), marks.domain("y")) == ([1, 4000], [0.25 if up else 0, 90])
        assert (marks.title("x"), marks.title("y")) == ("size", "time")
        assert marks.scale("x")["nice"] is False
        assert marks.scale("y")["nice"] is not up


def test_values_begin_at_zero_so_that_a_height_tells_a_ratio() -> None:
    lines, hover = drawn(growth_chart(AT, CURVES, "size", "time"))
    assert lines.domain("y") == hover.domain("y") == [0, 90]


@pytest.mark.parametrize(("log", "left"), [(True, [1, 5]), (False, [1, 0, -2, 5])])
def test_what_is_not_positive_has_no_place_on_a_log_axis(log: bool, left: list[float]) -> None:
    values = {"only": [1.0, 0.0, -2.0, 5.0]}
    lines, _ = drawn(growth_chart([1, 2, 3, 4], values, "size", "time", log=(False, log)))
    assert lines.each("y") == left


def test_what_is_no_number_is_a_gap() -> None:
    lines, _ = drawn(growth_chart([1, 2, 3], {"only": [1.0, np.nan, np.inf]}, "size", "time"))
    assert lines.see("x", "y") == [(1, 1), (2, None), (3, None)]
    assert lines.domain("y") == [0, 1]


def test_without_any_value_a_log_axis_still_has_positive_ends() -> None:
    lines, _ = drawn(growth_chart([1], {"only": [0.0]}, "size", "time", log=(True, True)))
    assert lines.domain("x") == lines.domain("y") == [1, 10]


@pytest.mark.parametrize(("width", "columns"), [(30, 1), (139, 1), (140, 2), (200, 2), (210, 3), (2000, 3)])
def test_a_legend_has_as_many_columns_as_fit(width: int, columns: int) -> None:
    lines, _ = drawn(growth_chart(AT, CURVES, "size", "time"))
    legend = lines.encoding["color"]["legend"]
    assert legend == lines.encoding["strokeDash"]["legend"]
    assert legend["orient"] == "bottom"
    assert evaluate(legend["columns"]["expr"], width=width) == columns


def test_a_name_stands_at_the_end_of_its_curve_in_the_place_of_a_legend() -> None:
    curves = {"steep": [1.0, 4.0, 16.0], "flat": [1.0, 2.0, 3.0]}
    lines, names, _ = drawn(growth_chart([1, 2, 4], curves, "size", "count", at_ends=True))
    assert names.see("x", "y", "text") == [(4, 16, "steep"), (4, 3, "flat")]
    assert lines.encoding["color"]["legend"] is None
    lines, _ = drawn(growth_chart([1, 2, 4], curves, "size", "count"))
    assert lines.encoding["color"]["legend"]
