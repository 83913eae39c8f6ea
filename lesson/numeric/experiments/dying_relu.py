"""Hidden units that fall silent: many trainings on sparse data at once, watched unit by unit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from lesson.numeric import by_hand
from lesson.numeric.data import Sparse
from lesson.numeric.flat import stacked
from lesson.numeric.intervals import wilson
from lesson.numeric.network import Activation, Params, forward, init_params
from lesson.numeric.snippet import Ran, run

STEPS = 200
RUNS = 40
"""How many seeds in a row are trained at once."""

LARGEST = (64, 8, 8, 4)
"""Batch, inputs, hidden units and outputs of the largest network that is trained RUNS times."""


@dataclass(frozen=True)
class Conditions:
    """What is trained: sizes (batch, inputs, hidden, outputs), the share of zeros in x and its scale, the
    bias of the hidden units at the start (None for a network without), the learning rate, the slope of
    the activation for h <= 0, the factor on W1 at the start, and the first seed."""

    sizes: tuple[int, int, int, int] = (64, 3, 2, 1)
    zeros: float = 0.8
    scale: float = 1.0
    bias: float | None = -1.0
    rate: float = 5e-3
    slope: float = 0.0
    weights: float = 1.0
    seed: int = 0

    def fitted(self) -> Conditions:
        """The same, in sizes of at most LARGEST."""
        batch, inputs, hidden, outputs = map(min, self.sizes, LARGEST)
        return replace(self, sizes=(batch, inputs, hidden, outputs))


@dataclass(frozen=True, eq=False)
class WatchedTrainings:
    """RUNS trainings over STEPS steps.

    losses (runs, steps), not finite from where a training blew up; zeros (runs, steps): the share of exact
    zeros among the entries of grad_w1 and grad_b1; silent (runs, steps, hidden): whether a unit has
    h <= 0 at every observation of a network that has not blown up; firing: what active() unpacks;
    params: what all runs end with, float32, by parameter, with a dimension (runs,) in front.
    """

    conditions: Conditions
    losses: np.ndarray
    zeros: np.ndarray
    silent: np.ndarray
    firing: np.ndarray
    params: Mapping[str, np.ndarray]

    @property
    def blew_up(self) -> np.ndarray:
        """Which runs blew up (runs,)."""
        return ~np.isfinite(self.losses[:, -1])

    @property
    def died(self) -> np.ndarray:
        """Which units of which runs fired at the start and are silent at the end (runs, hidden)."""
        return ~self.silent[:, 0] & self.silent[:, -1]

    @property
    def woke(self) -> np.ndarray:
        """Which units of which runs were silent at some step and fire at the end (runs, hidden)."""
        return self.silent.any(1) & ~self.silent[:, -1] & ~self.blew_up[:, None]

    @property
    def mean_silent(self) -> np.ndarray:
        """How many units are silent, the mean over the runs (steps,)."""
        return self.silent.sum(2).mean(0)

    @property
    def mean_zeros(self) -> np.ndarray:
        """The mean of zeros over the runs (steps,)."""
        return self.zeros.mean(0)

    @property
    def median_loss(self) -> np.ndarray:
        """The median of the losses over the runs (steps,); not finite once half of them blew up."""
        return np.median(np.where(np.isfinite(self.losses), self.losses, np.inf).astype(float), 0)

    @property
    def latest_death(self) -> int:
        """The run in which a unit dies latest, the first where none does: there is most to watch."""
        return int((self.died * (~self.silent).sum(1)).max(1).argmax())

    def active(self, number: int) -> np.ndarray:
        """Whether h > 0, in one run: (steps, batch, hidden)."""
        return np.unpackbits(self.firing[number], axis=1, count=self.conditions.sizes[0]).astype(bool)

    def spells(self, number: int) -> Spells:
        """What each unit of a run does at each observation, and for how long."""
        return spells_of(self.active(number))

    def since(self, number: int) -> dict[int, int]:
        """The units of a run, from 1, that are silent at the end, and the step since which they are."""
        quiet = self.silent[number]
        return {
            int(unit) + 1: 0 if quiet[:, unit].all() else int(len(quiet) - np.argmin(quiet[::-1, unit]))
            for unit in np.flatnonzero(quiet[-1])
        }

    def params_of(self, number: int) -> Params:
        """What a run ends with."""
        tensors = {name: torch.from_numpy(values[number]) for name, values in self.params.items()}
        return Params(**{name: tensors.get(name) for name in Params._fields})  # type: ignore[arg-type]


class Spells(NamedTuple):
    """What a unit does at an observation, both from 1, from the step since until before the step until.

    Five arrays of one length; state: 0 where it fires, 1 where it rests while it fires at another
    observation, 2 where it is silent at all.
    """

    unit: np.ndarray
    observation: np.ndarray
    state: np.ndarray
    since: np.ndarray
    until: np.ndarray


def spells_of(active: np.ndarray) -> Spells:
    """The spells of all units, from whether h > 0 (steps, batch, hidden)."""
    silent = ~active.any(1, keepdims=True)
    state = np.where(active, 0, 1 + silent).transpose(2, 1, 0)
    begins = np.ones(state.shape, dtype=bool)
    begins[..., 1:] = state[..., 1:] != state[..., :-1]
    unit, observation, since = np.nonzero(begins)
    # A spell ends where the next of the same unit and observation begins, the last of them with the training.
    following = np.append(since[1:], 0)
    until = np.where(following > 0, following, len(active))
    return Spells(unit + 1, observation + 1, state[begins], since, until)


@torch.inference_mode()
def train_and_watch(conditions: Conditions) -> WatchedTrainings:
    """Train with every seed, by hand, and watch every unit."""
    tasks = [task(replace(conditions, seed=conditions.seed + number)) for number in range(RUNS)]
    x, y = (torch.stack(tensors) for tensors in list(zip(*tasks, strict=True))[:2])
    params = stacked([start for _, _, start in tasks])
    activation = Activation.leaky_relu(conditions.slope)
    watched = zip(*descent(x, y, params, activation, conditions.rate), strict=True)
    firing, losses, zeros = (torch.stack(column, 1) for column in watched)
    return WatchedTrainings(
        conditions,
        losses.numpy(),
        zeros.numpy(),
        (~firing.any(2) & torch.isfinite(losses)[..., None]).numpy(),
        np.packbits(firing.numpy(), axis=2),
        {name: p.numpy() for name, p in params._asdict().items() if p is not None},
    )


def descent(
    x: Tensor, y: Tensor, params: Params, activation: Activation, rate: float
) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Take STEPS steps in place and yield, before each, where h > 0 (runs, batch, hidden), the losses (runs,)
    and the shares of zeros in the gradient of the first layer (runs,)."""
    for _ in range(STEPS):
        firing, losses, gradients = backward(x, y, params, activation)
        first = torch.cat([g for g in gradients[:2] if g is not None], 1)
        yield firing, losses, (first == 0).float().mean((1, 2))
        for p, gradient in zip(params, gradients, strict=True):
            if p is not None and gradient is not None:
                p.add_(gradient, alpha=-rate)


