"""Two branches joined by adding or by concatenating: both backward passes, and an experiment over many seeds.

    h1 = x1 w1 + b1    a1 = phi(h1)          joined = a1 + a2   or   [a1, a2]
    h2 = x2 v1 + c1    a2 = phi(h2)          out = joined w2 + b2

The two branches have weights of their own, or share them: v1 is w1 and c1 is b1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor

from lesson.numeric.corners import Look, look_at
from lesson.numeric.flat import flatten, stacked, unflatten
from lesson.numeric.intervals import wilson
from lesson.numeric.network import Activation, loss
from lesson.numeric.operands import Cell, Operation, product_of_rows
from lesson.numeric.optimizers import Adam
from lesson.numeric.snippet import Ran, run

Join = Literal["add", "concat"]
JOINS: tuple[Join, ...] = ("add", "concat")
TARGETS = ("against", "first", "alike")
"""How y depends on two inputs: on their difference, on the first alone, on both in the same way."""

STEPS = 200
RUNS = 40
"""How many seeds in a row are trained at once."""

RATE = 0.03
"""Adam's learning rate."""

LARGEST = (64, 8, 16, 4)
"""Batch, inputs, hidden units and outputs of the largest pair that is trained RUNS times."""


@dataclass(frozen=True)
class Pair:
    """Two branches and their data: sizes (batch, inputs of each branch, hidden units of each branch where
    they are concatenated, outputs), the activation's slope for h <= 0, how the target depends on the two
    inputs, whether the branches share their weights, and the first seed."""

    sizes: tuple[int, int, int, int] = (64, 3, 4, 1)
    bias: bool = True
    slope: float = 0.0
    target: str = "against"
    shared: bool = True
    seed: int = 0

    def fitted(self) -> Pair:
        """The same, in sizes of at most LARGEST."""
        batch, inputs, hidden, outputs = map(min, self.sizes, LARGEST)
        return replace(self, sizes=(batch, inputs, hidden, outputs))

    def parameters(self, join: Join, hidden: int) -> int:
        """How many numbers are learned with this many hidden units in each branch."""
        _, inputs, _, outputs = self.sizes
        branches, rows = 1 if self.shared else 2, int(self.bias)
        joined = hidden if join == "add" else 2 * hidden
        return branches * (inputs + rows) * hidden + (joined + rows) * outputs

    def hidden(self, join: Join) -> int:
        """Units of each branch: as asked to concatenate them, and to add them the fewest with which there
        are at least as many parameters."""
        asked = self.sizes[2]
        if join == "concat":
            return asked
        budget = self.parameters("concat", asked)
        return next(units for units in range(asked, 2 * asked + 1) if self.parameters("add", units) >= budget)

    @property
    def activation(self) -> Activation:
        return Activation.leaky_relu(self.slope)


class Branches(NamedTuple):
    """The weights, or their gradients; None where there is no bias, or where v1 and c1 are w1 and b1."""

    w1: Tensor
    b1: Tensor | None
    v1: Tensor | None
    c1: Tensor | None
    w2: Tensor
    b2: Tensor | None

    def map(self, change: Callable[[Tensor], Tensor]) -> Branches:
        """The same change to every tensor; what is None stays None."""
        w1, b1, v1, c1, w2, b2 = (p if p is None else change(p) for p in self)
        assert w1 is not None
        assert w2 is not None
        return Branches(w1, b1, v1, c1, w2, b2)


class Task(NamedTuple):
    """What a gradient is computed from: x1, x2 (..., batch, inputs), y (..., batch, outputs), the weights,
    the join and the activation. A dimension in front holds many trainings at once."""

    x1: Tensor
    x2: Tensor
    y: Tensor
    branches: Branches
    join: Join
    activation: Activation

    def double(self) -> Task:
        """The same in float64."""
        x1, x2, y = (values.double() for values in self[:3])
        return self._replace(x1=x1, x2=x2, y=y, branches=self.branches.map(Tensor.double))


class Passed(NamedTuple):
    """The forward pass: h1, h2, a1, a2 (..., batch, hidden), joined, out."""

    h1: Tensor
    h2: Tensor
    a1: Tensor
    a2: Tensor
    joined: Tensor
    out: Tensor


