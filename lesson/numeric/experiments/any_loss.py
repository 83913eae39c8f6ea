"""Any loss as the first line: what a line of torch is worth, and what each witness makes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from lesson.numeric.autograd import leaves_of
from lesson.numeric.compare import Comparison, compare
from lesson.numeric.config import Config
from lesson.numeric.data import Normal, Sine
from lesson.numeric.flat import flatten, unflatten
from lesson.numeric.from_config import task_of
from lesson.numeric.network import Activation, Params, Task, forward
from lesson.numeric.optimizers import Adam
from lesson.numeric.program import Program, ProgramError, RecordedProgram, parse
from lesson.numeric.program.interpreter import Run
from lesson.numeric.program.meter import Meter
from lesson.numeric.program.price import LEAST
from lesson.numeric.rounding import Allowance, allowance_of, compared
from lesson.numeric.source import seven_lines

NUDGE = 2.0**-17
LARGEST = (512, 64, 64, 8)
"""Sizes up to which a network is looked at entry by entry."""

FEW_ROUNDINGS = 32
"""By so many roundings what a first line makes of a prediction may be off, in units of the last place."""


parsed = lru_cache(maxsize=64)(parse)


class Code(NamedTuple):
    """A loss of out and y and its derivative by out, entry by entry, as torch."""

    value: str
    derivative: str


def evaluated(code: str, out: Tensor, y: Tensor) -> Tensor:
    """What an expression of out and y, two tensors of one shape, is worth, entry by entry.

    It is run by the interpreter of programs. Raises ProgramError.
    """
    (line,) = parsed(f"found = {code}").lines
    given = {"x": out, "out": out, "y": y}
    run = Run(given, Activation.relu(), Meter(LEAST, given.values()))
    line.act(run)
    found = run.names["found"]
    if not isinstance(found, Tensor) or found.shape != out.shape:
        raise ProgramError(1, 1, "needs-tensor")
    return found


def by_autograd(value: str, out: Tensor, y: Tensor) -> Tensor:
    """The derivative by each entry of out of what the loss is there, which autograd differentiates."""
    leaf = out.detach().requires_grad_()
    loss = evaluated(value, leaf, y).sum()
    if not loss.requires_grad:
        # A prediction that only decides between numbers is nothing that autograd follows.
        return torch.zeros_like(out)
    (slope,) = torch.autograd.grad(loss, leaf)
    return slope


def by_differences(value: str, out: Tensor, y: Tensor) -> Tensor:
    """Central differences of the loss at each entry of out, in float64."""
    out, y = out.double(), y.double()
    nudge = NUDGE * out.abs().clamp(min=1.0)
    up, down = out + nudge, out - nudge
    return (evaluated(value, up, y) - evaluated(value, down, y)) / (up - down)


def as_they_are(y: Tensor) -> Tensor:
    return y


def signs(y: Tensor) -> Tensor:
    """1 and -1, for losses of a margin."""
    return torch.where(y > 0, torch.ones_like(y), torch.full_like(y, -1))


def classes(y: Tensor) -> Tensor:
    """1 and 0."""
    return (y > 0).to(y.dtype)


def counts(y: Tensor) -> Tensor:
    """0, 1, 2, ..."""
    return (2 * y).abs().round()


TARGETS: dict[str, Callable[[Tensor], Tensor]] = {
    "as-they-are": as_they_are,
    "signs": signs,
    "classes": classes,
    "counts": counts,
}
"""What the targets of the data are made into, by the kind of the loss."""


@dataclass(frozen=True, eq=False)
class Judged:
    """A loss on a network at its start, each entry of out (n,) by itself, and what its witnesses say.

    by_hand, autograd, finite: the derivative by each entry; size: of the loss. signal: by hand and
    autograd compared at grad_out, parameters: at the gradients that the six other lines make of it; both in
    the dtype of the lane by hand. confirmed: by how many finite differences by hand is confirmed.
    """

    out: np.ndarray
    y: np.ndarray
    size: np.ndarray
    by_hand: np.ndarray
    autograd: np.ndarray
    finite: np.ndarray
    signal: Comparison
    parameters: dict[str, Comparison]
    confirmed: int

    @property
    def residual(self) -> np.ndarray:
        return self.out - self.y

    @property
    def undefined(self) -> int:
        """At how many predictions the loss or its derivative is no number."""
        return int((~np.isfinite(self.size) | ~np.isfinite(self.by_hand)).sum())

    @property
    def shares(self) -> np.ndarray:
        """Which share of all derivatives together the largest have: that of the first, the first two, ..."""
        sizes = np.sort(np.abs(np.nan_to_num(self.by_hand)))[::-1]
        return np.cumsum(sizes) / max(sizes.sum(), np.finfo(np.float64).tiny)


def judged(config: Config, code: Code, targets: str, outlier: float) -> Judged:
    """A loss on a configured network at its start, its witnesses asked.

    targets: one of TARGETS. outlier: what is added to the first target. Raises ProgramError where the
    interpreter refuses a line.
    """
    task = with_targets(task_of(config, getattr(torch, config.by_hand.dtype)), targets, outlier)
    out, y = forward(task.x, task.params, task.activation).out, task.y
    by_hand, autograd = evaluated(code.derivative, out, y), by_autograd(code.value, out, y)
    finite = by_differences(code.value, out, y)
    allowed = allowance_for(code, task)
    signal = compare(
        *(array(t) for t in (by_hand, autograd, allowed.rounding.signals.grad_out, allowed.kink_of_signal))
    )
    far = (by_hand.double() - finite).abs() > 1e-5 * (1 + finite.abs())
    return Judged(
        out=row(out),
        y=row(y),
        size=row(evaluated(code.value, out, y)),
        by_hand=row(by_hand),
        autograd=row(autograd),
        finite=row(finite),
        signal=signal,
        parameters=compared(*gradients(code, task), allowed.rounding.rounding, allowed.kink),
        confirmed=int((~far & torch.isfinite(finite)).sum()),
    )


def fitted(config: Config) -> Config:
    """The same on normal data, with sizes cut down to LARGEST."""
    batch, inputs, hidden, outputs = map(min, config.sizes, LARGEST)
    return replace(config, source=Normal(batch, inputs, outputs, config.seed), hidden=hidden)


def with_targets(task: Task, targets: str, outlier: float) -> Task:
    y = TARGETS[targets](task.y).clone()
    y[0, 0] += outlier
    return task._replace(y=y)


def array(tensor: Tensor) -> np.ndarray:
    """A row of all entries."""
    return tensor.detach().reshape(1, -1).numpy()


def row(tensor: Tensor) -> np.ndarray:
    """All entries (n,), in float64."""
    return array(tensor.double())[0]


def gradients(code: Code, task: Task) -> tuple[Params, Params]:
    """By hand, the first line from the loss and the six others as they stand; and autograd's own."""
    return program(code.derivative).gradients(*task), parameters_by_autograd(code.value, task)


