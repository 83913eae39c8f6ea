"""Losses that everybody knows, as a learner would type them."""

from __future__ import annotations

from typing import NamedTuple


class Preset(NamedTuple):
    """A loss, and what its targets are made into: as they are, signs, classes or counts."""

    text: str
    targets: str = "as-they-are"


PRESETS = {
    "squares": Preset("(o - y)**2"),
    "absolute": Preset("abs(o - y)"),
    "huber": Preset("where(abs(o - y) <= 1, (o - y)**2/2, abs(o - y) - 0.5)"),
    "log-cosh": Preset("log(cosh(o - y))"),
    "pinball": Preset("max(0.9*(y - o), 0.1*(o - y))"),
    "hinge": Preset("max(0, 1 - y*o)", "signs"),
    "logistic": Preset("log(1 + exp(-y*o))", "signs"),
    "cross-entropy": Preset("-y*log(sigmoid(o)) - (1 - y)*log(1 - sigmoid(o))", "classes"),
    "poisson": Preset("exp(o) - y*o", "counts"),
}
