"""Training a network with gates, with each way to send a gradient through the flips."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from lesson.numeric.experiments.bernoulli_gate.gates import (
    Estimator,
    Gated,
    Weights,
    estimators,
    expected,
    forward,
    naive,
    task,
)
from lesson.numeric.flat import flatten, unflatten
from lesson.numeric.optimizers import Adam

STEPS = 400
RUNS = 20
RATE = 0.02
"""Adam's learning rate."""

EVERY = 5
"""Steps from one recorded loss to the next."""


def ways(temperature: float) -> dict[str, Estimator]:
    """All ways to send a gradient through the flips, by name, the best informed first."""
    return {"exactly": expected, **estimators(temperature), "naive": naive}


def trainings(gated: Gated) -> Iterator[dict[str, np.ndarray]]:
    """Train in each way in turn, and yield after each, by name, the medians over RUNS seeds of the expected
    losses so far (STEPS / EVERY,)."""
    medians: dict[str, np.ndarray] = {}
    for name, way in ways(gated.temperature).items():
        medians = {**medians, name: np.median(trained(gated, way), 0)}
        yield medians


def trained(gated: Gated, way: Estimator) -> np.ndarray:
    """RUNS independent networks trained by Adam with one draw a step: their expected losses
    (runs, STEPS / EVERY)."""
    x, y, start = side_by_side(gated)
    # Adam works entry by entry: all networks are one vector, and each goes its own way.
    vector, adam, losses = flatten(start).requires_grad_(), Adam(RATE), []
    learned = flatten(torch.full_like(w, gated.bias or name[0] == "w") for name, w in start._asdict().items())
    generator = torch.Generator().manual_seed(gated.seed + 1)
    for step in range(STEPS):
        s, loss = forward(x, y, unflatten(vector, start), gated.slope)
        noise = torch.rand(s.shape, generator=generator).clamp_(1e-6, 1 - 1e-6)
        (gradient,) = torch.autograd.grad(way(s, noise, loss).sum(), vector)
        with torch.no_grad():
            if step % EVERY == 0:
                losses.append(expected(s, noise, loss).sum(1))
            adam.step(vector, learned * gradient)
    return torch.stack(losses, 1).numpy()


def side_by_side(gated: Gated) -> tuple[Tensor, Tensor, Weights]:
    """x, y and the weights at the start of RUNS seeds, float32, with a dimension (runs,) in front."""
    tasks = [task(replace(gated, seed=gated.seed + number), torch.float32) for number in range(RUNS)]
    x, y, weights = zip(*tasks, strict=True)
    return torch.stack(x), torch.stack(y), Weights(*map(torch.stack, zip(*weights, strict=True)))
