"""What came of a training: what it explains of the data, and what made it blow up. Free of torch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lesson.numeric.compare import Verdict
from lesson.numeric.config import LaneName
from lesson.numeric.training import History

THAT_FIT: Mapping[str, Mapping[str, Any]] = {
    "sine": {
        "batch": 64,
        "hidden": 8,
        "bias": True,
        "optimizer": "sgd",
        "steps": 2000,
        "learning_rate": 5e-4,
    },
    "cars": {
        "batch": 64,
        "hidden": 8,
        "bias": True,
        "optimizer": "sgd",
        "steps": 1001,
        "learning_rate": 2e-4,
    },
}
"""For data in which there is something to learn, settings at which it is learned, whatever the seed."""


def explained(history: History) -> dict[LaneName, float]:
    """By lane, which share of the variation of y its last predictions explain; nan where y does not vary.

    0 is what the mean of y alone explains, 1 a perfect fit; what is worse than the mean is negative.
    """
    y = history.config.source.load().y.astype(np.float64)
    variation = np.square(y - y.mean(0)).sum()
    return {
        lane: float(1 - loss[-1] / variation) if variation else float("nan")
        for lane, loss in history.loss.items()
    }


def lines_to_blame(history: History) -> bool:
    """Whether the learner's lines blew up where, at the same learning rate, autograd's loss did not rise."""
    if not history.config.program or tuple(history.blew_up) != ("by_hand",):
        return False
    if not history.steps:
        return True
    theirs = history.loss["autograd"]
    return history.verdict is Verdict.DIFFERENT and bool(theirs[-1] <= theirs[0])


def opposed(history: History) -> bool:
    """Whether the first two gradients, which are taken at the same weights, point away from each other."""
    ours, theirs = (gradients[0].astype(np.float64) for gradients in history.gradients.values())
    return bool(ours @ theirs < 0)
