"""Matrices are what was typed, and what is none has a sentence."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lesson import prose
from lesson.numeric.experiments.matrix_text import LARGEST_SIDE, MatrixError, matrix_of, text_of
from tests.harness.matrices import matrices


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
