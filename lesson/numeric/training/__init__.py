"""Both trainings from one start, by hand and by autograd, with everything recorded.

Two questions are kept apart. *Local*: how far are the two gradients from each other at the same
weights? *Drift*: how far have two trainings that each follow their own gradients wandered apart?
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from lesson.numeric.compare import Comparison, Kink, Verdict, largest_share, worst
from lesson.numeric.config import DEVICES, LANES, Config, LaneName

if TYPE_CHECKING:
    from lesson.numeric.training.descent import Descent, Stretch
    from lesson.numeric.training.referee import Referee

SNAPSHOT_BYTES = 2**20
"""Weights and gradients of both lanes are kept at every step while they fit in here, else at
evenly spaced steps."""

STRETCH_BYTES = 16 * 2**20
"""What the steps between two reports may hold before they are compared and thinned out."""

STRETCH_SECONDS = 0.1
"""About how often a training reports and can be left."""

LONGEST_STRETCH = 512


class TooMuchWork(ValueError):
    """A training asks for more multiplications than config.MAX_WORK."""


@dataclass(frozen=True, eq=False)
class History:
    """What a training has done so far, as numpy arrays: T steps, at R of them with all tensors.

    loss: per lane (T,), before the update of its step. weights_drift and gradients_drift: for each
    parameter (T,), the largest difference between the lanes, each at its own weights.
    recorded: (R,), the steps whose tensors are kept. weights and gradients: per lane (R, n), flat.
    local: for each parameter the Comparison (R,) of both gradients at the same weights; kinks: the
    pre-activation to blame, by step, where such a comparison met the kink.
    blew_up: the lanes that met inf or nan, and at which step. The history ends before it.
    seconds: computing time, both lanes and their comparison.
    """

    config: Config
    loss: dict[LaneName, np.ndarray]
    weights_drift: dict[str, np.ndarray]
    gradients_drift: dict[str, np.ndarray]
    recorded: np.ndarray
    weights: dict[LaneName, np.ndarray]
    gradients: dict[LaneName, np.ndarray]
    local: dict[str, Comparison]
    kinks: dict[int, Kink]
    blew_up: dict[LaneName, int]
    seconds: float

    @property
    def steps(self) -> int:
        """How many steps are done."""
        return len(self.loss["by_hand"])

    @property
    def finished(self) -> bool:
        """Whether there is nothing left to do: all steps done, or a lane blew up."""
        return self.steps == self.config.steps or bool(self.blew_up)

    @property
    def verdict(self) -> Verdict:
        """The worst local verdict over all parameters and recorded steps."""
        return worst(self.local)

    @property
    def largest_local(self) -> float:
        """The largest difference between two gradients at the same weights."""
        return max(float(c.largest.max(initial=0.0)) for c in self.local.values())

    @property
    def largest_share(self) -> float:
        """The largest local difference as a share of its rounding bound."""
        return largest_share(self.local)

    @property
    def largest_drift(self) -> float:
        """The largest difference between the lanes in any loss, gradient or weight of any step."""
        apart = np.abs(self.loss["by_hand"] - self.loss["autograd"])
        drifts = (*self.weights_drift.values(), *self.gradients_drift.values())
        return max(float(values.max(initial=0.0)) for values in (apart, *drifts))

    @property
    def largest_weights_drift(self) -> float:
        """The largest difference between the lanes' weights at any step."""
        return max(float(drift.max(initial=0.0)) for drift in self.weights_drift.values())

    @property
    def last_weights_drift(self) -> float:
        """The largest difference between the lanes' weights at the last step; there has to be one."""
        return max(float(drift[-1]) for drift in self.weights_drift.values())

    def csv(self) -> str:
        """The history as a table, a row per step; local columns are empty where not recorded."""
        import pandas as pd

        table = pd.DataFrame({f"loss_{name}": loss for name, loss in self.loss.items()})
        table.index.name = "step"
        for name, comparison in self.local.items():
            table[f"drift_{name}"] = self.weights_drift[name]
            table[f"drift_grad_{name}"] = self.gradients_drift[name]
            at = pd.Index(self.recorded)
            table[f"local_{name}"] = pd.Series(comparison.largest, at)
            table[f"local_{name}_ulps"] = pd.Series(comparison.ulps, at)
            table[f"local_{name}_verdict"] = pd.Series(
                [Verdict(verdict).word for verdict in comparison.verdict], at
            )
        return table.to_csv()


def priced(config: Config) -> Config:
    """The same with what a step of the learner's lines costs.

    Raises ProgramError where they cannot run or are too dear for one step.
    """
    if not config.program:
        return config
    import torch

    from lesson.numeric.from_config import activation_of
    from lesson.numeric.program import parse

    price = parse(config.program).price(
        config.sizes,
        bias=config.bias,
        activation=activation_of(config),
        dtype=getattr(torch, config.by_hand.dtype),
    )
    return replace(config, program_work=price.work_per_step)


