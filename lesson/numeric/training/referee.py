"""The local question: how far are the two gradients from each other at the same weights?"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from lesson.numeric.compare import Comparison, Kink, compare
from lesson.numeric.config import LANES, Config, LaneName
from lesson.numeric.data import Data
from lesson.numeric.flat import flatten, unflatten
from lesson.numeric.from_config import activation_of, start_of, tensors_of
from lesson.numeric.network import forward
from lesson.numeric.rounding import Allowance, allowance
from lesson.numeric.training.descent import Descent, Stretch

BOUND_ENTRIES_AT_ONCE = 2**20


class Referee:
    """Compares two lanes at the weights that one of them passed through."""

    def __init__(self, config: Config, data: Data, lanes: dict[LaneName, Descent]) -> None:
        self.lanes = lanes
        self.dtypes = (lanes["by_hand"].dtype, lanes["autograd"].dtype)
        # The weights of the coarser dtype are numbers that the finer one has too.
        self.reference, self.other = LANES
        if self.dtypes == (torch.float64, torch.float32):
            self.reference, self.other = self.other, self.reference
        self.x, self.y = tensors_of(data, torch.float64)
        self.activation = activation_of(config)
        self.like = start_of(config, torch.float64)
        self.slices = config.slices
        rows, _, hidden, _ = config.sizes
        self.bounds_at_once = max(1, BOUND_ENTRIES_AT_ONCE // (rows * hidden))

    def compare(self, stretches: dict[LaneName, Stretch]) -> dict[str, Comparison]:
        """The comparison of each parameter's gradients at each of K steps."""
        reference, other = stretches[self.reference], stretches[self.other]
        theirs = other.gradients
        # Where both lanes have the same weights, what they recorded already is the answer.
        apart = (reference.weights != other.weights).any(1)
        if apart.any():
            theirs = theirs.copy()
            theirs[apart] = self.lanes[self.other].gradients_at(reference.weights[apart])
        rounding, kink = np.zeros((2, *theirs.shape))
        unequal = (reference.gradients != theirs).any(1)
        if unequal.any():
            rounding[unequal], kink[unequal] = self.bounds_at(reference.weights[unequal])
        return {
            name: compare(*(array[:, columns] for array in (reference.gradients, theirs, rounding, kink)))
            for name, columns in self.slices.items()
        }

    def kink_at(self, weights: np.ndarray) -> Kink:
        """The pre-activation nearest to zero among those that rounding cannot tell from it."""
        row = torch.from_numpy(weights).double()
        h = forward(self.x, unflatten(row, self.like), self.activation).h
        nearest = h.abs().masked_fill(~self.allowance_at(row).at_kink, torch.inf).argmin()
        observation, unit = divmod(int(nearest), h.shape[1])
        return Kink(observation, unit, float(h[observation, unit]))

    def bounds_at(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The allowances for rounding and for kinks, (S, n) each, at weights (S, n)."""

        def bounds(row: Tensor) -> tuple[Tensor, Tensor]:
            found = self.allowance_at(row)
            return flatten(found.rounding), flatten(found.kink)

        rows = torch.from_numpy(weights).double()
        rounding, kink = torch.vmap(bounds, chunk_size=self.bounds_at_once)(rows)
        return rounding.numpy(), kink.numpy()

    def allowance_at(self, weights: Tensor) -> Allowance:
        params = unflatten(weights, self.like)
        return allowance(self.x, self.y, params, self.activation, self.dtypes)
