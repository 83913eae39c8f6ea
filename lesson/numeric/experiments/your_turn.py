"""The homework, corrected: a learner's backward pass, line by line, on several networks at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from lesson.numeric import autograd
from lesson.numeric.compare import Verdict, compare
from lesson.numeric.config import Config
from lesson.numeric.from_config import activation_of
from lesson.numeric.network import Task, forward, init_params, loss
from lesson.numeric.program import Program, ProgramError, parse
from lesson.numeric.program.interpreter import Run
from lesson.numeric.program.lines import Line
from lesson.numeric.program.mistakes import EXERCISE, Mistake
from lesson.numeric.rounding import allowance
from lesson.numeric.source import LINES
from lesson.numeric.training.curves import CELLS

LARGEST = (64, 32, 32, 32)
"""A line that is right at these sizes is right at larger ones: the learner's network is cut to them."""

PROBES = ((5, 4, 3, 2), (1, 3, 2, 4), (7, 2, 6, 3))
"""Sizes at which nothing fits by luck."""

OWN_WAY = 8
"""How many times the rounding of the seven lines is allowed, as a line may be written in another way."""

ALIKE = 1e-9
"""Tensors that differ by less than this share of the largest entry are alike."""

PRECISION = 1e-5
"""A difference below this share of the largest entry comes from too few digits, not from a formula."""


@dataclass(frozen=True, eq=False)
class Network:
    """The network at some sizes, to try a program on, float64.

    right and rounding: for each of the seven lines, autograd's values and what rounding may change in them.
    """

    sizes: tuple[int, int, int, int]
    task: Task
    right: Mapping[str, Tensor]
    rounding: Mapping[str, Tensor]


def network(sizes: tuple[int, int, int, int], config: Config, seed: int, silent: bool = False) -> Network:
    """The network at these sizes and random data; silent: its first observation and all biases are zero."""
    batch, inputs, hidden, outputs = sizes
    params = init_params(inputs, hidden, outputs, bias=config.bias, seed=seed, dtype=torch.float64)
    generator = torch.Generator().manual_seed(seed)
    x, y = (torch.randn(batch, n, generator=generator, dtype=torch.float64) for n in (inputs, outputs))
    task = Task(x, y, params, activation_of(config))
    if silent:
        task = silenced(task)
    allowed = allowance(*task, (torch.float64, torch.float64))
    named = {f"grad_{name}": off for name, off in allowed.rounding._asdict().items()}
    return Network(sizes, task, autograd_at_every_line(task), {**named, **allowed.signals._asdict()})


def silenced(task: Task) -> Task:
    """The same with biases and a first observation of zero, whose pre-activations are exactly zero."""
    x, params = task.x.clone(), task.params
    x[0] = 0
    if params.b1 is not None and params.b2 is not None:
        params = params._replace(b1=torch.zeros_like(params.b1), b2=torch.zeros_like(params.b2))
    return task._replace(x=x, params=params)


def autograd_at_every_line(task: Task) -> dict[str, Tensor]:
    """What autograd says that each of the seven lines has to be; without bias there are five."""
    x, y, params, activation = task
    leaves = autograd.leaves_of(params)
    trace = forward(x, leaves, activation)
    tensors = {**leaves._asdict(), **trace._asdict()}
    asked = {name: tensors[name.removeprefix("grad_")] for name in LINES}
    there = {name: tensor for name, tensor in asked.items() if tensor is not None}
    return dict(zip(there, torch.autograd.grad(loss(trace.out, y), tuple(there.values())), strict=True))


@lru_cache(maxsize=32)
def networks(
    sizes: tuple[int, int, int, int], bias: bool, activation: str, slope: float, seed: int
) -> tuple[Network, tuple[Network, ...], Network]:
    """The learner's own network, the probes beside it, and one with units on the kink."""
    config = Config(bias=bias, activation=activation, slope=slope)
    batch, inputs, hidden, outputs = (min(size, most) for size, most in zip(sizes, LARGEST, strict=True))
    own = network((batch, inputs, hidden, outputs), config, seed)
    probes = tuple(network(probe, config, seed + number) for number, probe in enumerate(PROBES, start=1))
    return own, probes, network(PROBES[0], config, seed, silent=True)