def run(config: Config) -> Iterator[History]:
    """Train, yielding the history so far about ten times a second; stop by not asking for more.

    Raises TooMuchWork, DataError where the data cannot be loaded, ProgramError where the learner's own
    lines cannot run or are too dear.
    """
    asked = priced(config)
    if asked.steps > asked.affordable_steps:
        raise TooMuchWork(f"{asked.steps} steps of {asked.work_per_step} multiplications")
    # Here and not above: whoever only asks for a training, and gets its history, needs no torch.
    from lesson.numeric.training.descent import Descent
    from lesson.numeric.training.referee import Referee

    data = config.source.load()
    lanes = {name: Descent(name, config, data) for name in LANES}
    referee = Referee(config, data, lanes)
    record = Record(config, lanes)
    longest = max(1, min(LONGEST_STRETCH, STRETCH_BYTES // record.bytes_per_step))
    length, seconds = 1, 0.0
    while record.steps < config.steps and not record.blew_up:
        began = time.perf_counter()
        steps = min(length, config.steps - record.steps)
        record.add({name: lane.advance(steps) for name, lane in lanes.items()}, referee)
        elapsed = time.perf_counter() - began
        seconds += elapsed
        length = max(1, min(4 * length, int(length * STRETCH_SECONDS / elapsed), longest))
        yield record.history(seconds)


def devices() -> tuple[str, ...]:
    """The devices that this machine can train on."""
    import torch

    return DEVICES if torch.cuda.is_available() else DEVICES[:1]


def train(config: Config) -> History:
    """Train to the end, or to where a lane blows up. Raises as run does."""
    *_, history = run(config)
    return history


class Record:
    """A history while it is being written: arrays of their final size, filled from the left."""

    def __init__(self, config: Config, lanes: dict[LaneName, Descent]) -> None:
        self.config = config
        n = config.parameters
        dtypes = {name: np.dtype(config.lane(name).dtype) for name in lanes}
        self.bytes_per_step = 2 * n * sum(dtype.itemsize for dtype in dtypes.values())
        kept = max(2, SNAPSHOT_BYTES // self.bytes_per_step)
        self.stride = -(-config.steps // kept)
        rows = len(self.kept_of(np.arange(config.steps)))

        self.steps = 0
        self.loss = {name: np.empty(config.steps) for name in lanes}
        self.weights_drift = {name: np.empty(config.steps) for name in config.shapes}
        self.gradients_drift = {name: np.empty(config.steps) for name in config.shapes}
        self.recorded = np.empty(0, dtype=int)
        self.weights = {name: np.empty((rows, n), dtype) for name, dtype in dtypes.items()}
        self.gradients = {name: np.empty((rows, n), dtype) for name, dtype in dtypes.items()}
        self.local: list[dict[str, Comparison]] = []
        self.kinks: dict[int, Kink] = {}
        self.blew_up: dict[LaneName, int] = {}

    def kept_of(self, steps: np.ndarray) -> np.ndarray:
        """The steps whose tensors are kept: every stride-th, and the last."""
        return steps[(steps % self.stride == 0) | (steps == self.config.steps - 1)]

    def add(self, stretches: dict[LaneName, Stretch], referee: Referee) -> None:
        """Write down the next steps of both lanes, up to the first that is not finite."""
        finite = min(stretch.finite_steps for stretch in stretches.values())
        for name, stretch in stretches.items():
            if stretch.finite_steps == finite < len(stretch.losses):
                self.blew_up[name] = self.steps + finite
        stretches = {name: stretch.first(finite) for name, stretch in stretches.items()}
        steps = np.arange(self.steps, self.steps + finite)
        self.write_drift(steps, stretches)
        self.write_tensors(self.kept_of(steps), stretches, referee)
        self.steps += finite

    def write_drift(self, steps: np.ndarray, stretches: dict[LaneName, Stretch]) -> None:
        one, two = stretches.values()
        for name, stretch in stretches.items():
            self.loss[name][steps] = stretch.losses
        for drift, a, b in (
            (self.weights_drift, one.weights, two.weights),
            (self.gradients_drift, one.gradients, two.gradients),
        ):
            difference = np.abs(a.astype(np.float64) - b)
            for parameter, columns in self.config.slices.items():
                drift[parameter][steps] = difference[:, columns].max(1)

    def write_tensors(self, kept: np.ndarray, stretches: dict[LaneName, Stretch], referee: Referee) -> None:
        rows = slice(len(self.recorded), len(self.recorded) + len(kept))
        stretches = {name: stretch.at(kept - self.steps) for name, stretch in stretches.items()}
        for name, stretch in stretches.items():
            self.weights[name][rows] = stretch.weights
            self.gradients[name][rows] = stretch.gradients
        self.recorded = np.concatenate([self.recorded, kept])
        self.local.append(referee.compare(stretches))
        verdicts = np.max([c.verdict for c in self.local[-1].values()], axis=0)
        for row in np.flatnonzero(verdicts == Verdict.KINK):
            self.kinks[int(kept[row])] = referee.kink_at(stretches[referee.reference].weights[row])

    def history(self, seconds: float) -> History:
        """The history so far: views, but for what is small."""
        done, rows = slice(self.steps), slice(len(self.recorded))
        return History(
            config=self.config,
            loss={name: loss[done] for name, loss in self.loss.items()},
            weights_drift={name: drift[done] for name, drift in self.weights_drift.items()},
            gradients_drift={name: drift[done] for name, drift in self.gradients_drift.items()},
            recorded=self.recorded,
            weights={name: weights[rows] for name, weights in self.weights.items()},
            gradients={name: gradients[rows] for name, gradients in self.gradients.items()},
            local={name: Comparison.joined([c[name] for c in self.local]) for name in self.config.shapes},
            kinks=dict(self.kinks),
            blew_up=dict(self.blew_up),
            seconds=seconds,
        )
