"""The exact gradient, and four estimators of it: which of them are unbiased."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from torch import Tensor

from lesson.numeric.experiments.bernoulli_gate import gates
from lesson.numeric.experiments.bernoulli_gate.estimates import SAMPLES, Samples, samples
from lesson.numeric.experiments.bernoulli_gate.gates import (
    LARGEST,
    Gated,
    Loss,
    exactly,
    expected,
    forward,
    score,
    task,
    unnoticed_of,
)
from tests.harness.gated_networks import GATED

SEEDS = range(8)


def z_scores(sampled: Samples, name: str) -> np.ndarray:
    """How many standard errors the mean of the draws is from the truth, entry by entry."""
    draws = sampled.drawn[name]
    error = draws.std(0, ddof=1) / SAMPLES**0.5
    distance = np.abs(draws.mean(0) - sampled.truth)
    return np.divide(distance, error, out=np.zeros_like(error), where=error > 1e-12)


@settings(max_examples=25)
@given(GATED)
def test_the_closed_form_is_the_sum_over_all_masks(gated: Gated) -> None:
    x, y, weights = task(gated)
    s, loss = forward(x, y, weights, gated.slope)
    tensors = [t.clone().requires_grad_() for t in (s, loss.a, loss.w2, loss.b2)]
    s, a, w2, b2 = tensors
    both = []
    for way in (exactly, expected):
        value = way(s, s, Loss(a, w2, b2, y))
        both.append((value.detach(), *torch.autograd.grad(value.sum(), tensors)))
    for summed, closed in zip(*both, strict=True):
        torch.testing.assert_close(closed, summed, rtol=1e-10, atol=1e-10)


def test_the_expectation_is_what_many_flips_give() -> None:
    gated = Gated()
    x, y, weights = task(gated)
    s, loss = forward(x, y, weights, gated.slope)
    exact = exactly(s, s, loss).sum().item()
    noise = torch.rand((20_000, *s.shape), dtype=s.dtype, generator=torch.Generator().manual_seed(5))
    drawn = loss((noise < torch.sigmoid(s)).to(s.dtype)).sum(1)
    assert abs(drawn.mean().item() - exact) < 4 * drawn.std().item() / 20_000**0.5


@pytest.mark.parametrize("name", ["score", "score-baseline"])
def test_the_unbiased_hold_the_truth(name: str) -> None:
    """Over all entries of several networks: as many intervals hold it as should, and none is far off."""
    z = np.concatenate([z_scores(samples(Gated(seed=seed)), name) for seed in SEEDS])
    assert z.max() < 4.5
    assert 0.9 <= (z <= 1.96).mean() <= 1


@pytest.mark.parametrize("name", ["straight-through", "relaxed"])
def test_the_biased_do_not(name: str) -> None:
    for seed in SEEDS:
        sampled = samples(Gated(seed=seed))
        assert z_scores(sampled, name).max() > 6
        assert sampled.verdict(name).inside < len(sampled.truth)


def test_a_planted_bias_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    right = gates.score_baseline

    def planted(s: Tensor, noise: Tensor, loss: Loss) -> Tensor:
        return 1.2 * right(s, noise, loss)

    monkeypatch.setitem(gates.SHOWN, "score-baseline", planted)
    z = np.concatenate([z_scores(samples(Gated(seed=seed)), "score-baseline") for seed in SEEDS])
    assert z.max() > 4.5


def test_the_baseline_calms() -> None:
    spreads = [
        [samples(Gated(seed=seed)).verdict(name).spread for name in ("score", "score-baseline")]
        for seed in SEEDS
    ]
    assert all(calm < wild for wild, calm in spreads)


def test_a_lower_temperature_has_less_bias_and_more_spread() -> None:
    for seed in SEEDS:
        cool, warm = (
            samples(Gated(seed=seed, temperature=temperature)).verdict("relaxed")
            for temperature in (0.1, 1.0)
        )
        assert cool.bias < warm.bias
        assert cool.spread > warm.spread


def test_torch_differentiates_a_flip_without_a_word() -> None:
    ran = unnoticed_of(Gated())
    assert not ran.error
    assert ran.output.splitlines()[1:] == [
        "m.grad_fn: BernoulliBackward0",
        "largest entry of s.grad: 0.0",
        "largest entry of wg.grad: 0.0",
    ]


def test_the_processs_own_random_numbers_are_left_alone() -> None:
    before = torch.random.get_rng_state()
    unnoticed_of(Gated(seed=3))
    samples(Gated(seed=3))
    assert torch.equal(before, torch.random.get_rng_state())


def test_the_score_functions_weights_get_the_drawn_loss() -> None:
    """By the other weights, the surrogate's gradient is that of the loss at the drawn gates."""
    x, y, (wg, bg, w1, b1, w2, b2) = task(Gated())
    noise = torch.rand((x @ wg).shape, dtype=x.dtype)
    a = torch.relu(x @ w1 + b1)
    w2.requires_grad_()
    s = x @ wg + bg
    (surrogate,) = torch.autograd.grad(score(s, noise, Loss(a, w2, b2, y)).sum(), w2)
    m = (noise < torch.sigmoid(s)).to(s.dtype)
    (plain,) = torch.autograd.grad(Loss(a, w2, b2, y)(m).sum(), w2)
    assert torch.allclose(surrogate, plain)


def test_larger_networks_are_cut() -> None:
    assert Gated((8192, 256, 6, 32)).fitted().sizes == LARGEST
    assert replace(Gated(), sizes=(1, 1, 1, 1)).fitted().sizes == (1, 1, 1, 1)
