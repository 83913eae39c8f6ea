"""What a picture shows of a history keeps its ends and its peaks."""

from __future__ import annotations

import numpy as np

from lesson.numeric.config import Config, Lane
from lesson.numeric.training import History, curves, train

DOUBLE = Lane("float64")
SHORT = Config(steps=50)


def test_curves_keep_ends_and_peaks() -> None:
    history = train(Config(steps=1001, autograd=DOUBLE))
    losses = curves.losses(history)
    assert (losses.steps[0], losses.steps[-1]) == (0, 1000)
    assert len(losses.steps) <= curves.POINTS
    local = curves.local(history)
    assert max(v.max() for v in local.drawn.values()) == history.largest_share
    assert len(local.steps) <= curves.POINTS + 2
    peaks = curves.peaks({"w1": np.zeros(10_000)})
    assert peaks[0] == 0
    assert peaks[-1] == 9_999


def test_drift_keeps_its_ends_and_its_peaks() -> None:
    history = train(Config(steps=1001, autograd=DOUBLE))
    drift = curves.drift(history)
    assert (drift.steps[0], drift.steps[-1]) == (0, 1000)
    assert len(drift.steps) <= curves.POINTS + 2
    assert max(v.max() for v in drift.drawn.values()) == max(v.max() for v in history.weights_drift.values())
    for name, values in drift.drawn.items():
        np.testing.assert_array_equal(values, history.weights_drift[name][drift.steps])


def test_matrices_of_one_step() -> None:
    history: History = train(SHORT)
    found = curves.matrices(history, 3, "w2")
    assert {m.shape for m in found.values()} == {(2, 1)}
    np.testing.assert_array_equal(found["difference"], 0)
