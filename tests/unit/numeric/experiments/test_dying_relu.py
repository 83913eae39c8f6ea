"""Units die and stay dead with ReLU, and what the page claims holds over many seeds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lesson.numeric import by_hand
from lesson.numeric.experiments.dying_relu import (
    LARGEST,
    REMEDIES,
    RUNS,
    STEPS,
    Conditions,
    remedied,
    spells_of,
    task,
    train_and_watch,
    trial,
    why_it_stays_of,
)
from lesson.numeric.intervals import wilson
from lesson.numeric.network import Activation, Params

GROUND = Conditions()
LEAKY = replace(GROUND, slope=0.1)
GROUNDS = st.builds(
    Conditions,
    sizes=st.tuples(*(st.integers(1, most) for most in (16, *LARGEST[1:]))),
    zeros=st.sampled_from([0.0, 0.5, 0.9, 1.0]),
    scale=st.sampled_from([0.1, 1.0, 3.0]),
    bias=st.sampled_from([None, -3.0, -1.0, 0.0]),
    rate=st.sampled_from([1e-4, 5e-3, 2e-2]),
    seed=st.integers(0, 9999),
)


@pytest.mark.parametrize("bias", [-1.0, None])
@pytest.mark.parametrize("slope", [0.0, 0.1])
def test_each_run_is_the_training_by_hand(bias: float | None, slope: float) -> None:
    conditions = replace(GROUND, bias=bias, slope=slope)
    trainings = train_and_watch(conditions)
    for number in (0, RUNS - 1):
        x, y, params = task(replace(conditions, seed=number))
        assert (params.b1 is None) == (params.b2 is None) == (bias is None)
        activation = Activation.leaky_relu(slope)
        losses = []
        for _ in range(STEPS):
            loss, gradients = by_hand.loss_and_gradients(x, y, params, activation)
            losses.append(loss.item())
            params = Params(
                *(p if g is None else p - conditions.rate * g for p, g in zip(params, gradients, strict=True))  # type: ignore[arg-type, operator]
            )
        assert np.allclose(trainings.losses[number], losses, rtol=1e-3)
        assert torch.allclose(trainings.params_of(number).w1, params.w1, rtol=1e-3, atol=1e-4)


@settings(max_examples=15)
@given(GROUNDS)
def test_a_silent_relu_unit_never_wakes(conditions: Conditions) -> None:
    trainings = train_and_watch(conditions)
    for quiet, losses in zip(trainings.silent, trainings.losses, strict=True):
        sound = quiet[np.isfinite(losses)]
        assert not (sound[:-1] & ~sound[1:]).any()
    assert trainings.woke.sum() == 0
    assert not trainings.silent[~np.isfinite(trainings.losses)].any()


@settings(max_examples=15)
@given(GROUNDS, st.floats(0.0, 1.0), st.integers(0, RUNS - 1))
def test_what_is_watched_is_what_is_counted(conditions: Conditions, slope: float, number: int) -> None:
    trainings = train_and_watch(replace(conditions, slope=slope))
    active = trainings.active(number)
    assert active.shape == (STEPS, conditions.sizes[0], conditions.sizes[2])
    sound = np.isfinite(trainings.losses[number])
    assert np.array_equal(~np.any(active, axis=1)[sound], trainings.silent[number][sound])
    for unit, since in trainings.since(number).items():
        assert not active[since:, :, unit - 1].any()
        assert since == 0 or active[since - 1, :, unit - 1].any()


def test_a_unit_dies_before_the_learner() -> None:
    trainings = train_and_watch(GROUND)
    since = trainings.since(trainings.latest_death)
    assert 50 < max(since.values()) < STEPS
    ran = why_it_stays_of(trainings, trainings.latest_death, max(since, key=lambda unit: since[unit]))
    largest, column, entry = ran.output.splitlines()
    assert float(largest.split(": ")[1]) < 0
    assert column.endswith(("[0.0, 0.0, 0.0]", "[-0.0, -0.0, -0.0]"))
    assert float(entry.split(": ")[1]) == 0


def test_leaky_units_come_back_and_learn_on() -> None:
    relu, leaky = train_and_watch(GROUND), train_and_watch(LEAKY)
    assert leaky.woke.sum() > 5
    assert leaky.mean_zeros[-1] < 0.01 < 0.3 < relu.mean_zeros[-1]
    lower = int((leaky.losses[:, -1] < relu.losses[:, -1]).sum())
    assert wilson(lower, RUNS)[0] > 0.5


def test_sparse_data_silence_units_before_the_first_step() -> None:
    shares = [
        wilson(int(train_and_watch(replace(GROUND, zeros=zeros)).silent[:, 0].any(1).sum()), RUNS)
        for zeros in (0.0, 0.95)
    ]
    assert shares[0][1] < shares[1][0]
    assert not train_and_watch(replace(GROUND, bias=0.0)).silent[:, 0].any()


def test_remedies_are_counted_as_the_runs_are() -> None:
    conditions = replace(GROUND, sizes=(64, 3, 4, 1))
    trials = {name: trial(each) for name, each in remedied(conditions).items()}
    assert trials.keys() == REMEDIES.keys()
    as_set = train_and_watch(conditions)
    assert trials["as-set"].silent == int(as_set.silent[:, -1].any(1).sum())
    assert trials["as-set"].loss == pytest.approx(float(np.median(as_set.losses[:, -1])))
    # These intervals do not overlap: forty seeds are enough to tell.
    for remedy in ("bias", "init"):
        assert trials[remedy].high < trials["as-set"].low
        assert trials[remedy].loss < trials["as-set"].loss


def test_a_run_that_blows_up_is_counted_apart() -> None:
    conditions = replace(GROUND, scale=3.0, rate=2e-2)
    first = trial(conditions)
    assert first.blew_up > 0
    assert first.runs + first.blew_up == RUNS


@given(st.integers(1, 6), st.integers(1, 4), st.integers(1, 3), st.integers(0, 2**32 - 1))
def test_spells_tell_what_every_unit_does_at_every_step(
    steps: int, batch: int, hidden: int, seed: int
) -> None:
    active = np.random.default_rng(seed).random((steps, batch, hidden)) < 0.5
    seen = np.full((steps, batch, hidden), -1)
    for unit, observation, state, since, until in zip(*spells_of(active), strict=True):
        assert (seen[since:until, observation - 1, unit - 1] == -1).all()
        seen[since:until, observation - 1, unit - 1] = state
    silent = ~active.any(1, keepdims=True).repeat(batch, 1)
    assert np.array_equal(seen == 0, active)
    assert np.array_equal(seen == 2, silent)
    assert np.array_equal(seen == 1, ~active & ~silent)
