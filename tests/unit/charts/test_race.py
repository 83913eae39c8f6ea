"""A race: each training's own losses, and whoever blows up leaves the picture without flattening it."""

from __future__ import annotations

import numpy as np

from lesson.charts import theme
from lesson.charts.picture import Picture
from lesson.charts.race import race_chart
from lesson.charts.theme import COLORS, DASHES
from tests.unit.charts.drawn import WORDS, drawn

STEPS = np.array([0, 1, 5])
LOSSES = {
    WORDS["sgd"]: np.array([8.0, 4.0, 2.0]),
    WORDS["momentum"]: np.array([8.0, 300.0, np.nan]),
    WORDS["adam"]: np.array([8.0, 0.0, 1e22]),
}


def picture() -> Picture:
    return race_chart(STEPS, LOSSES, 80.0, WORDS)


def test_each_training_has_its_own_losses_in_its_own_look() -> None:
    lines, hover = drawn(picture())
    assert lines.see("x", "y", "color", "strokeDash")[:3] == [
        (0, 8, COLORS[0], DASHES[0]),
        (1, 4, COLORS[0], DASHES[0]),
        (5, 2, COLORS[0], DASHES[0]),
    ]
    assert lines.domain("color") == list(LOSSES)
    assert hover.see("x", "y") == [(0, 8), (1, 4), (5, 2), (0, 8), (0, 8)], "none outside the picture"
    assert (lines.title("x"), lines.title("y")) == (WORDS["step"], WORDS["loss"])


def test_the_axis_ends_at_the_ceiling_and_zero_has_no_place_on_it() -> None:
    lines, _ = drawn(picture())
    assert lines.domain("y") == [2, 80]
    assert lines.scale("y")["type"] == "log"
    assert lines.style["clip"]
    assert lines.each("y") == [8, 4, 2, 8, 300, 8, 8000]


def test_a_pointer_is_told_whose_loss_it_is() -> None:
    _, hover = drawn(picture())
    assert hover.tooltips()[1] == {" ": WORDS["sgd"], WORDS["step"]: "1", WORDS["loss"]: "4"}
    assert picture().drawing["height"] == theme.HEIGHT