def program(derivative: str) -> Program:
    """The seven lines with this first one."""
    return parsed("\n".join([f"grad_out = {derivative}", *seven_lines().splitlines()[1:]]))


def parameters_by_autograd(value: str, task: Task) -> Params:
    """The gradient of a loss by all parameters; autograd sees nothing but the forward pass and the loss."""
    leaves = leaves_of(task.params)
    loss = evaluated(value, forward(task.x, leaves, task.activation).out, task.y).sum()
    if not loss.requires_grad:
        return task.params.map(torch.zeros_like)
    found = iter(torch.autograd.grad(loss, [leaf for leaf in leaves if leaf is not None]))
    return task.params.map(lambda _: next(found))


class Allowed(NamedTuple):
    """By how much two witnesses may differ: from rounding; in addition, where out is at a kink of the loss or
    a unit at its own, kink for the parameters (1, n) and kink_of_signal for grad_out."""

    rounding: Allowance
    kink: Params
    kink_of_signal: Tensor


def allowance_for(code: Code, task: Task) -> Allowed:
    """What rounding may do to a derivative, and what a kink may: found by asking it beside each prediction in
    float64, and by what float64 has in its place."""
    dtype, derivative = task.x.dtype, code.derivative
    wide = Task(task.x.double(), task.y.double(), task.params.map(Tensor.double), task.activation)
    out = forward(wide.x, wide.params, wide.activation).out
    here = evaluated(derivative, out, wide.y)
    few = FEW_ROUNDINGS * torch.finfo(dtype).eps
    rounded = rounded_away(code, forward(task.x, task.params, task.activation).out, task.y)

    def moved(off: Tensor) -> Tensor:
        sides = (evaluated(derivative, out + side * off, wide.y) for side in (-1, 1))
        return torch.stack([(side - here).abs() for side in sides]).amax(0)

    def jump(off: Tensor) -> Tensor:
        """What stays of a change when the way is halved, where a smooth one is halved too."""
        near, far = moved(off / 2), moved(off)
        return torch.where(near > 0.75 * far, far, 0.0).nan_to_num()

    def off_out(off: Tensor) -> Tensor:
        return off + few * (out.abs() + wide.y.abs())

    def smooth(off: Tensor) -> Tensor:
        off = off_out(off)
        return (moved(off) - jump(off)).clamp(min=0.0) + few * here.abs() + rounded

    def with_kinks(off: Tensor) -> Tensor:
        return smooth(off) + jump(off_out(off))

    dtypes = dtype, dtype
    rounding = allowance_of(wide, here, smooth, dtypes)
    both = allowance_of(wide, here, with_kinks, dtypes)
    more = (big - small for big, small in zip(flat(both.rounding), flat(rounding.rounding), strict=True))
    units = iter(flat(both.kink))
    kink = wide.params.map(lambda _: next(more) + next(units))
    return Allowed(rounding, kink, both.signals.grad_out - rounding.signals.grad_out)


