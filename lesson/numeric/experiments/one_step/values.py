"""Every tensor of one training step at recorded weights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from lesson.numeric.config import Config
from lesson.numeric.corners import Dimensions, Look, look_at
from lesson.numeric.experiments.one_step.lines import dimensions, operations
from lesson.numeric.flat import aligned, unflatten
from lesson.numeric.from_config import task_of
from lesson.numeric.network import Activation, Task, forward, loss
from lesson.numeric.operands import Cell
from lesson.numeric.program import parse
from lesson.numeric.source import LINES, seven_lines
from lesson.numeric.training import train

STEPS_BETWEEN = 10
"""One step can look at every so many of the steps of a training."""


@dataclass(frozen=True, eq=False)
class Recorded:
    """The weights (k, n), flat, before each of the steps (k,)."""

    steps: np.ndarray
    weights: np.ndarray


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
    found = matrices(task_at(config, weights))
    return look_at(found, operations(config.bias), dimensions_of(found), cell)


def matrices(task: Task) -> dict[str, np.ndarray]:
    """Every tensor of a step as an array that shares its memory."""
    return {name: tensor.numpy() for name, tensor in tensors(task).items()}


def dimensions_of(names: Iterable[str]) -> Dimensions:
    return {name: dimensions(name) for name in names}
