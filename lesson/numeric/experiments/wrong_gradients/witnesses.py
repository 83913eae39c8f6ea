"""Four witnesses against a mistake: shapes, the loss curve, finite differences, autograd."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import torch

from lesson.numeric import autograd
from lesson.numeric.compare import Comparison, Verdict, worst
from lesson.numeric.config import Config
from lesson.numeric.data import Normal
from lesson.numeric.experiments.your_turn import LARGEST, silenced
from lesson.numeric.finite import finite_differences
from lesson.numeric.from_config import task_of
from lesson.numeric.network import Params, Task, forward, loss
from lesson.numeric.program import Program, gradient_names, parse
from lesson.numeric.program.interpreter import Value
from lesson.numeric.program.mistakes import COLLECTION
from lesson.numeric.rounding import allowance, compared
from lesson.numeric.source import seven_lines

Witness = Literal["shapes", "loss", "finite", "autograd"]
WITNESSES: tuple[Witness, ...] = ("shapes", "loss", "finite", "autograd")

STEPS = 400
LOOKS = 20
"""The gradients are compared at this many steps, evenly spaced, and at the first two."""

GRADIENTS = tuple(f"grad_{name}" for name in Params._fields)


@dataclass(frozen=True, eq=False)
class Training:
    """A training with given lines: losses (K,), and looks, the weights and gradients at some of its steps.

    complaint: what torch said where an update did not fit; then there is no step at all.
    """

    losses: np.ndarray
    looks: Mapping[int, tuple[Params, Params]]
    complaint: str = ""


@dataclass(frozen=True, eq=False)
class Testimony:
    """What each witness saw of a mistake.

    losses: with the "right" lines and with the "mistaken" ones, (K,) each. steps: those that autograd looked
    at; autograd: its comparisons there, by parameter; finite: the same at the first two and the last.
    Both are empty where a shape does not fit; complaint is what torch said then.
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
        """The first step looked at where autograd has another gradient."""
        noticed = np.max([c.verdict for c in self.autograd.values()], axis=0) > Verdict.ROUNDING
        return int(self.steps[np.argmax(noticed)]) if noticed.any() else None

    @property
    def largest(self) -> dict[str, float]:
        """The largest relative difference that either comparing witness saw and no kink explains."""
        return {"finite": largest_of(self.finite, kink=False), "autograd": largest_relative(self.autograd)}

    @property
    def by_gradient(self) -> dict[str, dict[str, float]]:
        """The same for each gradient by its name; none where a shape does not fit."""
        return {
            "finite": {f"grad_{p}": largest_of({p: c}, kink=False) for p, c in self.finite.items()},
            "autograd": {f"grad_{p}": largest_relative({p: c}) for p, c in self.autograd.items()},
        }

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
    mistake = next(known for known in COLLECTION if known.name == name)
    return testify_against(mistake.text, config, on_kink)


def testify_against(lines: str, config: Config, on_kink: bool) -> Testimony:
    """The same for whatever lines. Raises ProgramError where they cannot be read or run."""
    config = cut(config)
    task = start_on(config, on_kink)
    right, mistaken = (trained(parse(text), task, config.learning_rate) for text in (seven_lines(), lines))
    losses = {"right": right.losses, "mistaken": mistaken.losses}
    if mistaken.complaint:
        return Testimony(losses, np.array([0]), {}, {}, mistaken.complaint)
    looks = [(task._replace(params=params), gradients) for params, gradients in mistaken.looks.values()]
    # Finite differences cost a forward pass for each weight: at the first two steps and the last.
    by_finite = [finite_differences(*at).compare(at, seen) for at, seen in (*looks[:2], looks[-1])]
    by_autograd = [beside_autograd(at, seen) for at, seen in looks]
    return Testimony(losses, np.array(list(mistaken.looks)), joined(by_finite), joined(by_autograd), "")


def start_on(config: Config, on_kink: bool) -> Task:
    """The start, float64; on_kink: with its first observation and all biases at zero."""
    task = task_of(config, torch.float64)
    return silenced(task) if on_kink else task


def trained(program: Program, task: Task, rate: float) -> Training:
    """Gradient descent as one writes it: whatever torch lets pass, passes."""
    left = zero_gradients(task.params)
    looks = {0, 1, *np.linspace(0, STEPS - 1, LOOKS).astype(int).tolist()}
    losses, seen = [], {}
    for step in range(STEPS):
        left = values_of(program, task, left)
        try:
            gradients = stretched([left[name] for name in gradient_names(task.params)], task.params)
        except RuntimeError as error:
            return Training(np.array([]), {}, str(error).splitlines()[0])
        if step in looks:
            seen[step] = (task.params, gradients)
        losses.append(float(loss(forward(task.x, task.params, task.activation).out, task.y)))
        if not np.isfinite(losses[-1]):
            break
        task = task._replace(params=moved(task.params, gradients, rate))
    return Training(np.array(losses), seen)


def zero_gradients(params: Params) -> dict[str, Value]:
    # The lines add up a bias's gradient also where there is no bias.
    like = (params.w1, params.w1[:1], params.w2, params.w2[:1])
    return dict(zip(GRADIENTS, map(torch.zeros_like, like), strict=True))


def values_of(program: Program, task: Task, left: Mapping[str, Value]) -> dict[str, Value]:
    """What the lines leave under the gradients' names, where, as in .grad, the step before left its own."""
    run = program.start(*task)
    run.names.update(left)
    for line in program.lines:
        line.act(run)
    return {name: run.names[name] for name in GRADIENTS}


def stretched(values: Sequence[Value], params: Params) -> Params:
    """Each value in the shape of its parameter, by torch's broadcasting. Raises torch's RuntimeError."""
    given = iter(values)
    return params.map(lambda p: torch.zeros_like(p).add_(next(given)))  # type: ignore[arg-type]


def moved(params: Params, gradients: Params, rate: float) -> Params:
    """The parameters after one step down the gradients."""
    moves = iter([rate * gradient for gradient in gradients if gradient is not None])
    return params.map(lambda p: p - next(moves))


def beside_autograd(task: Task, gradients: Params) -> dict[str, Comparison]:
    allowed = allowance(*task, (torch.float64, torch.float64))
    return compared(gradients, autograd.gradients(*task), allowed.rounding, allowed.kink)


def joined(parts: list[dict[str, Comparison]]) -> dict[str, Comparison]:
    return {name: Comparison.joined([part[name] for part in parts]) for name in parts[0]}
