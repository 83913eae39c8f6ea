"""The exact gradient, four estimators of it, and what the page claims about them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from lesson.numeric.experiments.bernoulli_gate import functions, gates
from lesson.numeric.experiments.bernoulli_gate.estimates import (
    COUNTS,
    SAMPLES,
    Samples,
    distributions,
    samples,
)
from lesson.numeric.experiments.bernoulli_gate.gate_training import EVERY, RUNS, STEPS, trained, ways
from lesson.numeric.experiments.bernoulli_gate.gates import (
    LARGEST,
    Gated,
    Loss,
    activation_of,
    exactly,
    expected,
    score,
    task,
    unnoticed_of,
)
from lesson.numeric.snippet import run

GATED = st.builds(
    Gated,
    sizes=st.tuples(*(st.integers(1, most) for most in (8, 4, 5, LARGEST[3]))),
    bias=st.booleans(),
    slope=st.sampled_from([0.0, 0.2]),
    temperature=st.sampled_from([0.1, 0.5, 2.0]),
    seed=st.integers(0, 9999),
)
SEEDS = range(8)


def z_scores(found: Samples, name: str) -> np.ndarray:
    """How many standard errors the mean of the draws is from the truth, entry by entry."""
    draws = found.drawn[name]
    error = draws.std(0, ddof=1) / SAMPLES**0.5
    distance = np.abs(draws.mean(0) - found.truth)
    return np.divide(distance, error, out=np.zeros_like(error), where=error > 1e-12)


@settings(max_examples=25)
@given(GATED)
def test_the_exact_gradient_is_that_of_finite_differences(gated: Gated) -> None:
    found = samples(gated)
    assert found.finite_difference < 1e-6 * max(1.0, float(np.abs(found.truth).max()))


@settings(max_examples=25)
@given(GATED)
def test_the_closed_form_is_the_sum_over_all_masks(gated: Gated) -> None:
    x, y, (wg, bg, w1, b1, w2, b2) = task(gated)
    a = activation_of(gated)(x @ w1 + b1)
    tensors = [(x @ wg + bg).requires_grad_(), *(t.clone().requires_grad_() for t in (a, w2, b2))]
    s, a, w2, b2 = tensors
    found = []
    for way in (exactly, expected):
        value = way(s, s, Loss(a, w2, b2, y))
        found.append((value.detach(), *torch.autograd.grad(value.sum(), tensors)))
    for summed, closed in zip(*found, strict=True):
        torch.testing.assert_close(closed, summed, rtol=1e-10, atol=1e-10)


def test_the_expectation_is_what_many_flips_give() -> None:
    gated = Gated()
    x, y, (wg, bg, w1, b1, w2, b2) = task(gated)
    loss = Loss(activation_of(gated)(x @ w1 + b1), w2, b2, y)
    s = x @ wg + bg
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
        found = samples(Gated(seed=seed))
        assert z_scores(found, name).max() > 6
        assert found.verdict(name).inside < len(found.truth)


def test_a_planted_bias_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    right = gates.score_baseline

    def planted(s: Tensor, noise: Tensor, loss: Loss) -> Tensor:
        return 1.2 * right(s, noise, loss)

    monkeypatch.setattr(gates, "score_baseline", planted)
    z = np.concatenate([z_scores(samples(Gated(seed=seed)), "score-baseline") for seed in SEEDS])
    assert z.max() > 4.5


def test_the_baseline_calms() -> None:
    spreads = [
        [samples(Gated(seed=seed)).verdict(name).spread for name in ("score", "score-baseline")]
        for seed in SEEDS
    ]
    assert all(calm < wild for wild, calm in spreads)


def test_one_draw_of_the_biased_is_nearer_to_the_truth() -> None:
    for seed in SEEDS:
        error = samples(Gated(seed=seed)).error
        assert max(error["straight-through"][0], error["relaxed"][0]) < error["score"][0]
        # And many draws of them are not.
        assert min(error["straight-through"][-1], error["relaxed"][-1]) > error["score-baseline"][-1]


def test_the_unbiased_error_falls_as_one_over_the_root() -> None:
    error = samples(Gated()).error["score-baseline"]
    expected = error[0] / np.sqrt(COUNTS)
    assert np.allclose(error[:8], expected[:8], rtol=0.25)


def test_a_lower_temperature_has_less_bias_and_more_spread() -> None:
    for seed in SEEDS:
        cool, warm = (
            samples(Gated(seed=seed, temperature=temperature)).verdict("relaxed")
            for temperature in (0.1, 1.0)
        )
        assert cool.bias < warm.bias
        assert cool.spread > warm.spread


def test_training_through_torchs_zero_is_worst_and_the_exact_gradient_best() -> None:
    last = {name: trained(Gated(), way)[:, -1] for name, way in ways(0.5).items()}
    for name, losses in last.items():
        assert losses.shape == (RUNS,)
        if name != "naive":
            # A sign test over the seeds: 17 of 20 by chance has p < 0.002.
            assert (losses < last["naive"]).sum() >= 17
    assert min(last, key=lambda name: float(np.median(last[name]))) == "exactly"


def test_many_at_once_are_each_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    from lesson.numeric.experiments.bernoulli_gate import gate_training

    together = trained(Gated(), expected)
    assert together.shape == (RUNS, STEPS // EVERY)
    monkeypatch.setattr(gate_training, "RUNS", 1)
    assert np.allclose(trained(Gated(seed=7), expected)[0], together[7], rtol=1e-2)


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


@settings(max_examples=25)
@given(GATED)
def test_distributions_are_the_histograms_of_all_draws(gated: Gated) -> None:
    found = samples(gated)
    every = distributions(found)
    assert len(gated.entries) == len(found.truth) == len(every)
    for entry, drawn in enumerate(every):
        assert drawn.edges[0] <= drawn.truth == found.truth[entry] <= drawn.edges[-1]
        for name, share in drawn.shares.items():
            draws = found.drawn[name][:, entry]
            counts, _ = np.histogram(draws.clip(*drawn.edges[[0, -1]]), drawn.edges)
            # A draw on an edge, up to rounding, may be counted on either side of it.
            assert abs(share * len(draws) - counts).max() <= 2
            assert share.sum() == pytest.approx(1)
            assert drawn.means[name] == pytest.approx(draws.mean())


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


@pytest.mark.parametrize(
    ("snippet", "passes"),
    [
        (functions.checked, True),
        (functions.checked_forgetful, False),
        (functions.checked_straight_through, False),
    ],
)
def test_gradcheck_passes_what_is_right_alone(snippet: Callable[..., None], passes: bool) -> None:
    ran = run(snippet)
    assert ran.output == ("True" if passes else "")
    assert ran.error.startswith("GradcheckError: Jacobian mismatch") != passes


def test_larger_networks_are_cut() -> None:
    assert Gated((8192, 256, 6, 32)).fitted().sizes == LARGEST
    assert replace(Gated(), sizes=(1, 1, 1, 1)).fitted().sizes == (1, 1, 1, 1)
