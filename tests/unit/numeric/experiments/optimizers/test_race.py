"""The race is run by the trainings themselves, within its bytes, up to where one blows up."""

from __future__ import annotations

import numpy as np
import pytest

from lesson.numeric.config import OPTIMIZERS, Config
from lesson.numeric.data import Normal
from lesson.numeric.experiments.optimizers.race import RACE_BYTES, affordable, race
from lesson.numeric.training import train
from lesson.numeric.training.curves import together


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_race_is_the_training_by_hand(optimizer: str) -> None:
    config = Config(steps=30, optimizer=optimizer, learning_rate=1e-3)
    history = train(config)
    stretch = race(config)[optimizer]
    assert np.array_equal(stretch.losses, history.loss["by_hand"])
    assert np.array_equal(stretch.weights, history.weights["by_hand"])


@pytest.mark.parametrize("batch", [1, 8192])
def test_a_race_of_the_largest_network_keeps_within_its_bytes(batch: int) -> None:
    config = affordable(Config(Normal(batch, 256, 32), hidden=1024, steps=100, learning_rate=1e-9).quick())
    stretches = race(config).values()
    assert all(len(stretch.losses) == config.steps for stretch in stretches)
    assert 0 < sum(stretch.weights.nbytes + stretch.gradients.nbytes for stretch in stretches) <= RACE_BYTES


def test_a_race_shows_who_blew_up() -> None:
    losses = {name: stretch.losses for name, stretch in race(Config(steps=40, learning_rate=0.03)).items()}
    steps, shown = together(losses)
    assert len(losses["adam"]) == len(steps) == 40
    assert np.isfinite(losses["sgd"]).all()
    assert np.isfinite(shown["sgd"]).sum() == len(losses["sgd"]) < 40
    assert len(losses["sgd"]) > 0
    assert together({"none": np.empty(0)})[0].size == 0
