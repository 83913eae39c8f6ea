"""Four witnesses against a mistake: shapes, the loss curve, finite differences, autograd."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from lesson.numeric import autograd
from lesson.numeric.compare import Comparison, Verdict, compare, worst
from lesson.numeric.config import Config
from lesson.numeric.data import Normal
from lesson.numeric.experiments.your_turn import LARGEST, silenced
from lesson.numeric.finite import finite_differences
from lesson.numeric.from_config import task_of
from lesson.numeric.network import Params, Task, forward, loss
from lesson.numeric.program import Program, gradient_names, parse
from lesson.numeric.program.interpreter import Value
from lesson.numeric.program.mistakes import COLLECTION
from lesson.numeric.rounding import allowance
from lesson.numeric.source import seven_lines

Witness = Literal["shapes", "loss", "finite", "autograd"]
WITNESSES: tuple[Witness, ...] = ("shapes", "loss", "finite", "autograd")

STEPS = 400
LOOKS = 20
"""At so many steps, evenly spaced, and at the first two, the gradients are compared."""

GRADIENTS = tuple(f"grad_{name}" for name in Params._fields)
DOUBLE = (torch.float64, torch.float64)


@dataclass(frozen=True, eq=False)
class Training:
    """A training with given lines: losses (K,), and weights and gradients at some of its steps.

    complaint: what torch said when an update did not fit, in which case there is no step at all.
    """

    losses: np.ndarray
    looks: Mapping[int, tuple[Params, Params]]
    complaint: str = ""


@dataclass(frozen=True, eq=False)
class Testimony:
    """What each witness saw of a mistake.

    losses: with the right lines and with the mistaken ones. steps: those that autograd looked at, and
    autograd its comparisons there for each parameter; finite the same at the first two and the last; both
    are empty where a shape does not fit, and complaint is what torch said then.
    """

    losses: Mapping[str, np.ndarray]
    steps: np.ndarray
    finite: Mapping[str, Comparison]
    autograd: Mapping[str, Comparison]
    complaint: str

    @property
    def noticed(self) -> dict[Witness, bool]:
        """Whether each witness noticed the mistake, by what it saw alone."""
        if self.complaint:
            return {"shapes": True, "loss": False, "finite": True, "autograd": True}
        mistaken = self.losses["mistaken"]
        return {
            "shapes": False,
            "loss": not (np.isfinite(mistaken[-1]) and mistaken[-1] < mistaken[0]),
            # On a kink, finite differences disagree with the right lines too.
            "finite": worst(self.finite) == Verdict.DIFFERENT,
            "autograd": worst(self.autograd) > Verdict.ROUNDING,
        }

    @property
    def first(self) -> int | None:
        """The first step looked at where autograd found another gradient."""
        found = np.max([c.verdict for c in self.autograd.values()], axis=0) > Verdict.ROUNDING
        return int(self.steps[np.argmax(found)]) if found.any() else None

    @property
    def largest(self) -> dict[str, float]:
        """The largest relative difference that either comparing witness saw and no kink explains."""
        return {"finite": largest_of(self.finite, kink=False), "autograd": largest_relative(self.autograd)}

    @property
    def at_kink(self) -> float:
        """The largest relative difference to finite differences that a kink explains, 0 where none does."""
        return largest_of(self.finite, kink=True)


def largest_of(compared: Mapping[str, Comparison], kink: bool) -> float:
    """The largest relative difference among those that a kink explains, or among the others."""
    if not compared:
        return 0.0 if kink else np.inf
    chosen = [c.relative[(c.verdict == Verdict.KINK) == kink] for c in compared.values()]
    return float(np.concatenate(chosen).max(initial=0.0))


def largest_relative(compared: Mapping[str, Comparison]) -> float:
    return max((float(c.relative.max()) for c in compared.values()), default=np.inf)


def cut(config: Config) -> Config:
    """The learner's network at the sizes at which mistakes are studied, on normal data."""
    rows, inputs, hidden, outputs = (
        min(size, most) for size, most in zip(config.sizes, LARGEST, strict=True)
    )
    return replace(config, source=Normal(rows, inputs, outputs, config.seed), hidden=hidden)