def backward(x: Tensor, y: Tensor, params: Params, activation: Activation) -> tuple[Tensor, Tensor, Params]:
    """The seven lines for many networks at once: where h > 0 (runs, batch, hidden), the losses (runs,), and
    the gradients, each of its parameter's shape."""
    w1, b1, w2, b2 = params
    h = affine(x, w1, b1)
    derivative = activation.derivative(h)
    a = h * derivative
    residual = affine(a, w2, b2) - y
    grad_out = 2 * residual
    grad_h = (grad_out @ w2.mT) * derivative
    gradients = Params(
        x.mT @ grad_h,
        None if b1 is None else grad_h.sum(1, keepdim=True),
        a.mT @ grad_out,
        None if b2 is None else grad_out.sum(1, keepdim=True),
    )
    return h > 0, residual.square().sum((1, 2)), gradients


def affine(x: Tensor, w: Tensor, b: Tensor | None) -> Tensor:
    return x @ w if b is None else torch.baddbmm(b, x, w)


def task(conditions: Conditions) -> tuple[Tensor, Tensor, Params]:
    """x, y and the start of one seed, float32; y is the sum of the absolute inputs, which units of either
    sign have to make together."""
    batch, inputs, hidden, outputs = conditions.sizes
    data = Sparse(batch, inputs, outputs, conditions.seed, conditions.zeros).load()
    x = conditions.scale * torch.from_numpy(data.x)
    bias = conditions.bias
    start = init_params(inputs, hidden, outputs, bias=bias is not None, seed=conditions.seed)
    b1 = None if bias is None else torch.full((1, hidden), bias)
    params = start._replace(w1=conditions.weights * start.w1, b1=b1)
    return x, x.abs().sum(1, keepdim=True).expand(-1, outputs), params


