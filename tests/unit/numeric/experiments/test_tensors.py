"""Torch's operations are numpy's, and who shares memory with whom."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lesson.numeric.experiments import tensors
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
        "shared: tensor([7., 0., 0.], dtype=torch.float64)",
        "copied: tensor([0., 0., 0.], dtype=torch.float64)",
    ]
    assert run(tensors.of_a_view, 7.0).output.endswith("tensor([0., 0., 7., 0.])")


def test_products_are_timed_on_every_device() -> None:
    found = tensors.product_times()
    assert len(found) == 1 + len(devices())
    assert all(len(times) == len(tensors.SIZES) and min(times) > 0 for times in found.values())
