"""Sums of the error signal: over the batch, as a bias's gradient is, and over everything, as none is."""

from __future__ import annotations

import torch

from lesson.numeric.config import Config
from lesson.numeric.corners import Look, look_at
from lesson.numeric.experiments.matrix_form import at_start
from lesson.numeric.operands import Cell, sum_over_all, sum_over_rows

SIGNALS = {"grad_h": "hidden", "grad_out": "outputs"}
"""The error signals, and what their columns stand for."""

SUMS = tuple(
    operation
    for name in SIGNALS
    for operation in (
        sum_over_rows(f"{name}.sum(0)", name),
        sum_over_all(f"{name}.sum()", f"{{{name}}}", name),
    )
)


def sums(config: Config, cell: Cell) -> Look:
    """What is drawn of both signals at the start of a training and of their sums, and the sum of a cell."""
    start, found, dimensions = at_start(config), {}, {}
    for name, columns in SIGNALS.items():
        signal = torch.from_numpy(start[name])
        found[name], dimensions[name] = start[name], ("batch", columns)
        found[f"{name}.sum(0)"] = signal.sum(0, keepdim=True).numpy()
        found[f"{name}.sum()"] = signal.sum().view(1, 1).numpy()
        dimensions |= {f"{name}.sum(0)": ("one", columns), f"{name}.sum()": ("one", "one")}
    return look_at(found, SUMS, dimensions, cell)
