"""What a training run is asked to do, and the limits of what may be asked. Free of torch."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise
from typing import Literal, NamedTuple

from lesson.numeric.data import Normal, Source

LaneName = Literal["by_hand", "autograd"]
LANES: tuple[LaneName, ...] = ("by_hand", "autograd")
PARAMETERS = ("w1", "b1", "w2", "b2")
ACTIVATIONS = ("relu", "leaky_relu")
OPTIMIZERS = ("sgd", "momentum", "adam")
DTYPES = ("float32", "float64")
DEVICES = ("cpu", "cuda")

LIMITS = {
    "batch": (1, 8192),
    "inputs": (1, 256),
    "hidden": (1, 1024),
    "outputs": (1, 32),
    "steps": (1, 20_000),
    "seed": (0, 9999),
}

MOST_DOUBLES = 2**21
"""The most pre-activations of a network that may train in float64.

The seven lines hold five tensors of (batch, hidden) at once, a learner's own some more, and three copies of
the data stand beside them. With this many float64 takes 250 MiB, as float32 does at the largest sizes; a
worker has 320.
"""

MAX_WORK = 10**12
"""The most multiplications one run may ask for: about half a minute of two ordinary cores."""

QUICK_WORK = 5 * 10**9
"""Runs up to this size start by themselves: well under a second."""

STEP_OVERHEAD = 10**6
"""What calling torch for one step of one network costs, in multiplications done meanwhile."""

ELEMENTWISE_COST = 80
"""What one pre-activation costs outside the matrix products, in multiplications."""


ENTRY_COST = 100
"""What recording and moving one entry of the weights costs a lane, in multiplications."""


def possible_dtypes(batch: int, hidden: int) -> tuple[str, ...]:
    """Those in which a network of this size may train."""
    return DTYPES if batch * hidden <= MOST_DOUBLES else DTYPES[:1]


@dataclass(frozen=True)
class Lane:
    """Where and in which precision one of the two trainings computes."""

    dtype: str = "float32"
    device: str = "cpu"


class Entry(NamedTuple):
    """An entry of a parameter, row and column from 0."""

    parameter: str
    row: int
    column: int

    @property
    def name(self) -> str:
        """As on the page, rows and columns from 1: w1[2,1]."""
        return f"{self.parameter}[{self.row + 1},{self.column + 1}]"


def parameter_shapes(inputs: int, hidden: int, outputs: int, bias: bool) -> dict[str, tuple[int, int]]:
    """The shape of every parameter, in the order in which a flat vector holds them."""
    weights = {"w1": (inputs, hidden), "w2": (hidden, outputs)}
    biases = {"b1": (1, hidden), "b2": (1, outputs)}
    return {name: (weights | biases)[name] for name in PARAMETERS if bias or name in weights}


def entries(inputs: int, hidden: int, outputs: int, bias: bool, most: int) -> dict[str, Entry]:
    """The entries between the first units of each layer, at most so many of each, by name."""
    shapes = parameter_shapes(min(inputs, most), min(hidden, most), min(outputs, most), bias)
    first = (
        Entry(parameter, row, column)
        for parameter, (rows, columns) in shapes.items()
        for row in range(rows)
        for column in range(columns)
    )
    return {entry.name: entry for entry in first}


@dataclass(frozen=True)
class Config:
    """A training run: the same data and the same start for both lanes, hashable as a cache key.

    learning_rate multiplies the gradient of the summed (not averaged) loss. program is a learner's backward
    pass, which takes the place of the seven lines; "" for those. program_work is what one step of it costs in
    multiplications, which training.priced finds.
    """

    source: Source = field(default_factory=Normal)
    hidden: int = 2
    bias: bool = True
    activation: str = "relu"
    slope: float = 0.01
    seed: int = 0
    steps: int = 1001
    learning_rate: float = 1e-4
    optimizer: str = "sgd"
    program: str = ""
    program_work: int = 0
    by_hand: Lane = field(default_factory=Lane)
    autograd: Lane = field(default_factory=Lane)

    def lane(self, name: LaneName) -> Lane:
        return self.by_hand if name == "by_hand" else self.autograd

    @property
    def sizes(self) -> tuple[int, int, int, int]:
        """(batch, inputs, hidden, outputs), the data's own where the data has sizes of its own."""
        rows, inputs, outputs = self.source.sizes
        return rows, inputs, self.hidden, outputs

    @property
    def shapes(self) -> dict[str, tuple[int, int]]:
        """The shape of every parameter, in the order in which a flat vector holds them."""
        return parameter_shapes(*self.sizes[1:], self.bias)

    @property
    def parameters(self) -> int:
        """How many numbers are trained."""
        return sum(rows * columns for rows, columns in self.shapes.values())

    @property
    def slices(self) -> dict[str, slice]:
        """Where each parameter's entries lie in the flat vector."""
        ends = list(accumulate(rows * columns for rows, columns in self.shapes.values()))
        return {name: slice(*bounds) for name, bounds in zip(self.shapes, pairwise([0, *ends]), strict=True)}

    def index(self, entry: Entry) -> int:
        """Where an entry of a parameter lies in the flat vector."""
        return self.slices[entry.parameter].start + entry.row * self.shapes[entry.parameter][1] + entry.column

    @property
    def work_per_step(self) -> int:
        """Multiplications of one step of both lanes, its overheads counted in the same coin."""
        rows, inputs, hidden, outputs = self.sizes
        gradient = rows * hidden * (3 * (inputs + outputs) + ELEMENTWISE_COST)
        # float64 costs twice as much; lanes that drift apart need a referee who computes once more.
        lanes = sum(2 if self.lane(name).dtype == "float64" else 1 for name in LANES)
        apart = self.by_hand != self.autograd or self.optimizer != "sgd"
        lane = gradient + ENTRY_COST * self.parameters
        program = (2 if apart else 1) * self.program_work
        return (lanes + (4 if apart else 0)) * lane + len(LANES) * STEP_OVERHEAD + program

    @property
    def affordable_steps(self) -> int:
        """The most steps of this network that MAX_WORK allows."""
        return max(1, MAX_WORK // self.work_per_step)

    def quick(self) -> Config:
        """As much of the training as does not keep a visitor waiting."""
        return replace(self, steps=min(self.steps, max(1, QUICK_WORK // self.work_per_step)))
