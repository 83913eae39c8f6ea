"""What came of a training is told from what it did, and the settings that fit do fit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from lesson.numeric.config import Config
from lesson.numeric.data import Normal, Sine, Source, Table, cars
from lesson.numeric.from_config import activation_of, start_of, tensors_of
from lesson.numeric.network import forward
from lesson.numeric.source import seven_lines
from lesson.numeric.training import History, train
from lesson.numeric.training.fit import silent_units
from lesson.numeric.training.outcome import THAT_FIT, explained, lines_to_blame, opposed


def that_fits(data: str, seed: int) -> Config:
    fitting = dict(THAT_FIT[data])
    batch = fitting.pop("batch")
    source: Source = Sine(batch, seed) if data == "sine" else cars(batch, seed)
    return replace(Config(source, seed=seed), **fitting)


@pytest.mark.parametrize("activation", ["relu", "leaky_relu"])
@pytest.mark.parametrize(("data", "share"), [("sine", 0.9), ("cars", 0.8)])
def test_the_settings_that_fit_do_so_from_every_seed(data: str, share: float, activation: str) -> None:
    for seed in range(4):
        history = train(replace(that_fits(data, seed), activation=activation))
        assert not history.blew_up
        assert min(explained(history).values()) > share


def test_explained_is_the_share_of_the_variation_of_y() -> None:
    history = train(Config(Normal(seed=3), steps=5))
    y = history.config.source.load().y[:, 0].astype(float)
    loss = history.loss["by_hand"][-1]
    assert explained(history)["by_hand"] == pytest.approx(1 - loss / (len(y) * y.var()))
    assert np.isnan(explained(train(Config(Normal(batch=1), steps=2)))["autograd"])


def test_silent_units_are_those_that_fire_at_no_observation() -> None:
    config = Config(Normal(seed=1), hidden=7)
    start = start_of(config, torch.float32)
    assert start.b1 is not None
    start.b1[0, [1, 4]] = -100
    x, _ = tensors_of(config.source.load(), torch.float32)
    fired = (forward(x, start, activation_of(config)).h > 0).any(0)
    flat = torch.cat([tensor.flatten() for tensor in start if tensor is not None]).numpy()
    found = silent_units(config, flat)
    assert {2, 5} <= set(found)
    assert [unit not in found for unit in range(1, 8)] == fired.tolist()


def test_a_default_sine_ends_in_silence_and_a_flat_line() -> None:
    history = train(Config(Sine()))
    assert silent_units(history.config, history.weights["by_hand"][-1]) == (1, 2)
    assert explained(history)["by_hand"] == pytest.approx(0, abs=1e-3)


def exploded(line: str, rate: float) -> History:
    program = seven_lines().replace("2 * (out - y)", line)
    history = train(Config(program=program, learning_rate=rate, steps=400))
    assert "by_hand" in history.blew_up
    return history


@pytest.mark.parametrize(
    ("line", "rate", "blamed", "points_away"),
    [
        ("2 * (y - out)", 1e-3, True, True),
        ("700 * (out - y)", 1e-3, True, False),
        ("2 * (y - out)", 1.0, False, True),
        ("2 * (out - y)", 1.0, False, False),
        ("2 * (out - y)", 0.03, False, False),
        ("1 * (out - y)", 1.0, False, False),
    ],
)
def test_lines_are_blamed_where_autograd_does_well_at_the_same_rate(
    line: str, rate: float, blamed: bool, points_away: bool
) -> None:
    history = exploded(line, rate)
    assert (lines_to_blame(history), opposed(history)) == (blamed, points_away)


@pytest.mark.parametrize(
    ("theirs", "blamed"), [([5, 9, 4], True), ([5, 9, 5], True), ([5, 4, 6], False), ([5, 9, 6], False)]
)
def test_autograd_does_well_where_its_last_loss_is_no_higher_than_its_first(
    theirs: list[float], blamed: bool
) -> None:
    history = exploded("700 * (out - y)", 1e-3)
    loss = {"by_hand": np.array([5.0, 6, 7]), "autograd": np.array(theirs)}
    assert lines_to_blame(replace(history, loss=loss)) == blamed  # type: ignore[arg-type]


def test_lines_that_overflow_at_once_are_blamed() -> None:
    history = exploded("(out - y) * 1e30 * 1e30", 1e-4)
    assert history.steps == 0
    assert lines_to_blame(history)


def test_the_lessons_lines_are_never_blamed() -> None:
    assert not lines_to_blame(train(Config(learning_rate=1.0)))
    assert not lines_to_blame(train(Config(steps=10)))
    assert not lines_to_blame(train(Config(program=seven_lines().replace("2 *", "3 *"), steps=10)))


def test_a_table_is_explained_too() -> None:
    rows = "\n".join(f"{n},{3 * n}" for n in range(30))
    history = train(Config(Table(f"a,b\n{rows}".encode()), hidden=4, steps=500, learning_rate=1e-3))
    assert explained(history)["autograd"] > 0.9