def affine(x: Tensor, w: Tensor, b: Tensor | None) -> Tensor:
    return x @ w if b is None else x @ w + b


def forward(task: Task) -> Passed:
    x1, x2, _, (w1, b1, v1, c1, w2, b2), join, activation = task
    h1, h2 = affine(x1, w1, b1), affine(x2, w1 if v1 is None else v1, b1 if v1 is None else c1)
    a1, a2 = activation(h1), activation(h2)
    joined = a1 + a2 if join == "add" else torch.cat([a1, a2], -1)
    return Passed(h1, h2, a1, a2, joined, affine(joined, w2, b2))


def through_add(grad_out: Tensor, w2: Tensor) -> tuple[Tensor, Tensor]:
    grad_joined = grad_out @ w2.mT
    grad_a1 = grad_joined
    grad_a2 = grad_joined
    return grad_a1, grad_a2


def through_concat(grad_out: Tensor, w2: Tensor) -> tuple[Tensor, Tensor]:
    grad_joined = grad_out @ w2.mT
    grad_a1, grad_a2 = grad_joined.chunk(2, -1)
    return grad_a1, grad_a2


THROUGH: dict[Join, Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]] = {
    "add": through_add,
    "concat": through_concat,
}
"""What each branch receives from behind the join."""


def backward(task: Task, passed: Passed) -> Branches:
    """The gradients by the seven lines for each branch; what both share gets the sum of their parts."""
    x1, x2, y, branches, join, activation = task
    h1, h2, _, _, joined, out = passed
    grad_out = 2 * (out - y)
    grad_a1, grad_a2 = THROUGH[join](grad_out, branches.w2)
    grad_h1, grad_h2 = grad_a1 * activation.derivative(h1), grad_a2 * activation.derivative(h2)
    grad_w1, grad_v1 = x1.mT @ grad_h1, x2.mT @ grad_h2
    grad_b1, grad_c1 = grad_h1.sum(-2, keepdim=True), grad_h2.sum(-2, keepdim=True)
    grad_w2, grad_b2 = joined.mT @ grad_out, grad_out.sum(-2, keepdim=True)
    if branches.v1 is None:
        gradients = Branches(grad_w1 + grad_v1, grad_b1 + grad_c1, None, None, grad_w2, grad_b2)
    else:
        gradients = Branches(grad_w1, grad_b1, grad_v1, grad_c1, grad_w2, grad_b2)
    return gradients if branches.b2 is not None else gradients._replace(b1=None, c1=None, b2=None)


def by_autograd(task: Task) -> Branches:
    """The same gradients by torch."""
    leaves = task.branches.map(lambda p: p.detach().requires_grad_())
    value = loss(forward(task._replace(branches=leaves)).out, task.y)
    gradients = iter(torch.autograd.grad(value, [p for p in leaves if p is not None]))
    return leaves.map(lambda _: next(gradients))


def data(pair: Pair) -> tuple[Tensor, Tensor, Tensor]:
    """x1, x2 (batch, inputs) and y (batch, outputs) of one seed, float32.

    y is made of |x u| for a direction u, with a sign for each output: two units make it.
    """
    batch, inputs, _, outputs = pair.sizes
    random = np.random.default_rng((pair.seed, 3))
    x1, x2 = random.standard_normal((2, batch, inputs))
    direction = random.standard_normal((inputs, 1))
    first, second = (np.abs(x @ direction / np.linalg.norm(direction)) for x in (x1, x2))
    made = {"against": first - second, "first": first, "alike": first + second}[pair.target]
    y = made * random.choice([-1.0, 1.0], (1, outputs))
    x1, x2, y = (torch.from_numpy(values).float() for values in (x1, x2, y))
    return x1, x2, y


