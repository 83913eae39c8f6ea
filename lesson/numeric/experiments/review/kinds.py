"""The kinds of computed questions. The same kind and seed give the same question, in any process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from random import Random

import numpy as np
import torch
from torch import Tensor

from lesson.numeric import by_hand
from lesson.numeric.compare import Verdict
from lesson.numeric.experiments.review import snippets
from lesson.numeric.experiments.review.networks import (
    Values,
    code_of,
    network,
    shown,
    tempting,
    values_of,
    working,
    working_beside,
)
from lesson.numeric.experiments.review.question import Generated, shape_of, written, written_shape
from lesson.numeric.network import Task
from lesson.numeric.optimizers import BY_HAND, MOMENTUM
from lesson.numeric.program import parse
from lesson.numeric.program.mistakes import COLLECTION
from lesson.numeric.snippet import Ran, run, source_of
from lesson.numeric.source import LINES, line_of

EASY, LARGEST = 9, 40
"""What is given, and what is asked for, is no larger than this."""


def generated(kind: str, seed: int) -> Generated:
    """Draw a question of one of the KINDS."""
    return KINDS[kind](Random(f"{kind} {seed}"))


def broadcast(random: Random) -> Generated:
    """The shape of a difference, after broadcasting."""
    rows, columns = random.sample(range(2, 8), 2)
    shapes = random.choice(
        [
            ((rows, 1), (columns,)),
            ((rows, columns), (columns,)),
            ((rows, 1), (1, columns)),
            ((1, rows), (columns, 1)),
        ]
    )
    working = run(snippets.broadcast, *map(torch.zeros, shapes))
    facts = dict(zip(("out", "y"), (" × ".join(map(str, shape)) for shape in shapes), strict=True))
    sides = shape_of(working.output)
    assert sides is not None
    return Generated("broadcast", written_shape(sides), working, facts)


def paths(random: Random) -> Generated:
    """How many paths lead from a weight to the loss."""
    batch, inputs, hidden, outputs = random.sample(range(2, 7), 4)
    name = random.choice(("w1", "b1", "w2", "b2"))
    sizes = {"batch": batch, "inputs": inputs, "hidden": hidden, "outputs": outputs}
    working = run(snippets.paths, *sizes.values(), name)
    facts = {size: str(number) for size, number in sizes.items()} | {"name": name}
    return Generated("paths", written(float(working.output)), working, facts)


def shape(random: Random) -> Generated:
    """The shape of what one of the seven lines makes."""
    sizes = random.sample(range(2, 10), 4)
    name = random.choice(LINES)
    values = values_of(network(random, (sizes[0], sizes[1], sizes[2], sizes[3])))
    (line,) = parse(line_of(name)).lines
    taken = [n for n in values if n in line.uses]
    shapes = {n: written_shape(tuple(values[n].shape)) for n in (*taken, name)}
    made = Ran(line_of(name), "\n".join(f"{n}: {sides}" for n, sides in shapes.items()), "")
    facts = dict(zip(("batch", "inputs", "hidden", "outputs"), map(str, sizes), strict=True))
    return Generated("shape", shapes[name], made, {**facts, "name": name})


def weight(random: Random) -> Generated:
    """A cell of a weight's gradient: a sum over the batch of products."""
    parameter, taken = random.choice((("w1", ("x", "grad_h")), ("w2", ("a", "grad_out"))))
    name = f"grad_{parameter}"
    for task, values in steps(random, (3, 2, 2, 2), *taken):
        place = cell(random, values[name])
        right = at(getattr(by_hand.gradients(*task), parameter), place)
        if 0 < abs(right) <= LARGEST:
            made, wrong = working(values, name), tempting(task, place, name)
            return asked("weight", right, made, place, shown(values, *taken), wrong, name=name)
    raise AssertionError


