"""Every tensor of one training step at recorded weights, and the sum behind one of its cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from lesson.numeric.config import Config
from lesson.numeric.experiments.one_step.lines import dimensions, operations
from lesson.numeric.flat import aligned, unflatten
from lesson.numeric.from_config import task_of
from lesson.numeric.network import Activation, Task, forward, loss
from lesson.numeric.operands import Cell, Operation
from lesson.numeric.program import parse
from lesson.numeric.source import LINES, seven_lines
from lesson.numeric.training import train

STEPS_BETWEEN = 10
"""One step can look at every so many of the steps of a training."""

SHOWN = {"batch": 4, "inputs": 3, "hidden": 3, "outputs": 2, "one": 1}
"""As many rows or columns of each kind are drawn."""

FIRST, LAST = 2, 1
"""Of a long sum so many summands are written at its beginning and at its end."""


@dataclass(frozen=True, eq=False)
class Recorded:
    """The weights (k, n), flat, before each of the steps (k,)."""

    steps: np.ndarray
    weights: np.ndarray


@dataclass(frozen=True, eq=False)
class Corner:
    """A part of a matrix: its values, the row and the column from 0 with which it begins, and the shape of
    the whole."""

    values: np.ndarray
    first: tuple[int, int]
    shape: tuple[int, int]


@dataclass(frozen=True)
class Sum:
    """How a cell comes about: its summands in names and in numbers, in the middle None for those left out."""

    cell: Cell
    names: tuple[str | None, ...]
    numbers: tuple[str | None, ...]
    summands: int
    value: float


@dataclass(frozen=True, eq=False)
class Look:
    """A corner of every tensor of a step that holds the chosen cell and what it is made of, and its sum."""

    corners: Mapping[str, Corner]
    sum: Sum


def recorded(config: Config) -> Recorded:
    """Train by hand and beside it by autograd, as everywhere, and keep the weights of every tenth step."""
    history = train(config)
    kept = history.recorded % STEPS_BETWEEN == 0
    return Recorded(history.recorded[kept], history.weights["by_hand"][kept])


def task_at(config: Config, weights: np.ndarray) -> Task:
    """The configured data and activation with these flat weights (n,), as they are in a training."""
    task = task_of(config, torch.from_numpy(weights).dtype)
    row = aligned(torch.from_numpy(weights), task.params)
    return task._replace(params=unflatten(row, task.params))


def tensors(task: Task) -> dict[str, Tensor]:
    """Every tensor of a step, by name: what is given, what the forward pass and what the seven lines make."""
    x, y, params, activation = task
    trace = forward(x, params, activation)
    named = {"x": x, "y": y, **params._asdict(), **trace._asdict()}
    found = {name: tensor for name, tensor in named.items() if tensor is not None}
    made = backward(found, activation)
    found["residual"] = trace.out - y
    found["loss"] = loss(trace.out, y).view(1, 1)
    results = {line.result for line in operations(params.b1 is not None)}
    return found | {name: made[name] for name in LINES if name in results}


def backward(given: Mapping[str, Tensor], activation: Activation) -> dict[str, Tensor]:
    """What each of the seven lines makes of the tensors of a forward pass."""
    program = parse(seven_lines())
    run, made = program.run(given, activation), {}
    for line in program.lines:
        line.act(run)
        value = run.names[line.target]
        assert isinstance(value, Tensor)
        made[line.target] = value
    return made


def look(config: Config, weights: np.ndarray, cell: Cell) -> Look:
    """The whole step at these weights (n,), as far as it is drawn, and the sum behind a cell."""
    found = tensors(task_at(config, weights))
    begins = first_shown(cell)
    corners = {name: corner(name, tensor, begins) for name, tensor in found.items()}
    return Look(corners, written(line_that_makes(cell.tensor, config.bias), cell, found))


def line_that_makes(result: str, bias: bool) -> Operation:
    return next(line for line in operations(bias) if line.result == result)


def first_shown(cell: Cell) -> dict[str, int]:
    """Where the drawn part of each dimension begins: at 0, or so that the cell is its last."""
    at = zip(dimensions(cell.tensor), cell[1:], strict=True)
    return {name: max(0, index - SHOWN[name] + 1) for name, index in at}


def corner(name: str, tensor: Tensor, begins: Mapping[str, int]) -> Corner:
    rows, columns = dimensions(name)
    top, left = begins.get(rows, 0), begins.get(columns, 0)
    part = tensor[top : top + SHOWN[rows], left : left + SHOWN[columns]]
    height, width = tensor.shape
    return Corner(part.clone().numpy(), (top, left), (height, width))


def written(line: Operation, cell: Cell, found: Mapping[str, Tensor]) -> Sum:
    """The sum behind a cell; of a long one its beginning and its end."""
    shapes = {name: (tensor.shape[0], tensor.shape[1]) for name, tensor in found.items()}
    summands = line.summands(cell, shapes)
    few = summands if len(summands) <= FIRST + LAST + 1 else [*summands[:FIRST], None, *summands[-LAST:]]
    names = [one and line.term.format_map({name: at.name for name, at in one.items()}) for one in few]
    numbers = [
        one and line.term.format_map({name: number(value_at(found, at)) for name, at in one.items()})
        for one in few
    ]
    if line.added:
        bias = Cell(line.added, 0, cell.column)
        names.append(bias.name)
        numbers.append(number(value_at(found, bias)))
    value = value_at(found, cell)
    return Sum(cell, tuple(names), tuple(numbers), len(summands), value)  # type: ignore[arg-type]


def value_at(found: Mapping[str, Tensor], cell: Cell) -> float:
    return float(found[cell.tensor][cell.row, cell.column])


def number(value: float) -> str:
    """Four digits, a negative number in brackets, as it may stand in a product."""
    text = f"{value + 0.0:.4g}"
    return f"({text.replace('-', '−')})" if value < 0 else text