def start(pair: Pair, join: Join) -> Branches:
    """The weights of one seed, float32: of variance 2 / inputs in the branches and 1 / units behind the
    join, biases of zero. Both joins start with the same first units."""
    _, inputs, _, outputs = pair.sizes
    hidden = pair.hidden(join)
    joined = hidden if join == "add" else 2 * hidden
    w1 = (2 / inputs) ** 0.5 * drawn(pair.seed, 0, inputs, hidden)
    v1 = None if pair.shared else (2 / inputs) ** 0.5 * drawn(pair.seed, 1, inputs, hidden)
    w2 = joined**-0.5 * drawn(pair.seed, 2, joined, outputs)
    b1, b2 = (torch.zeros(1, hidden), torch.zeros(1, outputs)) if pair.bias else (None, None)
    return Branches(w1, b1, v1, None if v1 is None or b1 is None else b1.clone(), w2, b2)


def drawn(seed: int, tensor: int, rows: int, columns: int) -> Tensor:
    """Standard normal weights (rows, columns) for one of the tensors of a seed."""
    # Each tensor from a source of its own and column by column, so that more units leave the first
    # ones as they are. (torch draws 16 numbers and more in another order than fewer.)
    random = np.random.default_rng((seed, 5, tensor))
    return torch.from_numpy(random.standard_normal((columns, rows))).float().T.contiguous()


def task(pair: Pair, join: Join) -> Task:
    """The data and the start of one seed, float32."""
    return Task(*data(pair), start(pair, join), join, pair.activation)


class Checked(NamedTuple):
    """Whether the gradients by hand are identical to autograd's, and their largest difference."""

    identical: bool
    largest: float


def checked(pair: Pair, join: Join) -> Checked:
    """All gradients of a network with this join at the start, float64, by hand and by autograd."""
    own = task(pair, join).double()
    both = zip(backward(own, forward(own)), by_autograd(own), strict=True)
    pairs = [(ours, theirs) for ours, theirs in both if ours is not None and theirs is not None]
    return Checked(
        all(torch.equal(ours, theirs) for ours, theirs in pairs),
        max((ours - theirs).abs().max().item() for ours, theirs in pairs),
    )


WEIGHTS: dict[Join, tuple[str, str]] = {"add": ("w2", "w2"), "concat": ("w2_a1", "w2_a2")}
"""Through which part of w2 the signal comes to each branch: all of it, or its own half."""

RECEIVED: dict[Join, tuple[Operation, ...]] = {
    join: tuple(
        product_of_rows(result, "grad_out", weights)
        for result, weights in zip(("grad_a1", "grad_a2"), WEIGHTS[join], strict=True)
    )
    for join in JOINS
}
"""What each cell of a branch's signal is made of."""


def received(pair: Pair, join: Join, cell: Cell) -> Look:
    """What is drawn of the signals grad_a1 and grad_a2 at the start, float64, and the sum behind a cell."""
    own = task(pair, join).double()
    grad_out, w2 = 2 * (forward(own).out - own.y), own.branches.w2
    signals = dict(zip(("grad_a1", "grad_a2"), THROUGH[join](grad_out, w2), strict=True))
    halves = (w2, w2) if join == "add" else w2.chunk(2)
    weights = dict(zip(WEIGHTS[join], halves, strict=True))
    found = {name: tensor.numpy() for name, tensor in {"grad_out": grad_out, **weights, **signals}.items()}
    dimensions = {"grad_out": ("batch", "outputs")} | dict.fromkeys(weights, ("hidden", "outputs"))
    dimensions |= dict.fromkeys(signals, ("batch", "hidden"))
    return look_at(found, RECEIVED[join], dimensions, cell)


def tied(print: Callable[..., None], a1: Tensor, a2: Tensor, w2: Tensor) -> None:
    added = (a1 + a2) @ w2
    concatenated = torch.cat([a1, a2], 1) @ torch.cat([w2, w2])
    print("largest difference:", (added - concatenated).abs().max().item())


def tied_of(pair: Pair) -> Ran:
    """Adding is concatenating with equal weights for both halves: at the learner's network, float64."""
    own = task(pair, "add").double()
    passed = forward(own)
    return run(tied, passed.a1, passed.a2, own.branches.w2)


