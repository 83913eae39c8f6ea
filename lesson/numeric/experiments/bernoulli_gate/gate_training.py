"""Training a network with gates, with each way to send a gradient through the flips."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

import numpy as np
import torch

from lesson.numeric.experiments.bernoulli_gate.gates import (
    Estimator,
    Gated,
    Loss,
    Weights,
    activation_of,
    estimators,
    expected,
    naive,
    task,
)
from lesson.numeric.flat import flatten
from lesson.numeric.optimizers import Adam

STEPS = 400
RUNS = 20
RATE = 0.02
"""Adam's."""

EVERY = 5
"""Of the steps, each EVERY-th is measured exactly."""


def ways(temperature: float) -> dict[str, Estimator]:
    """By name, best informed first."""
    return {"exactly": expected, **estimators(temperature), "naive": naive}


def trainings(gated: Gated) -> Iterator[dict[str, np.ndarray]]:
    """Each way in turn, all so far by name: the expected loss, median over RUNS seeds (STEPS / EVERY,)."""
    found: dict[str, np.ndarray] = {}
    for name, way in ways(gated.temperature).items():
        found = {**found, name: np.median(trained(gated, way), 0)}
        yield found


def trained(gated: Gated, way: Estimator) -> np.ndarray:
    """RUNS independent networks trained by Adam with one draw a step: their expected losses
    (runs, STEPS / EVERY)."""
    tasks = [task(replace(gated, seed=gated.seed + number), torch.float32) for number in range(RUNS)]
    x, y = (torch.stack([one[place] for one in tasks]) for place in (0, 1))  # type: ignore[misc]
    weights = Weights(*(torch.stack(tensors) for tensors in zip(*(one[2] for one in tasks), strict=True)))
    activation = activation_of(gated)
    generator = torch.Generator().manual_seed(gated.seed + 1)
    # Adam works entry by entry: all networks are one vector, and each goes its own way.
    learned = weights if gated.bias else weights[::2]
    vector, adam, losses = flatten(learned).requires_grad_(), Adam(RATE), []
    for step in range(STEPS):
        parts = vector.split([w.numel() for w in learned])
        now = [part.view_as(w) for part, w in zip(parts, learned, strict=True)]
        wg, bg, w1, b1, w2, b2 = now if gated.bias else chain(*zip(now, weights[1::2], strict=True))
        s = x @ wg + bg
        loss = Loss(activation(x @ w1 + b1), w2, b2, y)
        noise = torch.rand(s.shape, generator=generator).clamp_(1e-6, 1 - 1e-6)
        (gradient,) = torch.autograd.grad(way(s, noise, loss).sum(), vector)
        with torch.no_grad():
            if step % EVERY == 0:
                losses.append(expected(s, noise, loss).sum(1))
            adam.step(vector, gradient)
    return torch.stack(losses, 1).numpy()
