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
from lesson.numeric.rounding import AT_ONCE, gradient_allowance, nearest_kink
from lesson.numeric.training.descent import Descent, Stretch


class Referee:
    """Compares the gradients of two lanes at the weights that one of them passed through."""

    def __init__(self, config: Config, data: Data, lanes: dict[LaneName, Descent]) -> None:
        self.lanes = lanes
        self.dtypes = (lanes["by_hand"].dtype, lanes["autograd"].dtype)
        # The weights of the coarser dtype are numbers that the finer one has too.
        self.reference, self.other = LANES
        if self.dtypes == (torch.float64, torch.float32):
            self.reference, self.other = self.other, self.reference
        # In the data's own dtype, which takes no memory.
        self.x, self.y = tensors_of(data, torch.float32)
        self.activation = activation_of(config)
        self.like = start_of(config, torch.float64)
        self.slices = config.slices
        rows, _, hidden, _ = config.sizes
        self.bounds_at_once = max(1, AT_ONCE // (rows * hidden))

    def compare(self, stretches: dict[LaneName, Stretch]) -> dict[str, Comparison]:
        """The gradients of each parameter compared at each of K steps."""
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
        """The pre-activation nearest to zero among those that rounding cannot tell from it: there is one."""
        params = unflatten(torch.from_numpy(weights).double(), self.like)
        kink = nearest_kink(self.x, params, self.dtypes)
        assert kink
        return kink

    def bounds_at(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The allowances for rounding and for kinks, (S, n) each, at weights (S, n)."""

        def bounds(row: Tensor) -> tuple[Tensor, Tensor]:
            params = unflatten(row, self.like)
            rounding, kink = gradient_allowance(self.x, self.y, params, self.activation, self.dtypes)
            return flatten(rounding), flatten(kink)

        rows = torch.from_numpy(weights).double()
        rounding, kink = torch.vmap(bounds, chunk_size=self.bounds_at_once)(rows)
        return rounding.numpy(), kink.numpy()
