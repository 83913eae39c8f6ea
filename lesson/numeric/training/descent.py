"""Gradient descent in one lane, as fast as it can be recorded."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from lesson.numeric import autograd, by_hand
from lesson.numeric.config import Config, LaneName
from lesson.numeric.data import Data
from lesson.numeric.flat import aligned, flatten, unflatten
from lesson.numeric.from_config import activation_of, start_of, tensors_of
from lesson.numeric.network import Activation, Params
from lesson.numeric.optimizers import BY_HAND, Optimizer
from lesson.numeric.program import RecordedProgram, parse
from lesson.numeric.torch_optimizers import BY_TORCH

LossAndGradients = Callable[[Tensor, Tensor, Params, Activation], tuple[Tensor, Params]]
BACKWARD_PASSES: dict[LaneName, LossAndGradients] = {
    "by_hand": by_hand.loss_and_gradients,
    "autograd": autograd.loss_and_gradients,
}


class Stretch(NamedTuple):
    """K consecutive steps: losses (K,), weights before and gradients of each step (K, n), flat."""

    losses: np.ndarray
    weights: np.ndarray
    gradients: np.ndarray

    @property
    def finite_steps(self) -> int:
        """How many steps from the first on are free of inf and nan."""
        finite = np.isfinite(self.losses) & np.isfinite(self.gradients).all(1)
        return len(finite) if finite.all() else int(np.argmin(finite))

    def at(self, steps: np.ndarray) -> Stretch:
        """These steps alone, counted from the stretch's first."""
        return Stretch(*(array[steps] for array in self))

    def first(self, steps: int) -> Stretch:
        return Stretch(*(array[:steps] for array in self))


class Descent:
    """One of the two trainings: its own backward pass, dtype, device and weights.

    A learner's lines raise ProgramError, here or as they run.
    """

    def __init__(self, name: LaneName, config: Config, data: Data) -> None:
        lane = config.lane(name)
        # By hand needs none of autograd's bookkeeping, which costs a quarter of a small step.
        self.bookkeeping = partial(torch.inference_mode, name == "by_hand")
        self.loss_and_gradients = self.backward_pass_of(name, config)
        self.dtype: torch.dtype = getattr(torch, lane.dtype)
        self.activation = activation_of(config)
        self.x, self.y = tensors_of(data, self.dtype, lane.device)
        with self.bookkeeping():
            start = start_of(config, self.dtype, lane.device)
            self.flat = aligned(flatten(start), start)
            # Views: what moves the vector moves the parameters.
            self.params = unflatten(self.flat, start)
        if name == "autograd":
            self.params = autograd.leaves_of(self.params)
        self.optimizer = self.optimizer_of(name, config)

    def backward_pass_of(self, name: LaneName, config: Config) -> LossAndGradients:
        """By hand the learner's lines, where there are some, in the place of the seven."""
        if config.program and name == "by_hand":
            return RecordedProgram(parse(config.program))
        return BACKWARD_PASSES[name]

    def optimizer_of(self, name: LaneName, config: Config) -> Optimizer:
        """By hand the rule by hand, else torch's own. Plain descent is one line, the same for both:
        calling an optimizer of torch would take longer than the rest of a small step."""
        rules = BY_HAND if name == "by_hand" or config.optimizer == "sgd" else BY_TORCH
        return rules[config.optimizer](config.learning_rate)

    def advance(self, steps: int) -> Stretch:
        """Take K steps. On a GPU they are all queued before anything waits for the first."""
        losses, weights, gradients = [], [], []
        task = self.x, self.y, self.params, self.activation
        with self.bookkeeping():
            for _ in range(steps):
                loss, by_parameter = self.loss_and_gradients(*task)
                gradient = flatten(by_parameter)
                losses.append(loss)
                weights.append(self.flat.clone())
                gradients.append(gradient)
                self.optimizer.step(self.flat, gradient)
            return Stretch(*(torch.stack(t).cpu().numpy() for t in (losses, weights, gradients)))

    def gradients_at(self, weights: np.ndarray) -> np.ndarray:
        """This lane's gradients at given weights, (S, n) to (S, n) in its own dtype."""
        rows = torch.from_numpy(weights).to(self.flat)
        gradients = []
        for row in rows:
            params = unflatten(aligned(row, self.params), self.params)
            gradients.append(flatten(self.loss_and_gradients(self.x, self.y, params, self.activation)[1]))
        return torch.stack(gradients).cpu().numpy()