def gate(random: Random) -> Generated:
    """A cell of grad_h, behind an open gate, a closed or damping one, or on the kink."""
    slope, side = random.choice((0.0, 0.5)), random.choice((-1, 0, 1))
    for task, values in steps(random, (1, 2, 3, 1), "h", "grad_a", slope=slope):
        place = cell(random, values["h"])
        if values["h"].sign()[place] == side and values["grad_a"][place] != 0:
            given = shown(values, "h", "grad_a")
            right, wrong = at(values["grad_h"], place), tempting(task, place, "grad_h")
            return asked("gate", right, working(values, "grad_h"), place, given, wrong, slope=written(slope))
    raise AssertionError


def grad_b1(random: Random) -> Generated:
    """A cell of grad_b1, from the prediction on."""
    for task, values in steps(random, (2, 2, 2, 1), "h", "w2", "out", "y"):
        place = cell(random, values["grad_b1"])
        gradient = by_hand.gradients(*task).b1
        assert gradient is not None
        right = at(gradient, place)
        if 0 < abs(right) <= LARGEST and (values["h"] <= 0).any():
            given, lines = shown(values, "h", "w2", "out", "y"), ("grad_out", "grad_a", "grad_h", "grad_b1")
            made, wrong = working(values, *lines), tempting(task, place, *lines)
            return asked("grad-b1", right, made, place, given, wrong)
    raise AssertionError


def accumulated(random: Random) -> Generated:
    """What .grad holds after two backward passes, if nothing sets it to zero."""
    start = random.choice((-1, 1, 2))
    observations = [(random.choice((1, 2, 3)), random.randint(-3, 3)) for _ in range(2)]
    working = run(snippets.accumulated, float(start), observations)
    pairs = {
        f"{name}{i}": str(v)
        for i, pair in enumerate(observations, 1)
        for name, v in zip("xy", pair, strict=True)
    }
    return Generated("accumulated", last_number(working), working, {"start": str(start), **pairs})


def momentum(random: Random) -> Generated:
    """A weight after two steps with momentum."""
    start, rate = random.randint(-5, 5), random.choice((0.1, 1))
    gradients = [random.choice((-2, -1, 1, 2)) * 10, random.choice((-2, -1, 0, 1, 2)) * 10]
    working = stepped(start, "momentum", rate, gradients)
    facts = {
        "start": str(start),
        "rate": written(rate),
        "first": str(gradients[0]),
        "second": str(gradients[1]),
        "momentum": written(MOMENTUM),
    }
    return Generated("momentum", last_number(working), working, facts)


def adam(random: Random) -> Generated:
    """A weight after some steps of Adam with a gradient that stays the same."""
    start, rate = random.randint(-5, 5), random.choice((0.1, 0.5, 1))
    gradient, steps = random.choice((-100, -20, -3, 0.5, 4, 30, 200)), random.randint(1, 3)
    working = stepped(start, "adam", rate, [gradient] * steps)
    facts = {"start": str(start), "rate": written(rate), "gradient": written(gradient), "steps": str(steps)}
    return Generated("adam", last_number(working), working, facts)


def stepped(start: float, rule: str, rate: float, gradients: Sequence[float]) -> Ran:
    """A weight after each step of an update rule, below the rule's code."""
    ran = run(snippets.steps_of, start, BY_HAND[rule](rate), gradients)
    source: type = BY_HAND[rule]
    return replace(ran, code=f"{source_of(source)}\n\n{ran.code}")


VERDICTS = tuple(verdict.word for verdict in (Verdict.IDENTICAL, Verdict.ROUNDING, Verdict.DIFFERENT))


def verdict(random: Random) -> Generated:
    """What the difference of two gradients is put down to."""
    one, sign = random.randint(2, 40), random.choice((-1, 1))
    small, large = sorted(random.sample(range(1, 10), 2))
    apart, allowed = random.choice(((0, small), (small, large), (large, small)))
    other = one + sign * apart / 1e6
    working = run(snippets.verdict, one, other, allowed / 1e6)
    facts = {"one": f"{one:.6f}", "other": f"{other:.6f}", "allowed": f"{allowed / 1e6:.6f}"}
    return Generated("verdict", working.output.splitlines()[-1], working, facts, options=VERDICTS)


