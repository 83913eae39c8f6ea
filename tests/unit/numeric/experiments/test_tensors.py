"""Torch's operations are numpy's, and who shares memory with whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import cycle

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lesson.numeric import by_hand
from lesson.numeric.config import Config
from lesson.numeric.data import Normal
from lesson.numeric.experiments import tensors
from lesson.numeric.experiments.graph import Recorder
from lesson.numeric.experiments.wrong_gradients import witnesses
from lesson.numeric.from_config import task_of
from lesson.numeric.program.mistakes import COLLECTION
from lesson.numeric.snippet import run
from lesson.numeric.training import devices
from tests.harness.matrices import SIDES, matrices


@given(st.sampled_from(list(tensors.OPERATIONS)), matrices(), matrices())
def test_torch_and_numpy_agree_or_both_refuse(name: str, a: np.ndarray, b: np.ndarray) -> None:
    in_torch, in_numpy = tensors.operate(name, a, b)
    assert bool(in_torch.error) == bool(in_numpy.error)
    result = tensors.result_of(name, a, b)
    assert (result is None) == bool(in_torch.error)
    if result is not None:
        found: list[np.ndarray] = []
        tensors.OPERATIONS[name][1](found.append, a, b)
        assert np.array_equal(result, found[0])


@given(SIDES, SIDES)
def test_a_view_keeps_the_order_and_a_transpose_does_not(rows: int, columns: int) -> None:
    found = tensors.counted(rows, columns)
    assert np.array_equal(found["view"].ravel(), found["x"].ravel())
    assert np.array_equal(found["transpose"], found["x"].T)
    assert np.array_equal(found["view"], found["transpose"]) == (min(rows, columns) == 1)


def test_who_shares_memory() -> None:
    assert run(tensors.from_numpy, 7.0).output.splitlines() == [
        "shared: tensor([7., 0., 0.])",
        "copied: tensor([0., 0., 0.])",
    ]
    assert run(tensors.of_a_view, 7.0).output.endswith("tensor([0., 0., 7., 0.])")


LETTERS = 34
"""As many stand in a line on a phone, 390 pixels wide."""


@pytest.mark.parametrize(
    ("snippet", "arguments"),
    [
        (tensors.numpy_array, (0,)),
        (tensors.torch_tensor, (0,)),
        (tensors.from_numpy, (-9.0,)),
        (tensors.of_a_view, (-9.0,)),
        (tensors.on_a_device, ("cpu",)),
    ],
)
def test_a_printed_row_fits_a_phone(snippet: Callable[..., None], arguments: tuple[object, ...]) -> None:
    rows = [
        line for line in run(snippet, *arguments).output.splitlines() if "[" in line and "Size" not in line
    ]
    assert rows
    assert max(map(len, rows)) <= LETTERS


def of_sizes(batch: int, inputs: int, hidden: int, outputs: int, *, bias: bool = True) -> Config:
    return Config(Normal(batch, inputs, outputs, 0), hidden=hidden, bias=bias)


@pytest.mark.parametrize(
    ("sizes", "wrong"),
    [
        ((64, 3, 2, 1), {"grad_w1", "grad_w2"}),
        ((5, 3, 2, 2), {"grad_w1", "grad_b1", "grad_w2"}),
        ((1, 3, 2, 1), set()),
        ((1, 1, 1, 1), set()),
    ],
)
def test_view_for_a_transpose_spoils_what_depends_on_it(
    sizes: tuple[int, int, int, int], wrong: set[str]
) -> None:
    found = tensors.viewed(of_sizes(*sizes))
    assert set(found.wrong) == wrong
    assert set(found.wrong + found.right) == {"grad_w1", "grad_b1", "grad_w2", "grad_b2"}
    assert len(found.lines) == 3
    batch, inputs = sizes[:2]
    assert f"grad_w1 = x.view({inputs}, {batch}) @ grad_h" in found.lines


def test_without_bias_no_gradient_of_one_is_judged() -> None:
    found = tensors.viewed(of_sizes(5, 3, 2, 2, bias=False))
    assert set(found.wrong + found.right) == {"grad_w1", "grad_w2"}


@pytest.mark.parametrize("bias", [True, False])
def test_torch_refuses_what_the_witness_shapes_notices(bias: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(witnesses, "STEPS", 2)
    config, expected = of_sizes(5, 3, 2, 2, bias=bias), ["no-sum"] if bias else []
    noticed = [m.name for m in COLLECTION if witnesses.testify(m.name, config, False).noticed["shapes"]]
    assert list(tensors.refused(config)) == noticed == expected


def test_with_one_observation_no_shape_tells() -> None:
    assert tensors.refused(of_sizes(1, 3, 2, 1)) == ()


@pytest.mark.parametrize("sizes", [(64, 3, 2, 1), (500, 8, 20, 4)])
def test_a_training_step_is_some_25_calls(sizes: tuple[int, int, int, int]) -> None:
    task = task_of(of_sizes(*sizes), torch.float32)
    with Recorder() as recorder:
        for parameter, gradient in zip(task.params, by_hand.gradients(*task), strict=True):
            assert parameter is not None
            assert gradient is not None
            parameter -= 0.1 * gradient
    assert 20 <= len(recorder.calls) <= 30


def test_a_time_is_that_of_most_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long this server was busy with something else in a few of them."""
    curves = 1 + len(devices())
    of_a_round = curves * len(tensors.SIZES)

    def clock() -> Iterator[float]:
        for number in cycle(range(tensors.ROUNDS)):
            yield from [1e6 if number % 3 == 0 else 2.0] * of_a_round

    ticks = clock()
    monkeypatch.setattr(tensors, "microseconds", lambda _: next(ticks))
    assert tensors.product_times() == {name: [2.0] * len(tensors.SIZES) for name in tensors.product_times()}


def test_products_are_timed_on_every_device() -> None:
    found = tensors.product_times()
    assert len(found) == 1 + len(devices())
    assert all(len(times) == len(tensors.SIZES) and min(times) > 0 for times in found.values())