FAILED = 0.1
"""A run has failed that leaves more than this share of the target's sum of squares."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """One join over RUNS seeds: what it leaves unexplained, as a share of the target's sum of squares
    (runs, steps), and how many numbers it learns."""

    left: np.ndarray
    parameters: int

    @property
    def median(self) -> np.ndarray:
        """The median of left over the runs (steps,)."""
        return np.median(self.left, 0)

    @property
    def failed(self) -> int:
        """How many runs fail."""
        return int((self.left[:, -1] > FAILED).sum())

    @property
    def interval(self) -> tuple[float, float, float]:
        """The share of runs that fail, between the ends of its interval."""
        low, high = wilson(self.failed, RUNS)
        return low, self.failed / RUNS, high


def outcome(pair: Pair, join: Join) -> Outcome:
    """Train with one join; adding has at least as many parameters as concatenating."""
    return Outcome(trained(pair, join), pair.parameters(join, pair.hidden(join)))


def clearly_better(outcomes: Mapping[Join, Outcome]) -> Join | None:
    """The join that fails less often, if the intervals tell; else None."""
    (add_low, _, add_high), (concat_low, _, concat_high) = (outcomes[join].interval for join in JOINS)
    return "concat" if concat_high < add_low else "add" if add_high < concat_low else None


@torch.inference_mode()
def trained(pair: Pair, join: Join) -> np.ndarray:
    """What RUNS independent networks, trained by hand with Adam, leave of their targets (runs, steps)."""
    tasks = [task(replace(pair, seed=pair.seed + number), join) for number in range(RUNS)]
    x1, x2, y = (torch.stack(values) for values in zip(*(each[:3] for each in tasks), strict=True))
    starts = stacked([each.branches for each in tasks])
    # Adam works entry by entry: all networks are one vector, and each goes its own way.
    vector = flatten(starts)
    many = Task(x1, x2, y, unflatten(vector, starts), join, pair.activation)
    outs, adam = [], Adam(RATE)
    for _ in range(STEPS):
        passed = forward(many)
        outs.append(passed.out)
        adam.step(vector, flatten(backward(many, passed)))
    left = (torch.stack(outs) - y).square().sum((2, 3)) / y.square().sum((1, 2))
    return left.T.numpy()


DEPTHS = range(31)
ROWS = 16
"""Observations that each run sends through the layers."""


def signal_by_depth(pair: Pair) -> dict[str, np.ndarray]:
    """How much of an error signal is left after its way back through 0, 1, 2, ... layers, by hand: its root
    mean square over RUNS seeds, for a signal of size 1, (len(DEPTHS),) each.

    Layers are relu(h w) in a row, and h + relu(h w) where the layer's input is added to its output, as
    in a residual network (He et al., 2016); w has variance 1 / units.
    """
    units = max(pair.sizes[2], 2)
    generator = torch.Generator().manual_seed(pair.seed)
    first = torch.randn((RUNS, ROWS, units), generator=generator)
    weights = torch.randn((DEPTHS[-1], RUNS, units, units), generator=generator) * units**-0.5
    signal = torch.randn(first.shape, generator=generator)
    size = signal.square().mean()
    left = {}
    for name, kept in (("plain", 0.0), ("residual", 1.0)):
        back = arriving(first, weights, signal, kept)
        left[name] = np.array([1.0, *(back.square().mean((0, 2, 3)) / size).sqrt().tolist()])
    return left


def arriving(first: Tensor, weights: Tensor, signal: Tensor, kept: float) -> Tensor:
    """What becomes of a signal behind the first layer, behind the second, and so on, on its way back to the
    input, by hand: (runs, layers, batch, units).

    first and signal (runs, batch, units); weights (layers, runs, units, units). At each layer h becomes
    kept h + relu(h w).
    """
    # From the last layer back to the first; at each one more signal sets out, all travel together.
    setting_out = signal[:, None]
    travelling = setting_out[:, :0]
    for w, slope in zip(reversed(weights), reversed(slopes(first, weights, kept)), strict=True):
        travelling = torch.cat([setting_out, travelling], 1)
        through = (travelling * slope[:, None]).flatten(1, 2) @ w.mT
        travelling = kept * travelling + through.view_as(travelling)
    return travelling


def slopes(first: Tensor, weights: Tensor, kept: float) -> list[Tensor]:
    """Where each layer's relu passes a signal, ones and zeros (runs, batch, units)."""
    h, passes = first, []
    for w in weights:
        passes.append((h @ w > 0).to(h.dtype))
        h = kept * h + torch.relu(h @ w)
    return passes
