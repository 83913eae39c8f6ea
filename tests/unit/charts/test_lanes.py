"""What both lanes made of a task: which loss stands at which step, and which curve is whose."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from lesson import prose
from lesson.charts import theme
from lesson.charts.lanes import fit_chart, followed_losses, loss_chart
from lesson.charts.picture import Picture
from lesson.numeric.training.curves import Fit, Losses
from tests.unit.charts.drawn import WORDS, drawn

BY_HAND, AUTOGRAD = WORDS["by_hand"], WORDS["autograd"]
LOSSES = Losses(np.array([0, 3, 1200]), np.array([9.0, 4.0, 1.5]), np.array([8.0, 5.0, 0.25]))


def looks(picture: Picture) -> dict[str, dict[str, object]]:
    """How each lane is drawn: its colour, width, dash and opacity, by the name in the legend."""
    lines = next(marks for marks in drawn(picture) if marks.kind == "line")
    channels = ("color", "strokeWidth", "strokeDash", "opacity")
    assert all(lines.encoding[channel]["legend"]["orient"] == "bottom" for channel in channels)
    return {
        row["lane"]: dict(zip(channels, look, strict=True))
        for row, look in zip(lines.rows, lines.see(*channels), strict=True)
    }


def test_equal_losses_are_drawn_one_over_the_other() -> None:
    values = np.array([3.0, 2.0, 1.0])
    picture = loss_chart(Losses(np.arange(3), values, values), prose.sections("en", "words"))
    widths = picture.drawing["layer"][0]["encoding"]["strokeWidth"]["scale"]
    assert widths["domain"] == ["by hand", "autograd"]
    assert widths["range"][0] > 2 * widths["range"][1]


def test_each_lane_has_its_own_losses_at_their_steps() -> None:
    lines, hover = drawn(loss_chart(LOSSES, WORDS))
    by_hand = [(0, 9, theme.BY_HAND), (3, 4, theme.BY_HAND), (1200, 1.5, theme.BY_HAND)]
    autograd = [(0, 8, theme.AUTOGRAD), (3, 5, theme.AUTOGRAD), (1200, 0.25, theme.AUTOGRAD)]
    assert lines.kind == "line"
    assert lines.see("x", "y", "color") == by_hand + autograd, "by hand comes first and lies below"
    assert hover.see("x", "y") == lines.see("x", "y")
    assert (lines.title("x"), lines.title("y")) == (WORDS["step"], WORDS["loss"])


def test_a_pointer_is_told_whose_loss_it_is_in_nine_digits() -> None:
    _, hover = drawn(loss_chart(LOSSES, WORDS))
    lane, step, loss = WORDS["lane"], WORDS["step"], WORDS["loss"]
    assert hover.tooltips()[2:4] == [
        {lane: BY_HAND, step: "1,200", loss: "1.50000000"},
        {lane: AUTOGRAD, step: "0", loss: "8.00000000"},
    ]


@pytest.mark.parametrize(
    ("pointed", "step", "by_hand", "autograd", "difference"),
    [
        ({}, "1,200", "1.50000000", "0.250000000", "1.25"),
        ({"at": [0]}, "0", "9.00000000", "8.00000000", "1"),
        ({"at": [3]}, "3", "4.00000000", "5.00000000", "1"),
    ],
)
def test_the_ruler_tells_both_losses_where_the_pointer_is_at_first_at_the_end(
    pointed: dict[str, list[int]], step: str, by_hand: str, autograd: str, difference: str
) -> None:
    lines, places, ruler, *readings = drawn(followed_losses(LOSSES, WORDS), pointed=pointed)
    plain, _ = drawn(loss_chart(LOSSES, WORDS))
    assert lines.see("x", "y", "color") == plain.see("x", "y", "color")
    assert places.each("x") == [0, 3, 1200]
    assert ruler.each("x") == [int(step.replace(",", ""))]
    assert [text for reading in readings for text in reading.each("text")] == [
        f"{WORDS['step']}: {step}",
        f"{BY_HAND}: {by_hand}",
        f"{AUTOGRAD}: {autograd}",
        f"{WORDS['difference']}: {difference}",
    ]


def test_the_axes_hold_every_loss_and_no_more() -> None:
    lines, _ = drawn(loss_chart(LOSSES, WORDS))
    assert lines.domain("x") == [0, 1200]
    assert lines.domain("y") == [0.25, 9]
    assert lines.scale("x")["nice"] is False


def fit() -> Fit:
    grid = np.array([-3.0, 0.5, 4.0])
    lanes = np.array([6.0, 7.0, 8.5]), np.array([-1.0, -2.0, -2.5])
    return Fit("weight", "miles", np.array([1.0, 2.5]), np.array([10.0, 3.0]), grid, *lanes)


@pytest.mark.parametrize("picture", [loss_chart(LOSSES, WORDS), fit_chart(fit(), WORDS)], ids=["loss", "fit"])
def test_by_hand_is_a_wide_pale_line_under_a_dashed_one(picture: Picture) -> None:
    by_hand, autograd = looks(picture)[BY_HAND], looks(picture)[AUTOGRAD]
    assert by_hand["color"] == theme.BY_HAND
    assert autograd["color"] == theme.AUTOGRAD
    assert float(str(by_hand["strokeWidth"])) > 2 * float(str(autograd["strokeWidth"]))
    assert float(str(by_hand["opacity"])) < float(str(autograd["opacity"])) == 1
    assert by_hand["strokeDash"] == [1, 0]
    assert autograd["strokeDash"] == [6, 5]


@pytest.mark.parametrize("log", [False, True])
def test_the_axis_is_logarithmic_only_where_asked(log: bool) -> None:
    lines, _ = drawn(loss_chart(LOSSES, WORDS, log=log))
    assert lines.scale("y").get("type") == ("log" if log else None)
    assert lines.labels("y", 3, domain=(1, 1e6)) == ["" if log else "3"]
    assert lines.domain("y") == [0.25, 9]
    assert "type" not in lines.scale("x")


def test_without_any_loss_a_log_axis_still_has_positive_ends() -> None:
    none = np.array([])
    lines, _ = drawn(loss_chart(Losses(none, none, none), WORDS, log=True))
    assert lines.domain("y") == [1, 10]


def test_a_log_axis_leaves_zero_out() -> None:
    values = np.array([1.0, 0.0, 2.0])
    shown = loss_chart(Losses(np.arange(3), values, values), WORDS, log=True).table["value"]
    assert sorted(shown.to_pylist()) == [1, 1, 2, 2]


def test_a_loss_of_zero_has_a_place_where_the_axis_is_not_logarithmic() -> None:
    by_hand, autograd = np.array([1.0, 0.0, 2.0]), np.array([5.0, 3.0, 0.0])
    lines, _ = drawn(loss_chart(Losses(np.arange(3), by_hand, autograd), WORDS))
    assert lines.each("y") == [1, 0, 2, 5, 3, 0]


def test_a_loss_that_is_no_number_is_a_gap() -> None:
    by_hand, autograd = np.array([1.0, np.nan, np.inf]), np.array([5.0, 3.0, 2.0])
    lines, _ = drawn(loss_chart(Losses(np.arange(3), by_hand, autograd), WORDS))
    assert lines.each("y") == [1, None, None, 5, 3, 2]
    assert lines.domain("y") == [1, 5]


@pytest.mark.parametrize("log", [False, True])
def test_a_loss_that_blows_up_leaves_the_picture_and_the_axis_keeps_the_rest(log: bool) -> None:
    by_hand, autograd = np.array([5.0, 40.0, 60.0, 1e22]), np.array([5.0, 4.0, 3.0, 2.0])
    losses = Losses(np.arange(4), by_hand, autograd)
    lines, hover = drawn(loss_chart(losses, WORDS, log))
    assert losses.leave
    assert hover.each("y") == [5, 40, 5, 4, 3, 2], "none outside the picture"
    assert lines.domain("y") == [2, 50]
    assert lines.style["clip"]
    assert lines.each("y") == [5, 40, 60, 5000, 5, 4, 3, 2], (
        "what leaves does so steeply, but within a canvas"
    )


def test_losses_that_fall_leave_nothing_out() -> None:
    assert not LOSSES.leave
    assert LOSSES.ceiling == 90


def test_losses_that_began_at_zero_are_all_drawn() -> None:
    losses = Losses(np.arange(2), np.array([0.0, 7.0]), np.array([0.0, 0.0]))
    assert not losses.leave
    assert drawn(loss_chart(losses, WORDS))[0].domain("y") == [0, 7]


def test_a_fit_that_is_far_from_the_data_does_not_flatten_them() -> None:
    far = Fit(
        "x", "y", np.array([0.0, 1]), np.array([1.0, 3]), np.arange(3), *[np.array([-1.5, 5, 1e22])] * 2
    )
    assert far.leaves
    assert not fit().leaves
    observed, lines = drawn(fit_chart(far, WORDS))
    assert lines.each("y") == [None, 5, None] * 2
    assert observed.domain("y") == [1, 5]


def test_a_fit_shows_data_and_both_curves() -> None:
    steps = np.arange(3)
    picture = fit_chart(Fit("x", "y", steps, steps, steps, steps, steps), WORDS)
    assert len(picture.drawing["layer"]) == 2
    assert Counter(picture.table["part"].to_pylist()) == {"observed": 3, "fitted": 6}


def test_observations_are_dots_and_each_lane_predicts_its_own_curve() -> None:
    observed, lines = drawn(fit_chart(fit(), WORDS))
    assert observed.kind == "circle"
    assert observed.see("x", "y", "color") == [(1, 10, theme.DATA), (2.5, 3, theme.DATA)]
    assert lines.see("x", "y", "color") == [
        *((-3, 6, theme.BY_HAND), (0.5, 7, theme.BY_HAND), (4, 8.5, theme.BY_HAND)),
        *((-3, -1, theme.AUTOGRAD), (0.5, -2, theme.AUTOGRAD), (4, -2.5, theme.AUTOGRAD)),
    ]


def test_a_fit_names_its_input_and_output_and_holds_data_and_curves() -> None:
    observed, lines = drawn(fit_chart(fit(), WORDS))
    for marks in (observed, lines):
        assert (marks.title("x"), marks.title("y")) == ("weight", "miles")
        assert (marks.domain("x"), marks.domain("y")) == ([-3, 4], [-2.5, 10])
    assert lines.labels("y", 2500) == ["2.5k"]
