"""A history cut down to what a picture can show. Free of torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from lesson.numeric.compare import Comparison
    from lesson.numeric.training import History

POINTS = 250
"""More points than this do not make a curve of a few hundred pixels any clearer."""


@dataclass(frozen=True, eq=False)
class Losses:
    """Both losses at the steps shown, (k,) each."""

    steps: np.ndarray
    by_hand: np.ndarray
    autograd: np.ndarray


@dataclass(frozen=True, eq=False)
class Differences:
    """By parameter, at the steps shown (k,): what is drawn, and the numbers that explain it."""

    steps: np.ndarray
    drawn: Mapping[str, np.ndarray]
    explained: Mapping[str, Mapping[str, np.ndarray]]


def losses(history: History) -> Losses:
    """Evenly spaced steps, always with the first and the last."""
    shown = np.unique(np.linspace(0, max(history.steps - 1, 0), POINTS).astype(int))
    return Losses(shown, *(loss[shown] for loss in (history.loss["by_hand"], history.loss["autograd"])))


def together(curves: Mapping[str, np.ndarray]) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Curves over the same steps, some of which end early: the steps shown (k,), and each curve there,
    nan behind its end."""
    longest = max(map(len, curves.values()))
    shown = np.unique(np.linspace(0, max(longest - 1, 0), POINTS).astype(int))[:longest]
    found = {}
    for name, values in curves.items():
        whole = np.full(longest, np.nan)
        whole[: len(values)] = values
        found[name] = whole[shown]
    return shown, found


def local(history: History) -> Differences:
    """At the same weights: the difference as a share of what rounding can explain."""
    return shares(history.recorded, history.local)


def shares(steps: np.ndarray, compared: Mapping[str, Comparison]) -> Differences:
    """The differences of each parameter at these steps, as shares of what rounding can explain."""
    shown = peaks({name: c.share for name, c in compared.items()})
    return Differences(
        steps[shown],
        {name: c.share[shown] for name, c in compared.items()},
        {
            name: {"largest": c.largest[shown], "ulps": c.ulps[shown].astype(float)}
            for name, c in compared.items()
        },
    )


def drift(history: History) -> Differences:
    """Each on its own path: the largest difference between the lanes' weights."""
    shown = peaks(history.weights_drift)
    return Differences(
        np.arange(history.steps)[shown],
        {name: values[shown] for name, values in history.weights_drift.items()},
        {name: {"gradients": values[shown]} for name, values in history.gradients_drift.items()},
    )


def peaks(curves: Mapping[str, np.ndarray]) -> np.ndarray:
    """Indices of at most about POINTS steps that keep every peak: the highest step of each stretch."""
    highest = np.max(list(curves.values()), axis=0)
    stretches = np.array_split(np.arange(len(highest)), min(POINTS, max(len(highest), 1)))
    kept = {int(stretch[np.argmax(highest[stretch])]) for stretch in stretches if len(stretch)}
    return np.array(sorted(kept | {0, len(highest) - 1} if len(highest) else kept), dtype=int)


CELLS = 5
"""Of a larger matrix the first rows and columns are shown."""


@dataclass(frozen=True, eq=False)
class Fit:
    """Data with one input and one output, and what each lane's last recorded weights predict.

    x, y: (rows,); grid, by_hand, autograd: (k,).
    """

    input: str
    output: str
    x: np.ndarray
    y: np.ndarray
    grid: np.ndarray
    by_hand: np.ndarray
    autograd: np.ndarray


def matrices(history: History, row: int, parameter: str) -> dict[str, np.ndarray]:
    """One parameter at a recorded row: its weights by hand, both gradients, their difference."""
    columns, shape = history.config.slices[parameter], history.config.shapes[parameter]
    found: dict[str, np.ndarray] = {
        "weights": history.weights["by_hand"][row, columns],
        **{name: gradients[row, columns] for name, gradients in history.gradients.items()},
    }
    found["difference"] = found["by_hand"].astype(float) - found["autograd"]
    return {name: values.reshape(shape) for name, values in found.items()}