def rounded_away(code: Code, out: Tensor, y: Tensor) -> Tensor:
    """By how much a derivative by hand and by autograd, together, are off from float64 at the same
    predictions: where parts cancel that may be far more than what the result's size tells."""
    pairs = zip(both_ways(code, out, y), both_ways(code, out.double(), y.double()), strict=True)
    off = torch.stack([(narrow.double() - wide).abs() for narrow, wide in pairs]).sum(0)
    # A little more, as the sum is rounded, too.
    return 1.001 * off.nan_to_num(posinf=0.0)


def flat(params: Params) -> list[Tensor]:
    return [p for p in params if p is not None]


def at_place(code: Code, out: float, y: float) -> tuple[float, float]:
    """The derivative by hand and by autograd at one prediction, in float64."""
    by_hand, autograd = both_ways(code, *(torch.full((1, 1), n, dtype=torch.float64) for n in (out, y)))
    return float(by_hand), float(autograd)


class Curve(NamedTuple):
    """A loss and its derivative along the prediction, for one target."""

    y: float
    out: np.ndarray
    size: np.ndarray
    slope: np.ndarray


def curves(code: Code, low: float, high: float, targets: tuple[float, ...]) -> list[Curve]:
    """A loss and its derivative from a lowest to a highest prediction, for some targets, in float64."""
    out = torch.linspace(low, high, 241, dtype=torch.float64).reshape(-1, 1)
    found = []
    for target in targets:
        y = torch.full_like(out, target)
        values = (out, evaluated(code.value, out, y), evaluated(code.derivative, out, y))
        found.append(Curve(target, *(array(value)[0] for value in values)))
    return found


HIDDEN, STEPS, RATE = 16, 400, 0.02
EVERY, RAISED = 8, 5.0
"""Every eighth target of the sine is an outlier, raised by so much."""


class Trained(NamedTuple):
    """What a network fits to a sine with outliers: its data x, y (n,), and the fitted curve along a grid.

    apart: the largest difference that the two trainings, by hand and by autograd, ever have between weights.
    """

    x: np.ndarray
    y: np.ndarray
    grid: np.ndarray
    fit: np.ndarray
    apart: float


def trained(code: Code, seed: int) -> Trained:
    """Both trainings with Adam in float32, from the same start. Raises ProgramError."""
    config = Config(Sine(seed=seed), hidden=HIDDEN, activation="leaky_relu", slope=0.1, seed=seed)
    task = task_of(config, torch.float32)
    task.y[::EVERY] += RAISED
    by_hand, autograd = RecordedProgram(program(code.derivative)), parameters_by_autograd
    one, two = (flatten(task.params) for _ in range(2))
    optimizers, apart = (Adam(RATE), Adam(RATE)), 0.0
    for _ in range(STEPS):
        tasks = [task._replace(params=unflatten(weights, task.params)) for weights in (one, two)]
        optimizers[0].step(one, flatten(by_hand(*tasks[0])[1]))
        optimizers[1].step(two, flatten(autograd(code.value, tasks[1])))
        apart = max(apart, float((one - two).abs().max()))
    grid = torch.linspace(-3, 3, 121).reshape(-1, 1)
    fit = forward(grid, unflatten(one, task.params), task.activation).out
    return Trained(row(task.x), row(task.y), row(grid), row(fit), apart)


WAYS = ("by-hand", "autograd", "by-hand-stable", "autograd-stable")


class Failure(NamedTuple):
    """The prediction nearest to the target at which a way fails, and what it gives instead of what is true.

    way: by hand or autograd, of the loss as it was written or as it was rewritten.
    """

    way: str
    out: float
    found: float
    true: float


REACH, STEPS_PER_UNIT = 120, 4
LARGEST_SLOPE = 1e30
"""Beyond it nobody trains."""


