"""Networks with small whole numbers, and what the seven lines make of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from random import Random

import numpy as np
import torch
from torch import Tensor

from lesson.numeric.experiments.review.question import written
from lesson.numeric.network import Activation, Params, Task, forward
from lesson.numeric.program import Program, ProgramError, parse
from lesson.numeric.program.mistakes import EXERCISE, Mistake
from lesson.numeric.snippet import Ran
from lesson.numeric.source import line_of, seven_lines

Values = dict[str, Tensor]
"""All that a step has, by the name that the code has for it."""

WEIGHTS, INPUTS, RESIDUALS = (-2, -1, 1, 2), (-1, 0, 1, 2), (-3, -2, -1, 1, 2, 3)


def whole(random: Random, rows: int, columns: int, among: Sequence[int]) -> Tensor:
    """A matrix of whole numbers (rows, columns), float64: in it they are exact."""
    cells = [[random.choice(among) for _ in range(columns)] for _ in range(rows)]
    return torch.tensor(cells, dtype=torch.float64)


def network(random: Random, sizes: tuple[int, int, int, int], slope: float = 0.0) -> Task:
    """A network of sizes (batch, inputs, hidden, outputs), with ReLU or the slope of a LeakyReLU, whose
    predictions are off by a few whole numbers."""
    batch, inputs, hidden, outputs = sizes
    params = Params(
        whole(random, inputs, hidden, WEIGHTS),
        whole(random, 1, hidden, WEIGHTS),
        whole(random, hidden, outputs, WEIGHTS),
        whole(random, 1, outputs, WEIGHTS),
    )
    activation = Activation.leaky_relu(slope) if slope else Activation.relu()
    x = whole(random, batch, inputs, INPUTS)
    y = forward(x, params, activation).out - whole(random, batch, outputs, RESIDUALS)
    return Task(x, y, params, activation)


@cache
def program(text: str) -> Program:
    return parse(text)


def values_of(task: Task, text: str = "") -> Values:
    """What the lines of a program, else the seven, made on this network, with what they were made of."""
    lines = program(text or seven_lines())
    run = lines.start(*task)
    for line in lines.lines:
        line.act(run)
    return {name: value for name, value in run.names.items() if isinstance(value, Tensor)}


def working(values: Values, *names: str) -> Ran:
    """Those of the seven lines that define these names, and what they gave."""
    return Ran("\n".join(map(line_of, names)), printed(values, *names), "")


def working_beside(values: Values, mistaken: Values, known: Mistake, *names: str) -> Ran:
    """The same, and beside it the line with the mistake and what that made of the last of the names."""
    right, wrong = working(values, *names), printed(mistaken, names[-1])
    return Ran(f"{right.code}\n\n{code_of(known)}", f"{right.output}\n\n{wrong}", "")


def tempting(task: Task, place: tuple[int, int], *names: str) -> dict[str, str]:
    """The mistakes that are often made in the lines of these names, by what they make of a cell there."""
    right = values_of(task)[names[-1]]
    found = dict[str, str]()
    for known in (known for name in names for known in EXERCISE[name]):
        try:
            made = values_of(task, known.text)[names[-1]].expand_as(right)
        except (ProgramError, RuntimeError):
            continue
        found.setdefault(written(float(made[place])), code_of(known))
    found.pop(written(float(right[place])), None)
    return found


def code_of(known: Mistake) -> str:
    """What the mistake writes."""
    return "\n".join(known.lines.values())


def printed(values: Values, *names: str) -> str:
    return "\n".join(f"{name} = {rows(values[name])}" for name in names)


def rows(matrix: Tensor) -> str:
    """A matrix as somebody would type it: [[1, -2], [0, 0.5]]."""
    lines = (", ".join(map(written, row)) for row in matrix.tolist())
    return f"[{', '.join(f'[{line}]' for line in lines)}]"


def shown(values: Values, *names: str) -> dict[str, np.ndarray]:
    # Minus zero is zero.
    return {name: values[name].numpy() + 0.0 for name in names}
