"""Charts: that they hold what they are given, and that their colours can be seen."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from lesson import prose
from lesson.charts import theme
from lesson.charts.differences import SHARES, drift_chart, local_chart
from lesson.charts.lanes import fit_chart, loss_chart
from lesson.charts.matrices import matrix_chart
from lesson.charts.picture import table
from lesson.numeric.training.curves import Differences, Fit, Losses

WORDS = prose.sections("en", "words")
STEPS = np.arange(3)
PAGES = {"light": "#ffffff", "dark": "#171614"}


def luminance(color: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
@pytest.mark.parametrize("name", ["DATA", "WEIGHTS", "HIDDEN", "ERROR", "BY_HAND", "AUTOGRAD"])
def test_every_colour_stands_out_in_both_themes(name: str, page: str) -> None:
    brighter, darker = sorted((luminance(getattr(theme, name)), luminance(page)), reverse=True)
    assert (brighter + 0.05) / (darker + 0.05) >= 3


def differences(*values: float) -> Differences:
    zeros = dict.fromkeys(("w1", "b1", "w2", "b2"), np.array(values))
    extra = dict.fromkeys(("largest", "ulps", "gradients"), np.array(values))
    return Differences(STEPS, zeros, dict.fromkeys(zeros, extra))


def test_equal_losses_are_drawn_one_over_the_other() -> None:
    values = np.array([3.0, 2.0, 1.0])
    picture = loss_chart(Losses(STEPS, values, values), WORDS)
    widths = picture.drawing["layer"][0]["encoding"]["strokeWidth"]["scale"]
    assert widths["domain"] == ["by hand", "autograd"]
    assert widths["range"][0] > 2 * widths["range"][1]


def test_a_log_axis_leaves_zero_out() -> None:
    values = np.array([1.0, 0.0, 2.0])
    shown = loss_chart(Losses(STEPS, values, values), WORDS, log=True).table["value"]
    assert sorted(shown.to_pylist()) == [1, 1, 2, 2]


def test_what_is_infinite_does_not_stretch_an_axis() -> None:
    found = table(value=np.array([1.0, np.inf, np.nan, -np.inf]), whole=[1, 2, 3, 4], name="a")
    assert found.to_pydict() == {
        "value": [1, None, None, None],
        "whole": [1, 2, 3, 4],
        "name": ["a"] * 4,
    }


def test_exact_zero_has_a_place_of_its_own_for_each_parameter() -> None:
    places = {float(SHARES.position(index).rsplit(":", 1)[1]) for index in range(4)}
    assert len(places) == 4
    assert all(SHARES.bottom < place < SHARES.low for place in places)


@pytest.mark.parametrize("chart", [local_chart, drift_chart])
def test_differences_name_their_territories(chart: object) -> None:
    assert callable(chart)
    spec = str(chart(differences(0.0, 1e-3, 1e9), WORDS).drawing)
    assert "exactly 0" in spec
    words = ("identical", "rounding", "different") if chart is local_chart else ("together",)
    assert all(word in spec for word in words)


def test_a_large_matrix_shows_its_corner() -> None:
    assert len(matrix_chart(np.ones((100, 100), np.float32), "W", WORDS).table) == 25


def test_a_fit_shows_data_and_both_curves() -> None:
    picture = fit_chart(Fit("x", "y", STEPS, STEPS, STEPS, STEPS, STEPS), WORDS)
    assert len(picture.drawing["layer"]) == 2
    assert Counter(picture.table["part"].to_pylist()) == {"observed": 3, "fitted": 6}


def test_new_numbers_leave_the_drawing_as_it_is() -> None:
    one, two = (loss_chart(Losses(STEPS, np.full(3, v), np.full(3, v)), WORDS) for v in (1.0, 2.0))
    assert one.drawing is two.drawing
    assert "data" not in one.drawing
    assert "datasets" not in one.drawing
