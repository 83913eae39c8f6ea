"""Networks with small whole numbers: exact, so that every witness gives the very same numbers."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
import torch

from lesson.numeric import autograd
from lesson.numeric.experiments.review.networks import (
    network,
    rows,
    shown,
    values_of,
    working,
    working_beside,
)
from lesson.numeric.network import forward
from lesson.numeric.program.mistakes import COLLECTION
from lesson.numeric.source import line_of


@pytest.mark.parametrize("slope", [0.0, 0.5])
@pytest.mark.parametrize("seed", range(5))
def test_the_seven_lines_give_what_autograd_gives(seed: int, slope: float) -> None:
    task = network(Random(seed), (3, 2, 4, 2), slope)
    values, gradients = values_of(task), autograd.gradients(*task)
    for name, gradient in gradients._asdict().items():
        assert torch.equal(values[f"grad_{name}"], gradient)


@pytest.mark.parametrize("seed", range(5))
def test_all_numbers_are_whole_and_every_prediction_is_off(seed: int) -> None:
    task = network(Random(seed), (3, 2, 4, 2))
    for tensor in (task.x, task.y, *(p for p in task.params if p is not None)):
        assert torch.equal(tensor, tensor.round())
    off = (forward(task.x, task.params, task.activation).out - task.y).abs()
    assert ((off >= 1) & (off <= 3)).all()


def test_a_matrix_is_written_as_one_would_type_it_and_minus_zero_as_zero() -> None:
    matrix = torch.tensor([[1.0, -2.0], [-0.0, 0.5]])
    assert rows(matrix) == "[[1, -2], [0, 0.5]]"
    assert not np.signbit(shown({"h": matrix}, "h")["h"][1, 0])


def test_the_working_of_a_mistake_has_both_the_lesson_s_line_and_the_wrong_one() -> None:
    known = next(mistake for mistake in COLLECTION if mistake.name == "no-mask")
    task = network(Random(0), (2, 2, 2, 1))
    values, mistaken = values_of(task), values_of(task, known.text)
    assert torch.equal(mistaken["grad_h"], values["grad_a"])
    assert working(values, "grad_h").code == line_of("grad_h")
    both = working_beside(values, mistaken, known, "grad_h", "grad_b1")
    assert both.code == f"{line_of('grad_h')}\n{line_of('grad_b1')}\n\ngrad_h = grad_a"
    assert both.output.splitlines()[-1] == f"grad_b1 = {rows(mistaken['grad_b1'])}"