def failures(written: Code, stable: Code, target: float) -> list[Failure]:
    """Ways to get a derivative in float32 that fail somewhere up to REACH from a target, each once.

    To fail is to be no number, or wrong in the third digit, where both rewritten ways agree in float64: at a
    kink they may not, and have both a right to what they take.
    """
    steps = torch.arange(-REACH * STEPS_PER_UNIT, REACH * STEPS_PER_UNIT + 1) / STEPS_PER_UNIT
    out = steps[steps.abs().argsort(stable=True)].reshape(-1, 1) + target
    y = torch.full_like(out, target)
    true, too = both_ways(stable, out.double(), y.double())
    sure = near(too, true) & (true.abs() < LARGEST_SLOPE)
    found = (*both_ways(written, out, y), *both_ways(stable, out, y))
    failed = ((~near(slope, true) & sure).flatten().nonzero().flatten() for slope in found)
    return [
        Failure(way, *(float(values[int(places[0]), 0]) for values in (out, slope, true)))
        for way, slope, places in zip(WAYS, found, failed, strict=True)
        if len(places)
    ]


def both_ways(code: Code, out: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """By hand and autograd."""
    return evaluated(code.derivative, out, y), by_autograd(code.value, out, y)


def near(found: Tensor, true: Tensor) -> Tensor:
    return (found.double() - true).abs() <= 1e-3 * true.abs() + 1e-9


def divided(s: Tensor) -> Tensor:
    return 1.0 / s


def powered(s: Tensor) -> Tensor:
    return s**-1


def product_of_inverse(s: Tensor, inv: Tensor, dinv: Tensor) -> Tensor:  # noqa: ARG001
    return -(inv * inv) * dinv


def power_of_two(s: Tensor, inv: Tensor, dinv: Tensor) -> Tensor:  # noqa: ARG001
    return -(s**-2) * dinv


class Bits(NamedTuple):
    """How many of so many entries of a derivative of 1/s differ from autograd's, by how s was inverted and
    how the derivative was written."""

    inverse: str
    derivative: str
    differ: int
    entries: int


def last_bits(entries: int = 10_000, seed: int = 0) -> list[Bits]:
    """Both ways to write 1/s with both ways to write its derivative, in float32."""
    generator = torch.Generator().manual_seed(seed)
    s = torch.rand(entries, generator=generator) + 0.1
    dinv = torch.randn(entries, generator=generator)
    found = []
    for inverse, written in ((divided, "1.0 / s"), (powered, "s**-1")):
        leaf = s.clone().requires_grad_()
        inv = inverse(leaf)
        (expected,) = torch.autograd.grad(inv, leaf, dinv)
        for slope, line in ((product_of_inverse, "-(inv * inv) * dinv"), (power_of_two, "-(s**-2) * dinv")):
            differ = int((slope(s, inv.detach(), dinv) != expected).sum())
            found.append(Bits(written, line, differ, entries))
    return found


def softmax_signal(out: Tensor, y: Tensor) -> Tensor:
    """The derivative of softmax's cross-entropy by out, for targets y whose rows have the sum 1."""
    exps = out.exp()
    softmax = exps / exps.sum(1, keepdim=True)
    return softmax - y


def shifted_softmax_signal(out: Tensor, y: Tensor) -> Tensor:
    """The same: what is subtracted from a whole row cancels, and then no exponential is above 1."""
    exps = (out - out.amax(1, keepdim=True)).exp()
    softmax = exps / exps.sum(1, keepdim=True)
    return softmax - y


class Softmax(NamedTuple):
    """softmax - y (rows, outputs) on some rows, how far it and its shifted form are from autograd's, and the
    least number that makes each fail when it is added to all predictions, None where none does."""

    signal: np.ndarray
    naive_apart: float
    shifted_apart: float
    naive_fails: float | None
    shifted_fails: float | None


def softmax(rows: int, outputs: int, seed: int) -> Softmax:
    """Softmax with cross-entropy on normal predictions and classes as targets, in float32."""
    generator = torch.Generator().manual_seed(seed)
    out = torch.randn(rows, outputs, generator=generator)
    y = torch.eye(outputs)[torch.arange(rows) % outputs]
    leaf = out.clone().requires_grad_()
    (expected,) = torch.autograd.grad(cross_entropy(leaf, y, reduction="sum"), leaf)
    ways = (softmax_signal, shifted_softmax_signal)
    apart = [float((way(out, y) - expected).abs().max()) for way in ways]
    return Softmax(softmax_signal(out, y).numpy(), *apart, *(first_overflow(way, out, y) for way in ways))


def first_overflow(way: Callable[[Tensor, Tensor], Tensor], out: Tensor, y: Tensor) -> float | None:
    """The least of 1, 2, ... 200 that makes a way fail when it is added to all predictions."""
    return next((float(n) for n in range(1, 201) if not torch.isfinite(way(out + n, y)).all()), None)
