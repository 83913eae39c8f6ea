"""Snippets are what ran; matrices are what was typed; and torch's operations are numpy's."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from lesson import prose
from lesson.numeric.experiments import tensors
from lesson.numeric.experiments.matrix_text import LARGEST_SIDE, MatrixError, matrix_of, text_of
from lesson.numeric.snippet import run
from lesson.numeric.training import devices

SIDES = st.integers(1, LARGEST_SIDE)
ENTRIES = st.integers(-100, 100).map(float)


def matrices() -> st.SearchStrategy[np.ndarray]:
    return arrays.arrays(np.float32, st.tuples(SIDES, SIDES), elements=ENTRIES)


def divide(print: tensors.Print, by: int) -> None:
    """Not part of what is shown."""
    warnings.warn("careful", UserWarning, stacklevel=1)
    print("before")
    print(torch.ones(2) // by, 1)
    torch.ones(2).view(3)


def test_a_snippet_is_its_code_its_output_and_its_error() -> None:
    ran = run(divide, 1)
    assert ran.code.startswith("warnings.warn")
    assert ran.code.endswith("torch.ones(2).view(3)")
    assert ran.output == "before\ntensor([1., 1.]) 1\nUserWarning: careful"
    assert ran.error == "RuntimeError: shape '[3]' is invalid for input of size 2"


@given(matrices())
def test_a_matrix_is_read_as_it_is_written(matrix: np.ndarray) -> None:
    assert np.array_equal(matrix_of(text_of(matrix)), matrix)


@given(st.text(max_size=200))
def test_any_text_is_a_matrix_or_has_a_sentence(text: str) -> None:
    try:
        matrix = matrix_of(text)
    except MatrixError as error:
        prose.say("en", "tensors", error.reason, **error.facts)
    else:
        assert np.isfinite(matrix).all()
        assert max(matrix.shape) <= LARGEST_SIDE


@pytest.mark.parametrize(
    ("text", "reason", "facts"),
    [
        (" \n ", "matrix-empty", {}),
        ("1 2\n3", "matrix-ragged", {"row": 2, "found": 1, "expected": 2}),
        ("1 2\n3 x", "matrix-cell", {"row": 2, "column": 2, "cell": "x"}),
        ("nan", "matrix-cell", {"row": 1, "column": 1, "cell": "nan"}),
        ("1e9", "matrix-cell", {"row": 1, "column": 1, "cell": "1e9"}),
        ("1 " * 7, "matrix-large", {"largest": LARGEST_SIDE}),
    ],
)
def test_what_is_no_matrix(text: str, reason: str, facts: dict[str, object]) -> None:
    with pytest.raises(MatrixError) as caught:
        matrix_of(text)
    assert (caught.value.reason, caught.value.facts) == (reason, facts)


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
