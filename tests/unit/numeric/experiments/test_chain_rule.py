"""The loss against one weight: the dot moves on its curve, and a kink beside the dot is announced."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from lesson.numeric.config import PARAMETERS, Config, Entry
from lesson.numeric.data import Normal
from lesson.numeric.experiments.chain_rule import CURVE_POINTS, REACH, moment
from lesson.numeric.finite import NUDGE

CONFIG = Config(Normal(3, 2, 2), hidden=3, activation="leaky_relu", slope=0.1)


@pytest.mark.parametrize("parameter", PARAMETERS)
@pytest.mark.parametrize("point", [0, 17, CURVE_POINTS // 2, CURVE_POINTS - 1])
def test_the_dot_moves_on_the_curve(parameter: str, point: int) -> None:
    moved = float(np.linspace(-REACH, REACH, CURVE_POINTS)[point])
    found = moment(CONFIG, Entry(parameter, 0, 1), moved)
    start = moment(CONFIG, Entry(parameter, 0, 1)).value
    assert found.curve.weights[point] == pytest.approx(found.value) == start + moved
    assert found.curve.losses[point] == pytest.approx(found.loss, rel=1e-12)
    assert np.ptp(found.curve.losses) > 0.1


def test_a_finite_difference_across_a_kink_is_announced() -> None:
    first_weight = partial(moment, CONFIG, Entry("w1", 0, 0))
    start = first_weight()
    on_the_kink = first_weight(-start.passed.h[0] / start.passed.x[0])
    assert on_the_kink.passed.h[0] == pytest.approx(0, abs=1e-12)
    assert on_the_kink.derivative.kink_in_reach
    assert not start.derivative.kink_in_reach


def test_the_finite_difference_is_right_minus_left_divided_by_their_distance() -> None:
    first_weight = partial(moment, CONFIG, Entry("w1", 0, 0))
    right, left = first_weight(NUDGE), first_weight(-NUDGE)
    slope = (right.loss - left.loss) / (right.value - left.value)
    assert first_weight().derivative.finite == pytest.approx(slope, rel=1e-9)
