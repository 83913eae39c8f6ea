"""Differences: each parameter's own, at its power of ten, over the territory that its size belongs to."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from lesson import prose
from lesson.charts import theme
from lesson.charts.differences import DRIFTS, SHARES, Axis, drift_chart, local_chart
from lesson.charts.picture import Picture
from lesson.numeric.compare import Comparison
from lesson.numeric.config import Config
from lesson.numeric.training import History, curves
from lesson.numeric.training.curves import Differences
from tests.unit.charts.drawn import WORDS, Marks, drawn

STEPS = np.array([0, 40, 1300])
PARAMETERS = ("w1", "b1", "w2", "b2")
DRAWN = {
    "w1": np.array([1e-2, 1e-5, 10]),
    "b1": np.array([1e-4, 1e2, 1e-3]),
    "w2": np.array([1, 1e-1, 1e-6]),
    "b2": np.array([1e1, 1e-2, 1e-1]),
}


def differences(*values: float) -> Differences:
    """The same for every parameter."""
    zeros = dict.fromkeys(PARAMETERS, np.array(values))
    extra = dict.fromkeys(("largest", "ulps", "gradients"), np.array(values))
    return Differences(np.arange(len(values)), zeros, dict.fromkeys(zeros, extra))


def all_different() -> Differences:
    explained = {
        name: {"largest": values * 2, "ulps": values * 3, "gradients": values * 5}
        for name, values in DRAWN.items()
    }
    return Differences(STEPS, DRAWN, explained)


def lines(picture: Picture) -> Marks:
    return next(marks for marks in drawn(picture) if marks.kind == "line")


def heights(picture: Picture, parameter: str) -> list[float]:
    seen = lines(picture)
    return [y for row, y in zip(seen.rows, seen.each("y"), strict=True) if row["parameter"] == parameter]


def test_exact_zero_has_a_place_of_its_own_for_each_parameter() -> None:
    places = {heights(local_chart(differences(0.0), WORDS), name)[0] for name in PARAMETERS}
    assert len(places) == 4
    assert all(SHARES.bottom < place < SHARES.low for place in places)


def test_zeros_stand_in_the_order_of_the_legend() -> None:
    places = [heights(local_chart(differences(0.0), WORDS), name)[0] for name in PARAMETERS]
    assert places == sorted(places, reverse=True)
    assert np.diff(places) == pytest.approx(np.full(3, (SHARES.bottom - SHARES.low) / 5))


@pytest.mark.parametrize("chart", [local_chart, drift_chart])
def test_differences_name_their_territories(chart: Callable[..., Picture]) -> None:
    spec = str(chart(differences(0.0, 1e-3, 1e9), prose.sections("en", "words")).drawing)
    assert "exactly 0" in spec
    words = ("identical", "rounding", "different") if chart is local_chart else ("together",)
    assert all(word in spec for word in words)


@pytest.mark.parametrize("chart", [local_chart, drift_chart])
def test_each_parameter_has_a_line_at_the_powers_of_ten_of_its_own_differences(
    chart: Callable[..., Picture],
) -> None:
    seen = lines(chart(all_different(), WORDS))
    expected = [
        (step, power, color)
        for color, powers in (
            (theme.WEIGHTS, [-2, -5, 1]),
            (theme.DATA, [-4, 2, -3]),
            (theme.ERROR, [0, -1, -6]),
            (theme.HIDDEN, [1, -2, -1]),
        )
        for step, power in zip(STEPS, powers, strict=True)
    ]
    steps, powers, colors = zip(*expected, strict=True)
    assert (*seen.each("x"),) == steps
    assert (*seen.each("y"),) == pytest.approx(powers)
    assert (*seen.each("color"),) == colors
    assert seen.each("strokeDash") == [dash for dash in theme.PARAMETER_DASHES for _ in STEPS]


def test_what_is_too_small_or_too_large_stands_at_the_ends_of_the_axis() -> None:
    assert heights(local_chart(differences(1e-30, 1e-5, 1e9), WORDS), "b1") == pytest.approx([-6, -5, 3])
    assert heights(drift_chart(differences(1e-30, 1e-15, 1e9), WORDS), "b1") == pytest.approx([-16, -15, 2])


@pytest.mark.parametrize("parameter", PARAMETERS)
@pytest.mark.parametrize("chart", [local_chart, drift_chart])
def test_no_number_is_a_gap_and_not_exactly_zero(chart: Callable[..., Picture], parameter: str) -> None:
    before, gap, after = heights(chart(differences(1e-3, np.nan, 1e-2), WORDS), parameter)
    assert gap is None
    assert (before, after) == pytest.approx((-3, -2))


@pytest.mark.parametrize(("chart", "top"), [(local_chart, 3), (drift_chart, 2)])
def test_an_infinite_difference_is_as_different_as_can_be(chart: Callable[..., Picture], top: int) -> None:
    assert heights(chart(differences(np.inf, 1e-3), WORDS), "w2") == pytest.approx([top, -3])


def test_the_pointer_is_told_share_size_and_ulps() -> None:
    hover = drawn(local_chart(all_different(), WORDS))[-1]
    assert hover.kind == "point"
    assert hover.tooltips()[2:4] == [
        {
            WORDS["parameter"]: "w1",
            WORDS["step"]: "1,300",
            WORDS["share"]: "10.0",
            WORDS["largest"]: "20.0",
            WORDS["ulps"]: "30.0",
        },
        {
            WORDS["parameter"]: "b1",
            WORDS["step"]: "0",
            WORDS["share"]: "0.000100",
            WORDS["largest"]: "0.000200",
            WORDS["ulps"]: "0.000300",
        },
    ]


def test_the_pointer_is_told_how_far_weights_and_gradients_are_apart() -> None:
    hover = drawn(drift_chart(all_different(), WORDS))[-1]
    assert hover.tooltips()[4] == {
        WORDS["parameter"]: "b1",
        WORDS["step"]: "40",
        WORDS["weights-drift"]: "100",
        WORDS["gradients-drift"]: "500",
    }


@pytest.mark.parametrize(
    ("chart", "title"), [(local_chart, WORDS["share"]), (drift_chart, WORDS["weights-drift"])]
)
def test_the_axes_are_named_and_hold_all_steps(chart: Callable[..., Picture], title: str) -> None:
    *_, line, hover = drawn(chart(all_different(), WORDS))
    for marks in (line, hover):
        assert (marks.title("x"), marks.title("y")) == (WORDS["step"], title)
        assert marks.domain("x") == [0, 1300]
    assert hover.see("x", "y") == line.see("x", "y")


def territories(picture: Picture) -> list[tuple[float, float, str, str]]:
    """From where to where each reaches, its colour, and the word on the right of its middle."""
    bands = drawn(picture)[0]
    assert bands.kind == "rect"
    assert bands.style["opacity"] < 0.5, "lines are seen before them"
    middles = [(low + high) / 2 for low, high in bands.see("y", "y2")]
    assert bands.encoding["y"]["axis"]["orient"] == "right"
    assert bands.encoding["y"]["axis"]["values"] == middles
    return [
        (*band, word)
        for band, word in zip(bands.see("y", "y2", "fill"), bands.labels("y", *middles), strict=True)
    ]


def test_below_rounding_is_identical_and_above_it_different() -> None:
    assert territories(local_chart(all_different(), WORDS)) == [
        (-7.8, -6, theme.DATA, WORDS["identical"]),
        (-6, 0, theme.AUTOGRAD, WORDS["rounding"]),
        (0, 3, theme.BY_HAND, WORDS["different"]),
    ]


def test_the_weights_are_together_only_where_they_are_exactly_so() -> None:
    together = -19.6, -16, theme.DATA, WORDS["together"]
    assert territories(drift_chart(all_different(), WORDS)) == [together]


@pytest.mark.parametrize(
    ("value", "word"),
    [(0.0, "identical"), (1e-5, "rounding"), (0.9, "rounding"), (1.1, "different"), (1e2, "different")],
)
def test_a_difference_is_drawn_in_the_territory_that_names_it(value: float, word: str) -> None:
    picture = local_chart(differences(value), WORDS)
    for parameter in PARAMETERS:
        (height,) = heights(picture, parameter)
        inside = [name for low, high, _, name in territories(picture) if low < height < high]
        assert inside == [WORDS[word]]


@pytest.mark.parametrize(("chart", "axis"), [(local_chart, SHARES), (drift_chart, DRIFTS)])
def test_lines_and_territories_are_on_one_scale_with_powers_of_ten(
    chart: Callable[..., Picture], axis: Axis
) -> None:
    bands, line, _ = drawn(chart(all_different(), WORDS))
    assert bands.domain("y") == line.domain("y") == [axis.bottom, axis.high]
    zero, *powers = line.encoding["y"]["axis"]["values"]
    assert axis.bottom < zero < axis.low
    assert powers == list(range(axis.low, axis.high + 1))
    labels = line.labels("y", zero, *powers)
    assert labels == [WORDS["exactly-zero"], *("1" if power == 0 else f"1e{power}" for power in powers)]


def test_without_a_step_nothing_is_drawn() -> None:
    assert lines(local_chart(differences(), WORDS)).rows == []


def trained(steps: int) -> History:
    """A history in which no two quantities are of one size, each with a peak at a step of its own."""

    def peak(place: int, height: float) -> np.ndarray:
        return np.where(np.arange(steps) == place, height, height / 10**6)

    weights = {name: peak(111 * (1 + index), 10.0**-index) for index, name in enumerate(PARAMETERS)}
    return History(
        config=Config(),
        loss={"by_hand": np.arange(steps) + 1.0, "autograd": np.arange(steps) + 2.0},
        weights_drift=weights,
        gradients_drift={name: 7 * values for name, values in weights.items()},
        recorded=np.arange(steps),
        weights={},
        gradients={},
        local={
            name: Comparison(2 * share, 3 * share, 4 * share, share, share) for name, share in weights.items()
        },
        kinks={},
        blew_up={},
        seconds=0.0,
    )


@pytest.mark.parametrize("index", range(4))
@pytest.mark.parametrize(("cut", "chart"), [(curves.local, local_chart), (curves.drift, drift_chart)])
def test_of_a_long_training_every_peak_is_drawn_at_its_step(
    cut: Callable[[History], Differences], chart: Callable[..., Picture], index: int
) -> None:
    seen = lines(chart(cut(trained(steps=5_000)), WORDS))
    own = [mark for mark in seen.see("x", "y", "color") if mark[2] == theme.PARAMETER_COLORS[index]]
    assert len(own) < 300
    assert (own[0][0], own[-1][0]) == (0, 4999)
    step, height, _ = max(own, key=lambda mark: mark[1])
    assert (step, height) == (111 * (1 + index), pytest.approx(-index))


def test_a_drift_is_of_the_weights_and_tells_of_the_gradients() -> None:
    hover = drawn(drift_chart(curves.drift(trained(steps=600)), WORDS))[-1]
    told = next(told for told in hover.tooltips() if told[WORDS["step"]] == "111")
    assert told[WORDS["parameter"]] == "w1"
    assert (told[WORDS["weights-drift"]], told[WORDS["gradients-drift"]]) == ("1.00", "7.00")


def test_a_local_difference_tells_of_share_size_and_ulps() -> None:
    hover = drawn(local_chart(curves.local(trained(steps=600)), WORDS))[-1]
    told = next(told for told in hover.tooltips() if told[WORDS["step"]] == "111")
    shown = [told[WORDS[word]] for word in ("share", "largest", "ulps")]
    assert shown == ["1.00", "2.00", "4.00"]


@pytest.mark.parametrize("chart", [local_chart, drift_chart])
def test_a_pointer_is_told_of_no_inner_name(chart: Callable[..., Picture]) -> None:
    *silent, hover = drawn(chart(all_different(), WORDS))
    assert [marks.style["tooltip"] for marks in silent] == [None, None]
    assert hover.tooltips()
