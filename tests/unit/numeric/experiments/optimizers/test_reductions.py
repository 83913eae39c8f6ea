"""MSELoss's mean is its sum, divided."""

from __future__ import annotations

import pytest

from lesson.numeric.config import Config
from lesson.numeric.data import Normal
from lesson.numeric.experiments.optimizers.reductions import sum_and_mean_of


def test_the_mean_is_the_sum_over_the_number_of_entries() -> None:
    lines = sum_and_mean_of(Config(Normal(6, 2, 3))).output.splitlines()
    (total, slope), (mean, mean_slope) = ([float(v) for v in line.split()[1:]] for line in lines[:2])
    assert lines[2] == "entries: 18"
    assert (mean, mean_slope) == pytest.approx((total / 18, slope / 18), rel=1e-12)
