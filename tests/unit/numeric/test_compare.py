"""Distances and verdicts on numbers small enough to be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lesson.numeric.compare import Comparison, Verdict, compare, ulp_distance


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(st.integers(0, 1000), st.integers(-(2**24), 2**24))
def test_ulps_count_the_numbers_in_between(dtype: type[np.floating], steps: int, start: int) -> None:
    a = b = np.array([start], dtype)
    for _ in range(steps):
        b = np.nextafter(b, dtype(np.inf))
    assert ulp_distance(a, b)[0] == ulp_distance(b, a)[0] == steps


def test_ulps_across_zero_and_between_dtypes() -> None:
    tiny = np.nextafter(np.float32(0), np.float32(1))
    assert ulp_distance(np.array([-tiny]), np.array([tiny]))[0] == 2
    assert ulp_distance(np.array([-0.0]), np.array([0.0]))[0] == 0
    # 2^-40 is nothing beside 1 in float32, the coarser of the two.
    assert ulp_distance(np.array([1.0], np.float32), np.array([1.0 + 2.0**-40]))[0] == 0
    largest = np.finfo(np.float64).max
    assert ulp_distance(np.array([-largest]), np.array([largest]))[0] == 2 * 0x7FEFFFFFFFFFFFFF


def judge(a: list[float], b: list[float], rounding: float, kink: float = 0.0) -> Comparison:
    one, two = np.array([a], float), np.array([b], float)
    return compare(one, two, np.full_like(one, rounding), np.full_like(one, kink))


def test_verdicts() -> None:
    assert judge([1, 2], [1, 2], 0).verdict[0] == Verdict.IDENTICAL
    assert judge([0.0], [-0.0], 0).verdict[0] == Verdict.IDENTICAL
    assert judge([1, 2], [1, 2.5], 0.5).verdict[0] == Verdict.ROUNDING
    assert judge([1, 2], [1, 3], 0.5, 0.5).verdict[0] == Verdict.KINK
    assert judge([1, 2], [1, 3.1], 0.5, 0.5).verdict[0] == Verdict.DIFFERENT
    assert judge([1, np.nan], [1, np.nan], 0.5).verdict[0] == Verdict.DIFFERENT


def test_the_numbers_beside_the_verdict() -> None:
    found = judge([4, -8], [5, -8], 4.0)
    assert (found.largest[0], found.relative[0], found.share[0]) == (1.0, 0.125, 0.25)
    assert judge([1.0], [2.0], 0.0).share[0] == np.inf
    assert judge([0.0], [0.0], 0.0).share[0] == 0
