"""A history cut down to what a picture can show. Free of torch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from lesson.numeric.compare import Comparison
    from lesson.numeric.training import History

POINTS = 250
"""More points than this do not make a curve of a few hundred pixels any clearer."""

CELLS = 5
"""The first rows and columns that are shown of a larger matrix."""


HIGHEST = 10
"""A loss of more than so many times the first is not drawn: an axis that holds it flattens the rest."""


def ceiling(first: Iterable[float]) -> float:
    """The highest loss that is drawn of trainings that began with these; infinite where all began with 0."""
    return HIGHEST * max(first, default=0.0) or np.inf


@dataclass(frozen=True, eq=False)
class Losses:
    """Both losses at the steps shown, (k,) each."""

    steps: np.ndarray
    by_hand: np.ndarray
    autograd: np.ndarray

    @property
    def ceiling(self) -> float:
        """The highest loss that is drawn."""
        return ceiling([*self.by_hand[:1], *self.autograd[:1]])

    @property
    def leave(self) -> bool:
        """Whether a loss is higher than what is drawn."""
        return bool((np.concatenate([self.by_hand, self.autograd]) > self.ceiling).any())


@dataclass(frozen=True, eq=False)
class Differences:
    """By parameter, at the steps shown (k,): what is drawn, and the numbers that explain it."""

    steps: np.ndarray
    drawn: Mapping[str, np.ndarray]
    explained: Mapping[str, Mapping[str, np.ndarray]]


def losses(history: History) -> Losses:
    """Both losses at evenly spaced steps, the first and the last among them."""
    shown = np.unique(np.linspace(0, max(history.steps - 1, 0), POINTS).astype(int))
    return Losses(shown, *(loss[shown] for loss in (history.loss["by_hand"], history.loss["autograd"])))


def together(curves: Mapping[str, np.ndarray]) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Curves over the same steps, some of which end early: the steps shown (k,), and each curve there,
    nan behind its end."""
    longest = max(map(len, curves.values()))
    shown = np.unique(np.linspace(0, max(longest - 1, 0), POINTS).astype(int))[:longest]
    padded = np.full((len(curves), longest), np.nan)
    for row, values in zip(padded, curves.values(), strict=True):
        row[: len(values)] = values
    return shown, dict(zip(curves, padded[:, shown], strict=True))


def local(history: History) -> Differences:
    """The differences at the same weights, as shares of what rounding can explain."""
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
    """The largest differences between the lanes' weights, each lane on its own path."""
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


@dataclass(frozen=True, eq=False)
class Fit:
    """Data with one input and one output, and what each lane's weights at a recorded step predict.

    x, y: (rows,); grid, by_hand, autograd: (k,).
    """

    input: str
    output: str
    x: np.ndarray
    y: np.ndarray
    grid: np.ndarray
    by_hand: np.ndarray
    autograd: np.ndarray

    def drawn(self, predicted: np.ndarray) -> np.ndarray:
        """A curve with gaps, nan, where it lies further from the data than they reach."""
        low, high = self.y.min(), self.y.max()
        reach = high - low or 1.0
        inside = (predicted >= low - reach) & (predicted <= high + reach)
        return np.where(inside, predicted, np.nan)

    @property
    def leaves(self) -> bool:
        """Whether a curve goes further than what is drawn."""
        return any(bool(np.isnan(self.drawn(curve)).any()) for curve in (self.by_hand, self.autograd))


def matrices(history: History, row: int, parameter: str) -> dict[str, np.ndarray]:
    """One parameter at a recorded row: its weights by hand, both gradients, their difference."""
    columns, shape = history.config.slices[parameter], history.config.shapes[parameter]
    shown: dict[str, np.ndarray] = {
        "weights": history.weights["by_hand"][row, columns],
        **{name: gradients[row, columns] for name, gradients in history.gradients.items()},
    }
    shown["difference"] = shown["by_hand"].astype(float) - shown["autograd"]
    return {name: values.reshape(shape) for name, values in shown.items()}