SEEN_BY_GRAD_B1 = {"no-mask": ("h", "grad_a"), "mask-of-signal": ("h", "grad_a"), "mean": ("grad_h",)}
"""Mistakes that a cell of grad_b1 shows, and what one needs to see by how much."""


def mistake(random: Random) -> Generated:
    """By how much a wrong line puts a cell of grad_b1 off."""
    name, given = random.choice(list(SEEN_BY_GRAD_B1.items()))
    known = next(mistake for mistake in COLLECTION if mistake.name == name)
    for task, values in steps(random, (2, 2, 2, 1), "h", "grad_a"):
        mistaken = values_of(task, known.text)
        place = cell(random, values["grad_b1"])
        off = at(mistaken["grad_b1"] - values["grad_b1"], place)
        if 0 < abs(off) <= LARGEST:
            made = working_beside(values, mistaken, known, "grad_h", "grad_b1")
            return asked("mistake", off, made, place, shown(values, *given), {}, line=code_of(known))
    raise AssertionError


LOSSES: dict[str, Callable[[Tensor], Tensor]] = {
    "(o - y)**2": lambda residual: residual**2,
    "abs(o - y)": lambda residual: residual.abs(),
    "(o - y)**4/4": lambda residual: residual**4 / 4,
}
"""Losses of one prediction, by their text."""


def pull(random: Random) -> Generated:
    """What grad_out holds for one prediction and some loss."""
    text, loss = random.choice(list(LOSSES.items()))
    out, residual = random.randint(-EASY, EASY), random.choice((-4, -3, -2, -1, 1, 2, 3, 4))
    working = run(snippets.pull, loss, float(out), float(out - residual))
    facts = {"loss": text, "out": str(out), "y": str(out - residual)}
    return Generated("pull", last_number(working), working, facts)


def silent(random: Random) -> Generated:
    """How many units are silent at all observations."""
    values = next(values for _, values in steps(random, (3, 2, 4, 1), "h"))
    working = run(snippets.silent, values["h"])
    return Generated("silent", last_number(working), working, given=shown(values, "h"))


KINDS: dict[str, Callable[[Random], Generated]] = {
    "broadcast": broadcast,
    "paths": paths,
    "shape": shape,
    "weight": weight,
    "gate": gate,
    "grad-b1": grad_b1,
    "accumulated": accumulated,
    "momentum": momentum,
    "adam": adam,
    "verdict": verdict,
    "mistake": mistake,
    "pull": pull,
    "silent": silent,
}


def steps(
    random: Random, sizes: tuple[int, int, int, int], *given: str, slope: float = 0.0
) -> Iterator[tuple[Task, Values]]:
    """Networks, and all that a step makes of them, of which what is given is easy to compute with."""
    while True:
        task = network(random, sizes, slope)
        values = values_of(task)
        if all(values[name].abs().max() <= EASY for name in given):
            yield task, values


def cell(random: Random, matrix: Tensor) -> tuple[int, int]:
    rows, columns = matrix.shape
    return random.randrange(rows), random.randrange(columns)


def at(matrix: Tensor, place: tuple[int, int]) -> float:
    return float(matrix[place])


def asked(
    kind: str,
    right: float,
    working: Ran,
    place: tuple[int, int],
    given: Mapping[str, np.ndarray],
    tempting: Mapping[str, str],
    **facts: str,
) -> Generated:
    """A question for one cell of a matrix; rows and columns are counted from 1, as in pictures."""
    row, column = (str(index + 1) for index in place)
    facts = {**facts, "row": row, "column": column}
    return Generated(kind, written(right), working, facts, given, tempting=tempting)


def last_number(working: Ran) -> str:
    return written(float(working.output.splitlines()[-1]))
