"""A training in so few numbers that hundreds can be kept for a class."""

from __future__ import annotations

from dataclasses import dataclass

from lesson.numeric.config import Config
from lesson.numeric.training import curves, train


@dataclass(frozen=True, eq=False)
class Overview:
    """How many steps were done and at how many of them tensors were recorded, both losses, the largest
    differences that History calls drift and local, and whether a lane blew up."""

    steps: int
    recorded: int
    losses: curves.Losses
    largest_drift: float
    largest_local: float
    blew_up: bool


def overview(config: Config) -> Overview:
    """Train, and tell the outcome. Raises as training.run does."""
    history = train(config)
    return Overview(
        history.steps,
        len(history.recorded),
        curves.losses(history),
        history.largest_drift,
        history.largest_local,
        bool(history.blew_up),
    )
