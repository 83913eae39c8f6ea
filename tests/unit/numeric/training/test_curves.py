"""What a picture shows of a history keeps its ends and its peaks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lesson.numeric.compare import Comparison
from lesson.numeric.config import Config, Lane
from lesson.numeric.source import seven_lines
from lesson.numeric.training import History, curves, train

DOUBLE = Lane("float64")
SHORT = Config(steps=50)


@pytest.fixture(scope="module")
def mixed() -> History:
    """The notebook's training in mixed precision."""
    return train(Config(autograd=DOUBLE))


def test_curves_keep_ends_and_peaks(mixed: History) -> None:
    losses = curves.losses(mixed)
    assert (losses.steps[0], losses.steps[-1]) == (0, 1000)
    assert len(losses.steps) <= curves.POINTS
    local = curves.local(mixed)
    assert max(v.max() for v in local.drawn.values()) == mixed.largest_share
    assert len(local.steps) <= curves.POINTS + 2
    peaks = curves.peaks({"w1": np.zeros(10_000)})
    assert peaks[0] == 0
    assert peaks[-1] == 9_999


def test_drift_keeps_its_ends_and_its_peaks(mixed: History) -> None:
    drift = curves.drift(mixed)
    assert (drift.steps[0], drift.steps[-1]) == (0, 1000)
    assert len(drift.steps) <= curves.POINTS + 2
    assert max(v.max() for v in drift.drawn.values()) == max(v.max() for v in mixed.weights_drift.values())
    for name, values in drift.drawn.items():
        np.testing.assert_array_equal(values, mixed.weights_drift[name][drift.steps])


def test_matrices_of_one_step() -> None:
    history: History = train(SHORT)
    found = curves.matrices(history, 3, "w2")
    assert {m.shape for m in found.values()} == {(2, 1)}
    np.testing.assert_array_equal(found["difference"], 0)


def test_each_loss_is_its_own_lanes_at_the_steps_shown(mixed: History) -> None:
    losses = curves.losses(mixed)
    assert len(losses.steps) == 250
    assert set(np.diff(losses.steps)) == {4, 5}
    np.testing.assert_array_equal(losses.by_hand, mixed.loss["by_hand"][losses.steps])
    np.testing.assert_array_equal(losses.autograd, mixed.loss["autograd"][losses.steps])
    assert not np.array_equal(losses.by_hand, losses.autograd)


@pytest.mark.parametrize("steps", [1, 2, 250])
def test_a_short_training_is_shown_whole(steps: int) -> None:
    history = train(Config(steps=steps))
    assert curves.losses(history).steps.tolist() == list(range(steps))
    assert curves.local(history).steps.tolist() == curves.drift(history).steps.tolist() == list(range(steps))


def test_of_a_training_that_blew_up_at_once_there_is_nothing_to_show() -> None:
    history = train(Config(program=seven_lines().replace("2 * (out - y)", "(out - y) / (0 * y)"), steps=5))
    assert (history.steps, history.blew_up) == (0, {"by_hand": 0})
    losses = curves.losses(history)
    assert len(losses.steps) == len(losses.by_hand) == len(losses.autograd) == 0
    assert len(curves.local(history).steps) == len(curves.drift(history).steps) == 0


def test_curves_that_end_early_are_shown_beside_those_that_do_not() -> None:
    long, short = np.arange(1000.0), np.array([7.0, 8.0, 9.0])
    steps, shown = curves.together({"long": long, "short": short})
    assert (steps[0], steps[-1], len(steps)) == (0, 999, 250)
    np.testing.assert_array_equal(shown["long"], steps)
    assert shown["short"][0] == 7
    assert np.isnan(shown["short"][1:]).all()
    steps, shown = curves.together({"one": np.array([3.0, 4.0]), "other": np.array([5.0])})
    assert steps.tolist() == [0, 1]
    np.testing.assert_array_equal([shown["one"], shown["other"]], [[3, 4], [5, np.nan]])
    steps, shown = curves.together({"none": np.array([])})
    assert len(steps) == len(shown["none"]) == 0


def test_the_peaks_of_the_lower_curve_are_kept_too() -> None:
    low, high = np.zeros(10_000), np.full(10_000, 5.0)
    low[[1234, 8765]], high[[2345, 7654]] = 1, 6
    kept = curves.peaks({"low": low, "high": high})
    assert {1234, 8765, 2345, 7654, 0, 9_999} <= set(kept)
    assert len(kept) <= curves.POINTS + 2
    assert list(kept) == sorted(set(kept))


def test_peaks_are_looked_for_everywhere_alike() -> None:
    """Two curves share the points: of ten thousand steps each has a peak in every eighty."""
    rising, falling = np.arange(10_000.0), -np.arange(10_000.0)
    kept = curves.peaks({"rising": rising, "falling": falling})
    assert kept.tolist() == sorted({*range(0, 10_000, 80), *range(79, 10_000, 80)})


def comparison(factor: float) -> Comparison:
    """Of three steps, with numbers that cannot be mistaken for each other."""
    one, two, three, four = (factor * n * np.array([1, 2, 3]) for n in (1, 10, 100, 1000))
    return Comparison(one, two, three.astype(np.uint64), four, np.array([0, 1, 0]))


def test_what_is_drawn_are_shares_and_what_explains_them_is_named() -> None:
    shown = curves.shares(np.array([0, 40, 80]), {"w1": comparison(1), "b1": comparison(7)})
    assert shown.steps.tolist() == [0, 40, 80]
    assert {name: values.tolist() for name, values in shown.drawn.items()} == {
        "w1": [1000, 2000, 3000],
        "b1": [7000, 14000, 21000],
    }
    assert shown.explained["w1"]["largest"].tolist() == [1, 2, 3]
    assert shown.explained["b1"]["ulps"].tolist() == [700, 1400, 2100]
    assert shown.explained["b1"]["ulps"].dtype == float


def test_drift_draws_the_weights_and_explains_them_by_the_gradients() -> None:
    history = replace(
        train(Config(steps=3)),
        weights_drift={"w1": np.array([1.0, 2, 3])},
        gradients_drift={"w1": np.array([10.0, 20, 30])},
    )
    shown = curves.drift(history)
    assert shown.steps.tolist() == [0, 1, 2]
    assert shown.drawn["w1"].tolist() == [1, 2, 3]
    assert shown.explained["w1"]["gradients"].tolist() == [10, 20, 30]


def test_a_matrix_is_that_of_its_row_and_its_parameter() -> None:
    config = Config(steps=3, autograd=DOUBLE)
    history = train(config)
    found = curves.matrices(history, 2, "w1")
    assert list(found) == ["weights", "by_hand", "autograd", "difference"]
    for name, kept in (
        ("weights", history.weights["by_hand"]),
        ("by_hand", history.gradients["by_hand"]),
        ("autograd", history.gradients["autograd"]),
    ):
        np.testing.assert_array_equal(found[name], kept[2, :6].reshape(3, 2))
    difference = found["by_hand"].astype(float) - found["autograd"]
    assert difference.any()
    np.testing.assert_array_equal(found["difference"], difference)
