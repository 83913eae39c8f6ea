"""The tensors of a step are those of a training, bit for bit, and the sum of a cell is written as it is."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given

from lesson.numeric import by_hand
from lesson.numeric.config import Config
from lesson.numeric.data import Normal
from lesson.numeric.experiments.one_step import lines
from lesson.numeric.experiments.one_step.values import SHOWN, look, number, recorded, task_at, tensors
from lesson.numeric.flat import flatten
from lesson.numeric.network import Task, forward, loss
from lesson.numeric.operands import Cell
from lesson.numeric.training import train
from tests.harness.networks import Case, cases

CONFIG = Config(source=Normal(64, 3, 1, 0), steps=31)
LARGER = Config(source=Normal(9, 6, 4, 0), hidden=7, steps=1)


def same(one: torch.Tensor, two: torch.Tensor) -> bool:
    return one.shape == two.shape and one.dtype == two.dtype and torch.equal(one, two)


@given(cases(largest=12))
def test_every_tensor_is_that_of_the_code_that_trains(case: Case) -> None:
    found = tensors(Task(*case))
    trace = forward(case.x, case.params, case.activation)
    for name, tensor in trace._asdict().items():
        assert same(found[name], tensor)
    assert same(found["loss"].view(()), loss(trace.out, case.y))
    gradients = by_hand.gradients(*case)
    for name, gradient in gradients._asdict().items():
        assert (gradient is None) == (f"grad_{name}" not in found)
        assert gradient is None or same(found[f"grad_{name}"], gradient)
    assert same(found["grad_out"], 2 * (trace.out - case.y))
    assert list(found).sort() == list(lines.shapes((1, 1, 1, 1), case.params.b1 is not None)).sort()


def test_the_steps_are_every_tenth_with_the_weights_of_the_training() -> None:
    found, history = recorded(CONFIG), train(CONFIG)
    assert found.steps.tolist() == [0, 10, 20, 30]
    assert np.array_equal(found.weights, history.weights["by_hand"][[0, 10, 20, 30]])
    gradients = by_hand.gradients(*task_at(CONFIG, found.weights[2]))
    assert np.array_equal(flatten(gradients).numpy(), history.gradients["by_hand"][20])


@pytest.mark.parametrize("result", [line.result for line in lines.operations(True)])
def test_the_chosen_cell_and_its_corner_are_drawn_wherever_it_is(result: str) -> None:
    weights = recorded(LARGER).weights[0]
    full = tensors(task_at(LARGER, weights))
    rows, columns = full[result].shape
    seen = look(LARGER, weights, Cell(result, rows - 1, columns - 1))
    for name, part in seen.corners.items():
        top, left = part.first
        height, width = part.values.shape
        assert part.shape == tuple(full[name].shape)
        assert np.array_equal(part.values, full[name][top : top + height, left : left + width].numpy())
        assert (height, width) == tuple(
            min(SHOWN[kind], side) for kind, side in zip(lines.dimensions(name), part.shape, strict=True)
        )
    top, left = seen.corners[result].first
    assert rows - 1 in range(top, top + SHOWN[lines.dimensions(result)[0]])
    assert columns - 1 in range(left, left + SHOWN[lines.dimensions(result)[1]])
    assert seen.sum.value == float(full[result][-1, -1])


def test_a_long_sum_is_written_by_its_beginning_and_its_end() -> None:
    config = CONFIG
    weights = recorded(config).weights[1]
    seen = look(config, weights, Cell("grad_w1", 1, 0)).sum
    assert seen.names == ("x[1,2]·grad_h[1,1]", "x[2,2]·grad_h[2,1]", None, "x[64,2]·grad_h[64,1]")
    found = tensors(task_at(config, weights))
    x, grad_h = (number(float(found[name][1, at])) for name, at in (("x", 1), ("grad_h", 0)))
    assert seen.numbers[1] == f"{x}·{grad_h}"
    assert seen.summands == 64
    assert seen.value == float(found["grad_w1"][1, 0])


def test_a_short_sum_is_written_in_full_with_its_bias_behind() -> None:
    weights = recorded(CONFIG).weights[0]
    seen = look(CONFIG, weights, Cell("h", 1, 1)).sum
    assert seen.names == ("x[2,1]·w1[1,2]", "x[2,2]·w1[2,2]", "x[2,3]·w1[3,2]", "b1[1,2]")
    assert look(CONFIG, weights, Cell("a", 1, 1)).sum.names == ("φ(h[2,2])",)


def test_a_negative_number_stands_in_brackets_and_minus_zero_is_zero() -> None:
    assert [number(value) for value in (-1.5, 2.0, -0.0, 1234567.0)] == ["(−1.5)", "2", "0", "1.235e+06"]
