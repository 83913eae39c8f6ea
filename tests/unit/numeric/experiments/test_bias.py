"""Two sums of a signal: each is made of what its name says, and only one is the bias's gradient."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lesson.numeric import by_hand
from lesson.numeric.config import Config
from lesson.numeric.data import Normal
from lesson.numeric.experiments.bias import SUMS, sums
from lesson.numeric.experiments.matrix_form import at_start
from lesson.numeric.from_config import task_of
from lesson.numeric.operands import Cell

CONFIG = Config(Normal(9, 3, 2), hidden=3)


def test_a_sum_over_the_batch_is_the_gradient_of_the_bias() -> None:
    found = sums(CONFIG, Cell("grad_h.sum(0)", 0, 0)).corners
    gradients = by_hand.gradients(*task_of(CONFIG, torch.float32))
    for signal, gradient in (("grad_h", gradients.b1), ("grad_out", gradients.b2)):
        assert gradient is not None
        assert np.array_equal(found[f"{signal}.sum(0)"].values, gradient.numpy())
        np.testing.assert_allclose(found[f"{signal}.sum()"].values, gradient.sum().item(), rtol=1e-5)
        assert found[signal].values.tolist() == at_start(CONFIG)[signal][:4].tolist()


@pytest.mark.parametrize("signal", ["grad_h", "grad_out"])
def test_one_sum_lights_a_column_and_the_other_everything(signal: str) -> None:
    by_batch, of_all = (one for one in SUMS if one.names == (signal,))
    shapes = {"grad_h": (9, 3), "grad_out": (9, 2)}
    rows, columns = shapes[signal]
    column = {Cell(signal, row, 1) for row in range(rows)}
    assert by_batch.made_of(Cell(by_batch.result, 0, 1), shapes) == column
    assert len(of_all.made_of(Cell(of_all.result, 0, 0), shapes)) == rows * columns


def test_the_sum_over_everything_is_written_from_the_first_to_the_last_signal() -> None:
    found = sums(CONFIG, Cell("grad_h.sum()", 0, 0)).sum
    assert found.summands == 27
    assert found.names == ("grad_h[1,1]", "grad_h[1,2]", None, "grad_h[9,3]")
