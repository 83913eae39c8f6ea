"""The race is run by the trainings themselves, within its bytes, up to where one blows up."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
import torch

from lesson.numeric.config import OPTIMIZERS, Config
from lesson.numeric.data import Normal
from lesson.numeric.experiments.optimizers import RATES
from lesson.numeric.experiments.optimizers.race import RACE_BYTES, affordable, race
from lesson.numeric.optimizers import BY_HAND, Adam
from lesson.numeric.training import train
from lesson.numeric.training.curves import together


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_race_is_the_training_by_hand(optimizer: str) -> None:
    config = Config(steps=30, optimizer=optimizer, learning_rate=1e-3)
    history = train(config)
    stretch = race(config, dict.fromkeys(OPTIMIZERS, 1e-3))[optimizer]
    assert np.array_equal(stretch.losses, history.loss["by_hand"])
    assert np.array_equal(stretch.weights, history.weights["by_hand"])


@pytest.mark.parametrize("batch", [1, 8192])
def test_a_race_of_the_largest_network_keeps_within_its_bytes(batch: int) -> None:
    config = affordable(Config(Normal(batch, 256, 32), hidden=1024, steps=100).quick())
    stretches = race(config, dict.fromkeys(OPTIMIZERS, 1e-9)).values()
    assert all(len(stretch.losses) == config.steps for stretch in stretches)
    assert 0 < sum(stretch.weights.nbytes + stretch.gradients.nbytes for stretch in stretches) <= RACE_BYTES


ALIKE = dict.fromkeys(OPTIMIZERS, 0.03)


def test_a_race_shows_who_blew_up() -> None:
    losses = {name: stretch.losses for name, stretch in race(Config(steps=40), ALIKE).items()}
    steps, shown = together(losses)
    assert len(losses["adam"]) == len(steps) == 40
    assert np.isfinite(losses["sgd"]).all()
    assert np.isfinite(shown["sgd"]).sum() == len(losses["sgd"]) < 40
    assert len(losses["sgd"]) > 0
    assert together({"none": np.empty(0)})[0].size == 0


SCALE = sorted(float(f"{digit}e{power}") for power in range(-5, 0) for digit in (1, 3))
SEEDS = range(6)


def last_losses(hidden: int, rates: Mapping[str, float]) -> dict[str, np.ndarray]:
    """Of each optimizer after 100 steps, for each seed; infinite where it blew up."""
    configs = [Config(Normal(seed=seed), hidden=hidden, seed=seed, steps=100) for seed in SEEDS]
    races = [race(config, rates) for config in configs]

    def last(losses: np.ndarray) -> float:
        return float(losses[-1]) if len(losses) == 100 else np.inf

    return {name: np.array([last(found[name].losses) for found in races]) for name in rates}


def test_the_rates_suit_their_optimizers() -> None:
    small = {rate: last_losses(2, dict.fromkeys(OPTIMIZERS, rate)) for rate in SCALE}
    wide = {rate: last_losses(16, dict.fromkeys(OPTIMIZERS, rate)) for rate in SCALE}
    for name, rate in RATES.items():
        safe = [other for other in SCALE if np.isfinite([small[other][name], wide[other][name]]).all()]
        assert rate in safe
        for lost in (small, wide):
            best = min(np.median(lost[other][name]) for other in safe)
            assert np.median(lost[rate][name]) < 1.1 * best


def test_at_one_rate_for_all_adam_crawls_or_gradient_descent_blows_up() -> None:
    slow, own = (last_losses(2, rates) for rates in (dict.fromkeys(OPTIMIZERS, RATES["sgd"]), RATES))
    assert (slow["adam"] > 1.3 * slow["sgd"]).all()
    assert np.median(slow["adam"]) > 2 * np.median(slow["sgd"])
    assert np.median(own["adam"]) < 1.1 * np.median(own["sgd"])
    fast = last_losses(2, dict.fromkeys(OPTIMIZERS, RATES["adam"]))
    assert np.isinf(fast["sgd"]).all()


def test_adams_first_step_is_its_rate_where_there_is_a_gradient_and_none_where_there_is_none() -> None:
    weights = torch.zeros(4, dtype=torch.float64)
    adam = Adam(0.1)
    adam.step(weights, torch.tensor([1e-3, -500.0, 0.0, 7.0], dtype=torch.float64))
    assert weights.tolist() == pytest.approx([-0.1, 0.1, 0.0, -0.1], rel=1e-4)
    before = weights.clone()
    adam.step(weights, torch.tensor([-1e-3, -500.0, 0.0, 7.0], dtype=torch.float64))
    second = (weights - before).abs().tolist()
    # Shorter where the sign changed.
    assert second == pytest.approx([0.1 * 0.1 / 1.9, 0.1, 0.0, 0.1], rel=1e-2)


@pytest.mark.parametrize(("name", "factor"), [("sgd", 64), ("momentum", 64), ("adam", 1)])
def test_the_mean_needs_the_rate_of_the_sum_times_the_number_of_entries(name: str, factor: int) -> None:
    on_sum, on_mean = torch.zeros(3, dtype=torch.float64), torch.zeros(3, dtype=torch.float64)
    of_sum, of_mean = BY_HAND[name](0.01), BY_HAND[name](0.01 * factor)
    for seed in range(5):
        gradient = torch.randn(3, generator=torch.Generator().manual_seed(seed), dtype=torch.float64) * 100
        of_sum.step(on_sum, gradient)
        of_mean.step(on_mean, gradient / 64)
    assert on_mean.tolist() == pytest.approx(on_sum.tolist(), rel=1e-6)