def why_it_stays(print: Callable[..., None], x: Tensor, y: Tensor, params: Params, unit: int) -> None:
    activation = Activation.relu()
    h = forward(x, params, activation).h
    gradients = by_hand.gradients(x, y, params, activation)
    print("largest h of the unit:", h[:, unit].max().item())
    print("its column of grad_w1:", gradients.w1[:, unit].tolist())
    if gradients.b1 is not None:
        print("its entry of grad_b1:", gradients.b1[0, unit].item())


def why_it_stays_of(trainings: WatchedTrainings, number: int, unit: int) -> Ran:
    """What a unit, from 1, of a run's ReLU network receives after the last step."""
    x, y, _ = task(replace(trainings.conditions, seed=trainings.conditions.seed + number))
    return run(why_it_stays, x, y, trainings.params_of(number), unit - 1)


REMEDIES: Mapping[str, Callable[[Conditions], Conditions]] = {
    "as-set": lambda conditions: conditions,
    "slope": lambda conditions: replace(conditions, slope=0.1),
    "bias": lambda conditions: replace(conditions, bias=0.0 if conditions.bias is not None else None),
    "rate": lambda conditions: replace(conditions, rate=conditions.rate / 5),
    "init": lambda conditions: replace(
        conditions,
        bias=0.0 if conditions.bias is not None else None,
        weights=(2 / conditions.sizes[1]) ** 0.5,
    ),
}
"""One change each to a ReLU network as it was set; init is what He et al. (2015) propose for ReLU, for the
first layer: biases of zero and weights of variance 2 / inputs."""


@dataclass(frozen=True)
class Trial:
    """What came of RUNS trainings: blew_up blew up, and of the other runs silent ended with a silent unit, a
    share in the interval from low to high; loss: the median of their last losses, nan without a run."""

    silent: int
    runs: int
    low: float
    high: float
    loss: float
    blew_up: int

    @property
    def share(self) -> float:
        """The share that the interval is about."""
        return self.silent / max(self.runs, 1)


def remedied(conditions: Conditions) -> dict[str, Conditions]:
    """The conditions as they are set, and with each remedy that changes something."""
    changed = {name: change(conditions) for name, change in REMEDIES.items()}
    return {name: each for name, each in changed.items() if name == "as-set" or each != conditions}


def trial(conditions: Conditions) -> Trial:
    """Train with RUNS seeds and count."""
    trainings = train_and_watch(conditions)
    ended = ~trainings.blew_up
    runs, silent = int(ended.sum()), int(trainings.silent[ended, -1].any(1).sum())
    low, high = wilson(silent, runs) if runs else (0.0, 1.0)
    loss = float(np.median(trainings.losses[ended, -1].astype(float))) if runs else float("nan")
    return Trial(silent, runs, low, high, loss, int((~ended).sum()))
