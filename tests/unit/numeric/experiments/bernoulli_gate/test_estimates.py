"""Bias and spread of many draws: what is shown of them is what was drawn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from lesson.numeric.experiments.bernoulli_gate.estimates import COUNTS, distributions, samples
from lesson.numeric.experiments.bernoulli_gate.gates import Gated
from tests.harness.gated_networks import GATED

SEEDS = range(8)


@settings(max_examples=25)
@given(GATED)
def test_the_exact_gradient_is_that_of_finite_differences(gated: Gated) -> None:
    sampled = samples(gated)
    assert sampled.finite_difference < 1e-6 * max(1.0, float(np.abs(sampled.truth).max()))


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


@settings(max_examples=25)
@given(GATED)
def test_distributions_are_the_histograms_of_all_draws(gated: Gated) -> None:
    sampled = samples(gated)
    every = distributions(sampled)
    assert len(gated.entries) == len(sampled.truth) == len(every)
    for entry, drawn in enumerate(every):
        assert drawn.edges[0] <= drawn.truth == sampled.truth[entry] <= drawn.edges[-1]
        for name, share in drawn.shares.items():
            draws = sampled.drawn[name][:, entry]
            counts, _ = np.histogram(draws.clip(*drawn.edges[[0, -1]]), drawn.edges)
            # A draw on an edge, up to rounding, may be counted on either side of it.
            assert abs(share * len(draws) - counts).max() <= 2
            assert share.sum() == pytest.approx(1)
            assert drawn.means[name] == pytest.approx(draws.mean())