@dataclass(frozen=True, eq=False)
class Judged:
    """One value beside autograd's: its difference where the shapes agree, and the verdict."""

    shape: tuple[int, ...]
    needed: tuple[int, ...]
    verdict: Verdict
    difference: np.ndarray | None

    @property
    def largest(self) -> float:
        return float(np.abs(self.difference).max()) if self.difference is not None else np.inf

    @property
    def cell(self) -> tuple[int, int]:
        """Row and column of the largest difference, from 1."""
        assert self.difference is not None
        row, column = np.unravel_index(np.argmax(np.abs(self.difference)), self.difference.shape)
        return int(row) + 1, int(column) + 1

    @property
    def around(self) -> tuple[int, int]:
        """The first row and column, from 0, of the CELLS by CELLS cells around the largest difference."""
        row, column = (
            max(0, min(number - 1 - CELLS // 2, size - CELLS))
            for number, size in zip(self.cell, self.needed, strict=True)
        )
        return row, column


@dataclass(frozen=True, eq=False)
class Answer:
    """What became of one of the seven lines.

    needed: its shape. line: the number of the line that writes it, None where none does. alias: another name
    that has its value. judged: on the learner's own network, None where the program did not come so far.
    elsewhere: the sizes of a network on which it is wrong though it is right here.
    mistake: the known mistake that gives the same numbers; factor: the constant by which all are off.
    at_kink: whether it is wrong only where a pre-activation is exactly zero.
    """

    name: str
    needed: tuple[int, ...]
    line: int | None = None
    alias: str = ""
    judged: Judged | None = None
    elsewhere: tuple[int, ...] = ()
    mistake: str = ""
    factor: float = 1.0
    at_kink: bool = False

    @property
    def right(self) -> bool:
        return bool(
            self.alias or (self.judged and self.judged.verdict <= Verdict.ROUNDING and not self.elsewhere)
        )


@dataclass(frozen=True, eq=False)
class Corrected:
    """A program, corrected: an answer for each line, in their order; error: where it stopped.

    solved: whether every gradient that a training needs is right on every network.
    """

    answers: Mapping[str, Answer]
    solved: bool
    error: ProgramError | None = None

    @property
    def next(self) -> Answer | None:
        """The first line to work on; a solved program may have left some out."""
        wrong = (answer for answer in self.answers.values() if not answer.right)
        return None if self.solved else next(wrong, None)


def correct(text: str, config: Config) -> Corrected:
    """Judge a program line by line; each line finds above it what should be there."""
    own, probes, kink = networks(config.sizes, config.bias, config.activation, config.slope, config.seed)
    program, error = readable(text)
    passes = [Pass(program, each) for each in (own, *probes)]
    on_kink = Pass(program, kink)
    answers = {name: answer(name, passes, on_kink) for name in own.right}
    solved = not error and all(solves(program, each) for each in (own, *probes))
    return Corrected(answers, solved, error or passes[0].error)


def solves(program: Program, network: Network) -> bool:
    """Whether a program by itself, nothing put right for it, computes the gradients of a network."""
    try:
        gradients = program.gradients(*network.task)
    except ProgramError:
        return False
    named = {f"grad_{name}": gradient for name, gradient in gradients._asdict().items()}
    return all(
        judge(gradient, network, name).verdict <= Verdict.ROUNDING
        for name, gradient in named.items()
        if gradient is not None
    )


def readable(text: str) -> tuple[Program, ProgramError | None]:
    """As many lines from the top as can be read, and what is wrong with the next."""
    try:
        return parse(text), None
    except ProgramError as error:
        above = "\n".join(text.splitlines()[: error.line - 1])
        return (readable(above)[0] if above.strip() else parse("")), error


@dataclass(eq=False)
class Pass:
    """A program carried out on one network, and what each of the seven lines was right after its own line."""

    program: Program
    network: Network
    values: dict[str, object] = field(default_factory=dict)
    too_early: set[str] = field(default_factory=set)
    """Names made of something of the network's after it had been changed."""

    aliases: dict[str, set[tuple[int, str]]] = field(default_factory=dict)
    error: ProgramError | None = None

    def __post_init__(self) -> None:
        try:
            self.go()
        except ProgramError as error:
            self.error = error

    def go(self) -> None:
        run = self.program.start(*self.network.task)
        given = {name: value.clone() for name, value in run.names.items() if isinstance(value, Tensor)}
        for line in self.program.lines:
            used = {name: run.names[name] for name in line.uses & given.keys()}
            if any(isinstance(v, Tensor) and not torch.equal(v, given[name]) for name, v in used.items()):
                self.too_early.add(line.target)
            line.act(run)
            self.note(line, run)
            run.forget(line.over)

    def note(self, line: Line, run: Run) -> None:
        """Keep the value of one of the seven lines, or see under which other name one is there."""
        name, value = line.target, run.names[line.target]
        if name not in self.network.right:
            self.look_for_aliases(line.number, name, value)
            return
        self.values[name] = value.clone() if isinstance(value, Tensor) else value
        if line is self.program.last_line(name):
            # What stands below is judged by itself.
            run.names[name] = self.network.right[name].clone()

    def defined(self, name: str) -> bool:
        return any(line.target == name for line in self.program.lines)

    def look_for_aliases(self, line: int, target: str, value: object) -> None:
        for name in self.network.right:
            if not self.defined(name) and judge(value, self.network, name).verdict <= Verdict.ROUNDING:
                self.aliases.setdefault(name, set()).add((line, target))


def judge(value: object, network: Network, name: str) -> Judged:
    """Judge a value beside autograd's; a row may lack its dimension of 1."""
    right, rounding = network.right[name], network.rounding[name]
    needed = tuple(right.shape)
    if not isinstance(value, Tensor):
        return Judged((), needed, Verdict.DIFFERENT, None)
    shape = tuple(value.shape)
    if shape != needed and (1, *shape) != needed:
        return Judged(shape, needed, Verdict.DIFFERENT, None)
    value = value.detach().double().view(needed)
    flat = (tensor.reshape(1, -1).numpy() for tensor in (value, right, OWN_WAY * rounding))
    verdict = Verdict(int(compare(*flat).verdict[0]))
    return Judged(shape, needed, verdict, (value - right).numpy())


def answer(name: str, passes: list[Pass], on_kink: Pass) -> Answer:
    """What became of a line. The first of the passes is over the learner's own network."""
    own = passes[0]
    if name not in own.values:
        return missing(name, passes)
    judged = [judge(p.values.get(name), p.network, name) for p in passes]
    wrong = [p for p, j in zip(passes, judged, strict=True) if j.verdict > Verdict.ROUNDING]
    kink = not wrong and judge(on_kink.values.get(name), on_kink.network, name).verdict > Verdict.ROUNDING
    return Answer(
        name,
        judged[0].needed,
        own.program.last_line(name).number,
        judged=judged[0],
        elsewhere=wrong[0].network.sizes if wrong and wrong[0] is not own else (),
        mistake=mistake(name, wrong, passes) if wrong else "",
        factor=factor(name, wrong[0]) if wrong else 1.0,
        at_kink=kink,
    )


def missing(name: str, passes: list[Pass]) -> Answer:
    """The answer for a line that was not reached or not written, or has another name in every pass."""
    own = passes[0]
    everywhere = set.intersection(*(p.aliases.get(name, set()) for p in passes))
    line, alias = min(everywhere, default=(None, ""))
    if own.defined(name):
        line = own.program.last_line(name).number
    return Answer(name, tuple(own.network.right[name].shape), line, alias)


def mistake(name: str, wrong: list[Pass], passes: list[Pass]) -> str:
    """The name of the known mistake that explains a wrong line, "" where none does."""
    if any(name in p.too_early for p in passes):
        return "too-early"
    tried = [p for p in passes if isinstance(p.values.get(name), Tensor)]
    for known in EXERCISE.get(name, ()):
        if tried and all(alike(p.values[name], value_of(known, name, p.network)) for p in tried):
            return known.name
    if wrong and isinstance(value := wrong[0].values.get(name), Tensor):
        judged = judge(value, wrong[0].network, name)
        if judged.largest <= PRECISION * float(wrong[0].network.right[name].abs().max()):
            return "precision"
    return ""


def value_of(known: Mistake, name: str, network: Network) -> object:
    """What a line with this mistake makes of what is right above it, None where it cannot run."""
    program = parsed(known.lines[name])
    run = program.start(*network.task)
    run.names.update(network.right)
    try:
        for line in program.lines:
            line.act(run)
    except ProgramError:
        return None
    return run.names[name]


parsed = lru_cache(maxsize=64)(parse)


def alike(one: object, two: object) -> bool:
    """Whether two tensors have one shape and the same numbers, but for rounding."""
    if not (isinstance(one, Tensor) and isinstance(two, Tensor)) or one.shape != two.shape:
        return False
    scale = float(two.double().abs().max()) or 1.0
    return bool(((one.double() - two.double()).abs() <= ALIKE * scale).all())


def factor(name: str, wrong: Pass) -> float:
    """The number by which every entry is off, 1 where no number is."""
    value, right = wrong.values.get(name), wrong.network.right[name]
    if not isinstance(value, Tensor) or value.shape != right.shape:
        return 1.0
    ratio = float((value.double() * right).sum() / right.square().sum())
    return ratio if ratio and alike(value, ratio * right) else 1.0
