"""The same gradient twice: each path from the weight to the loss on its own, and every signal once."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from operator import mul
from typing import NamedTuple

import numpy as np
import torch

from lesson.numeric.network import Activation, forward, init_params

ROWS = 4
"""Observations."""

COUNTED = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
"""As many inputs, hidden units and outputs each."""

REPEATS = 3

Times = Callable[[float, float], float]
Matrix = list[list[float]]


class Numbers(NamedTuple):
    """What the forward pass left, as Python's floats: x (rows, inputs), slopes (rows, hidden), w2 (hidden,
    outputs) and grad_out (rows, outputs)."""

    x: Matrix
    slopes: Matrix
    w2: Matrix
    grad_out: Matrix


@dataclass(frozen=True, eq=False)
class Growth:
    """Multiplications and milliseconds of both ways at these sizes (k,), by way."""

    sizes: np.ndarray
    multiplications: dict[str, np.ndarray]
    milliseconds: dict[str, np.ndarray]


def by_paths(numbers: Numbers, times: Times) -> Matrix:
    """grad_w1 (inputs, hidden): each path of each weight multiplied out from its beginning to its end."""
    x, slopes, w2, grad_out = numbers
    rows, outputs = range(len(x)), range(len(w2[0]))
    return [
        [
            sum(
                times(times(times(x[row][i], slopes[row][j]), w2[j][k]), grad_out[row][k])
                for row in rows
                for k in outputs
            )
            for j in range(len(w2))
        ]
        for i in range(len(x[0]))
    ]


def by_signals(numbers: Numbers, times: Times) -> Matrix:
    """The same backward: grad_a and grad_h once for each unit, and reused for all weights that lead there."""
    x, slopes, w2, grad_out = numbers
    rows, units = range(len(x)), range(len(w2))
    grad_a = [[dot(grad_out[row], w2[j], times) for j in units] for row in rows]
    grad_h = [[times(grad_a[row][j], slopes[row][j]) for j in units] for row in rows]
    signals = [[grad_h[row][j] for row in rows] for j in units]
    columns = [[x[row][i] for row in rows] for i in range(len(x[0]))]
    return [[dot(column, signal, times) for signal in signals] for column in columns]


def dot(left: list[float], right: list[float], times: Times) -> float:
    return sum(map(times, left, right))


WAYS = {"paths": by_paths, "signals": by_signals}


def numbers(size: int) -> Numbers:
    """A network with so many inputs, hidden units and outputs, on normal data."""
    generator = torch.Generator().manual_seed(size)
    x, y = (torch.randn(ROWS, size, generator=generator, dtype=torch.float64) for _ in range(2))
    params, activation = init_params(size, size, size, dtype=torch.float64), Activation.relu()
    h, _, out = forward(x, params, activation)
    left = (x, activation.derivative(h), params.w2, 2 * (out - y))
    return Numbers(*(tensor.tolist() for tensor in left))


def counted(way: Callable[[Numbers, Times], Matrix], given: Numbers) -> int:
    """How often a way multiplies, found by letting it multiply."""
    count = 0

    def times(left: float, right: float) -> float:
        nonlocal count
        count += 1
        return left * right

    way(given, times)
    return count


def milliseconds(way: Callable[[Numbers, Times], Matrix], given: Numbers) -> float:
    """Of the processor, the shortest of a few runs."""
    taken = []
    for _ in range(REPEATS):
        began = time.process_time()
        way(given, mul)
        taken.append(time.process_time() - began)
    return 1000 * min(taken)


def growth() -> Growth:
    """Both ways at all sizes, counted and timed."""
    given = [numbers(size) for size in COUNTED]
    return Growth(
        np.array(COUNTED),
        {name: np.array([counted(way, one) for one in given]) for name, way in WAYS.items()},
        {name: np.array([milliseconds(way, one) for one in given]) for name, way in WAYS.items()},
    )
