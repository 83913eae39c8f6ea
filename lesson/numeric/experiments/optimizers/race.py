"""Three optimizers from one start, by hand: what their losses and updates were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lesson.numeric.config import OPTIMIZERS, Config
from lesson.numeric.training.descent import Descent, Stretch

RACE_BYTES = 8 * 2**20
"""What the weights and gradients of all steps may take, in float32."""


def affordable(config: Config) -> Config:
    """The same training, of as many steps as RACE_BYTES have room for, at least one."""
    bytes_per_step = 2 * len(OPTIMIZERS) * 4 * config.parameters
    return replace(config, steps=max(1, min(config.steps, RACE_BYTES // bytes_per_step)))


def race(config: Config, rates: Mapping[str, float]) -> dict[str, Stretch]:
    """The configured training by hand with each optimizer at its learning rate, up to where it blows up."""
    data = config.source.load()
    stretches = {}
    for name, rate in rates.items():
        lane = replace(config, optimizer=name, learning_rate=rate)
        stretch = Descent("by_hand", lane, data).advance(config.steps)
        stretches[name] = stretch.first(stretch.finite_steps)
    return stretches
