"""Colours: that they can be seen and told apart, and that each quantity keeps its own."""

from __future__ import annotations

import colorsys

import altair as alt
import numpy as np
import pytest

from lesson.charts import theme
from lesson.charts.picture import Picture, table
from tests.unit.charts.drawn import drawn
from tests.unit.charts.expressions import evaluate

PAGES = {"light": "#ffffff", "dark": "#171614"}
QUANTITIES = ("data", "weights", "hidden", "error")


def channels(color: str) -> list[float]:
    return [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]


def luminance(color: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels(color)]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


def contrast(one: str, other: str) -> float:
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def hue(color: str) -> float:
    """The angle on the colour circle, in degrees."""
    return 360 * colorsys.rgb_to_hsv(*channels(color))[0]


def apart(one: str, other: str) -> float:
    """How far two hues are from each other on the circle."""
    return abs((hue(one) - hue(other) + 180) % 360 - 180)


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
@pytest.mark.parametrize("name", ["DATA", "WEIGHTS", "HIDDEN", "ERROR", "BY_HAND", "AUTOGRAD"])
def test_every_colour_stands_out_in_both_themes(name: str, page: str) -> None:
    assert contrast(getattr(theme, name), page) >= 3


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("quantity", QUANTITIES)
def test_text_can_be_read_and_has_the_hue_of_its_quantity(quantity: str, page: str) -> None:
    text = theme.TEXT[page][quantity]
    assert contrast(text, PAGES[page]) >= 4.5
    assert min(QUANTITIES, key=lambda other: apart(text, getattr(theme, other.upper()))) == quantity


def test_by_hand_is_orange_and_autograd_blue_and_no_colour_is_used_twice() -> None:
    assert apart(theme.BY_HAND, "#ff8000") < 15
    assert apart(theme.AUTOGRAD, "#0080ff") < 15
    quantities = {getattr(theme, quantity.upper()) for quantity in QUANTITIES}
    assert len(quantities | {theme.BY_HAND, theme.AUTOGRAD}) == 6


def test_what_rests_is_pale() -> None:
    assert theme.RESTS == "#8885", "grey, a third of it opaque"


def test_each_parameter_has_a_colour_and_a_dash_of_its_own() -> None:
    chart = alt.Chart().mark_line().encode(color=theme.parameter_color(), strokeDash=theme.parameter_dash())
    names = [*theme.PARAMETERS]
    (line,) = drawn(Picture({"layer": [chart.to_dict()]}, table(parameter=names)))
    assert names == ["w1", "b1", "w2", "b2"]
    assert line.domain("color") == line.domain("strokeDash") == names
    assert line.each("color") == [theme.WEIGHTS, theme.DATA, theme.ERROR, theme.HIDDEN]
    assert line.each("strokeDash")[0] == [1, 0], "w1 is drawn without gaps"
    assert len({str(dash) for dash in line.each("strokeDash")}) == 4


def test_a_legend_stands_below_and_needs_no_title() -> None:
    assert isinstance(theme.LEGEND, alt.Legend)
    legend = theme.LEGEND.to_dict()
    assert legend["orient"] == "bottom"
    assert legend["title"] is None


@pytest.mark.parametrize(
    ("value", "label"),
    [
        (0, "0"),
        (-999, "-999"),
        (999.5, "999.5"),
        (1_000, "1k"),
        (-2_500, "-2.5k"),
        (999_000, "999k"),
        (1_000_000, "1e+6"),
        (-2.5e7, "-2.5e+7"),
        (0.0001, "0.0001"),
    ],
)
def test_numbers_on_an_axis_have_no_prefix_that_nobody_knows(value: float, label: str) -> None:
    assert evaluate(theme.PLAIN_NUMBER, datum={"value": value}) == label


@pytest.mark.parametrize(
    ("domain", "shown"),
    [
        ((1, 10), [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        ((1, 11), [1, 2, 5]),
        ((0.02, 20), [1, 2, 5]),
        ((0.01, 20), [1]),
    ],
)
@pytest.mark.parametrize("name", ["x", "y"])
def test_the_wider_a_log_axis_the_fewer_numbers_stand_on_it(
    name: str, domain: tuple[float, float], shown: list[int]
) -> None:
    other = {"x": "y", "y": "x"}[name]
    domains = {name: domain, other: (1, 2)}
    labels = [
        evaluate(theme.log_number(name), datum={"value": value}, domain=domains.__getitem__)
        for value in range(1, 10)
    ]
    assert labels == [str(value) if value in shown else "" for value in range(1, 10)]