def testify(name: str, config: Config, on_kink: bool) -> Testimony:
    """Train with the mistake of this name and let the four witnesses look.

    on_kink: the first observation and all biases are zero at the start, so that its units are at h = 0.
    """
    config = cut(config)
    mistaken = next(known for known in COLLECTION if known.name == name)
    task = start_on(config, on_kink)
    right = trained(parse(seven_lines()), task, config.learning_rate)
    found = trained(parse(mistaken.text), task, config.learning_rate)
    losses = {"right": right.losses, "mistaken": found.losses}
    if found.complaint:
        return Testimony(losses, np.array([0]), {}, {}, found.complaint)
    looks = list(found.looks.values())
    # Finite differences cost a forward pass for each weight: at the first two steps and the last.
    by_finite = [beside_finite_differences(task, *look) for look in (*looks[:2], looks[-1])]
    by_autograd = [beside_autograd(task, *look) for look in looks]
    return Testimony(losses, np.array(list(found.looks)), joined(by_finite), joined(by_autograd), "")


def start_on(config: Config, on_kink: bool) -> Task:
    """The start, float64; on_kink: with its first observation and all biases at zero."""
    task = task_of(config, torch.float64)
    return silenced(task) if on_kink else task


def trained(program: Program, task: Task, rate: float) -> Training:
    """Gradient descent as one writes it: whatever torch lets pass, passes.

    The gradients of the step before are there under their names, as .grad is.
    """
    x, y, start, activation = task
    params = start.map(Tensor.clone)
    # The lines add up a bias's gradient also where there is no bias.
    rows = (params.w1[:1], params.w2[:1])
    left: dict[str, Value] = dict(
        zip(GRADIENTS, map(torch.zeros_like, (params.w1, rows[0], params.w2, rows[1])), strict=True)
    )
    looks = {0, 1, *np.linspace(0, STEPS - 1, LOOKS).astype(int).tolist()}
    losses, seen = [], {}
    for step in range(STEPS):
        run = program.start(x, y, params, activation)
        run.names.update(left)
        for line in program.lines:
            line.act(run)
        left = {name: run.names[name] for name in GRADIENTS}
        before = params.map(Tensor.clone)
        losses.append(float(loss(forward(x, params, activation).out, y)))
        try:
            gradients = stretched([left[name] for name in gradient_names(params)], params)
        except RuntimeError as error:
            return Training(np.array([]), {}, str(error).splitlines()[0])
        if step in looks:
            seen[step] = (before, gradients)
        params = Params(*(p if p is None else p - rate * g for p, g in zip(params, gradients, strict=True)))  # type: ignore[operator, arg-type]
        if not np.isfinite(losses[-1]):
            break
    return Training(np.array(losses), seen)


def stretched(values: Sequence[Value], params: Params) -> Params:
    """Each value in the shape of its parameter, by torch's broadcasting. Raises torch's RuntimeError."""
    given = iter(values)
    return params.map(lambda p: torch.zeros_like(p).add_(next(given)))  # type: ignore[arg-type]


def beside_autograd(task: Task, params: Params, gradients: Params) -> dict[str, Comparison]:
    x, y, _, activation = task
    allowed = allowance(x, y, params, activation, DOUBLE)
    right = autograd.gradients(x, y, params, activation)
    return compared(gradients, right, allowed.rounding, allowed.kink)


def beside_finite_differences(task: Task, params: Params, gradients: Params) -> dict[str, Comparison]:
    x, y, _, activation = task
    rounding = allowance(x, y, params, activation, DOUBLE).rounding
    found = finite_differences(x, y, params, activation)
    off = Params(*(None if r is None else r + e for r, e in zip(rounding, found.error, strict=True)))  # type: ignore[operator, arg-type]
    # Where the two steps saw different sides of a kink, any quotient in between is explained.
    kink = found.crossed.map(lambda crossed: torch.where(crossed > 0, torch.inf, 0.0))
    return compared(gradients, found.gradients, off, kink)


def compared(one: Params, two: Params, rounding: Params, kink: Params) -> dict[str, Comparison]:
    return {
        name: compare(*(t.reshape(1, -1).double().numpy() for t in tensors if t is not None))
        for name, *tensors in zip(Params._fields, one, two, rounding, kink, strict=True)
        if one._asdict()[name] is not None
    }


def joined(parts: list[dict[str, Comparison]]) -> dict[str, Comparison]:
    return {name: Comparison.joined([part[name] for part in parts]) for name in parts[0]}
