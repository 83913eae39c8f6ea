"""An overview tells of a training what its history has."""

from __future__ import annotations

import numpy as np

from lesson.numeric.config import Config, Lane
from lesson.numeric.training import train
from lesson.numeric.training.overview import overview


def test_an_overview_tells_what_the_history_has() -> None:
    config = Config(steps=100, autograd=Lane("float64"))
    history, found = train(config), overview(config)
    assert (found.steps, found.recorded) == (history.steps, len(history.recorded)) == (100, 100)
    assert found.largest_drift == history.largest_drift > found.largest_local == history.largest_local > 0
    np.testing.assert_array_equal(found.losses.by_hand, history.loss["by_hand"])
    np.testing.assert_array_equal(found.losses.autograd, history.loss["autograd"])


def test_it_tells_whether_a_lane_blew_up() -> None:
    assert overview(Config(learning_rate=1.0)).blew_up
    assert not overview(Config(steps=5)).blew_up
