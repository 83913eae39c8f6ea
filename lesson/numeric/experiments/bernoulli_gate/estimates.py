"""Bias and spread of gradient estimates: many draws of each estimator beside the exact gradient."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from lesson.numeric.experiments.bernoulli_gate.gates import (
    Estimator,
    Gated,
    estimators,
    exactly,
    forward,
    task,
)

SAMPLES = 1024
NOTHING = 1e-9
"""Gradients below this are rounding."""

COUNTS = tuple(2**power for power in range(11))
"""Numbers of draws whose mean is taken; each divides SAMPLES."""


@dataclass(frozen=True, eq=False)
class Samples:
    """Gradients of the gates' weights, wg then bg if there is one, flat: the truth (entries,), its largest
    difference from finite differences of the exact expectation, and SAMPLES draws of each estimator
    (samples, entries)."""

    truth: np.ndarray
    finite_difference: float
    drawn: Mapping[str, np.ndarray]

    @property
    def no_effect(self) -> bool:
        """Whether the true gradient is zero, as where no unit ever fires."""
        return bool(np.linalg.norm(self.truth) <= NOTHING)

    @property
    def norm(self) -> float:
        """What errors are measured by: the truth's norm, or 1 where that is nothing."""
        return 1.0 if self.no_effect else float(np.linalg.norm(self.truth))

    @property
    def error(self) -> dict[str, np.ndarray]:
        """How far the mean of COUNTS draws is from the truth: the root mean square over groups of draws, as
        a share of the truth's norm, (len(COUNTS),) each."""
        return {
            name: np.array([self.error_of_means(draws, count) for count in COUNTS])
            for name, draws in self.drawn.items()
        }

    def error_of_means(self, draws: np.ndarray, count: int) -> float:
        means = draws.reshape(-1, count, len(self.truth)).mean(1)
        return np.sqrt((np.linalg.norm(means - self.truth, axis=1) ** 2).mean()) / self.norm

    @property
    def most_biased(self) -> int:
        """The entry for which the straight-through estimator's bias shows most."""
        draws = self.drawn["straight-through"]
        return int(np.argmax(np.abs(draws.mean(0) - self.truth) / (draws.std(0) + 1e-12)))

    def verdict(self, name: str) -> Verdict:
        """Bias and spread of an estimator."""
        draws = self.drawn[name]
        bias, spread = draws.mean(0) - self.truth, draws.std(0, ddof=1)
        # Where a gate has no effect, both are zero up to rounding.
        inside = np.abs(bias) <= 1.96 * spread / len(draws) ** 0.5 + NOTHING
        return Verdict(
            float(np.linalg.norm(bias) / self.norm),
            float(np.linalg.norm(spread) / self.norm),
            int(inside.sum()),
        )


class Verdict(NamedTuple):
    """The mean's distance from the truth and the standard deviation of a single draw, as shares of the
    truth's norm, and for how many entries the 95 % interval of the mean holds the truth."""

    bias: float
    spread: float
    inside: int


def samples(gated: Gated) -> Samples:
    """The truth and many draws of each estimator, at the start of the training, float64."""
    x, y, weights = task(gated)
    s, loss = forward(x, y, weights, gated.slope)
    random = torch.Generator().manual_seed(gated.seed + 1)
    noise = torch.rand((SAMPLES, *s.shape), generator=random, dtype=s.dtype).clamp_(1e-12, 1 - 1e-12)
    # A bias is a weight whose input is always one.
    inputs = torch.cat([x, torch.ones(len(x), 1, dtype=x.dtype)], 1) if gated.bias else x
    gates = torch.cat([weights.wg, weights.bg]) if gated.bias else weights.wg

    def gradient(way: Estimator, s: Tensor) -> np.ndarray:
        """The gradient by the gates' weights, flat (..., entries), through s (..., batch, units)."""
        s = s.clone().requires_grad_()
        (grad_s,) = torch.autograd.grad(way(s, noise, loss).sum(), s)
        return (inputs.T @ grad_s).flatten(-2).numpy()

    truth = gradient(exactly, s)
    quotients = finite_differences(lambda moved: exactly(inputs @ moved, noise, loss).sum(-1), gates)
    each = s.expand(noise.shape)
    drawn = {name: gradient(way, each) for name, way in estimators(gated.temperature).items()}
    return Samples(truth, float(np.abs(quotients - truth).max()), drawn)


def finite_differences(function: Callable[[Tensor], Tensor], at: Tensor, nudge: float = 1e-5) -> np.ndarray:
    """Central differences by every entry, flat, of a scalar function that takes many arguments at once."""
    moves = nudge * torch.eye(at.numel(), dtype=at.dtype).view(-1, *at.shape)
    return ((function(at + moves) - function(at - moves)) / (2 * nudge)).numpy()


@dataclass(frozen=True, eq=False)
class Distribution:
    """Draws of one entry: edges (bins + 1,), for each estimator the share of draws in each bin (bins,),
    those beyond the ends in the first and last, and the mean of all; and the truth."""

    edges: np.ndarray
    shares: Mapping[str, np.ndarray]
    means: Mapping[str, float]
    truth: float


BINS = 36


def distributions(sampled: Samples) -> list[Distribution]:
    """The distribution of the draws of each entry of wg and bg, flat."""
    edges = bin_edges(sampled)
    low, high = edges[0], edges[-1]
    shares, means = {}, {}
    for name, draws in sampled.drawn.items():
        bins = ((draws - low) / (high - low) * BINS).astype(int).clip(0, BINS - 1)
        shares[name] = np.stack([np.bincount(column, minlength=BINS) for column in bins.T]) / len(draws)
        means[name] = draws.mean(0)
    return [
        Distribution(
            edges[:, entry],
            {name: share[entry] for name, share in shares.items()},
            {name: float(mean[entry]) for name, mean in means.items()},
            float(truth),
        )
        for entry, truth in enumerate(sampled.truth)
    ]


def bin_edges(sampled: Samples) -> np.ndarray:
    """Edges (bins + 1, entries) around the truth and all draws but the outermost hundredths."""
    everything = np.concatenate([*sampled.drawn.values(), sampled.truth[None]])
    low, high = np.quantile(everything, [0.01, 0.99], axis=0)
    low, high = np.minimum(low, sampled.truth), np.maximum(high, sampled.truth)
    low, high = np.where(low == high, [low - 1, high + 1], [low, high])
    return np.linspace(low, high, BINS + 1)


@dataclass(frozen=True, eq=False)
class Findings:
    """What is shown of samples: the truth (entries,), its largest difference from finite differences, whether
    it is zero, for each estimator the errors of means and the verdict, for each entry the distributions of
    the draws, and the entry for which they tell most."""

    truth: np.ndarray
    finite_difference: float
    no_effect: bool
    error: Mapping[str, np.ndarray]
    verdicts: Mapping[str, Verdict]
    distributions: Sequence[Distribution]
    most_biased: int


def findings(gated: Gated) -> Findings:
    """What is shown of samples, a twentieth of their size: each learner's page holds its own."""
    sampled = samples(gated)
    return Findings(
        sampled.truth,
        sampled.finite_difference,
        sampled.no_effect,
        sampled.error,
        {name: sampled.verdict(name) for name in sampled.drawn},
        distributions(sampled),
        sampled.most_biased,
    )
