"""Distances and verdicts on numbers small enough to be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lesson.numeric.compare import Comparison, Verdict, compare, largest_share, ulp_distance, worst


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


def test_without_a_kinks_allowance_there_is_none() -> None:
    one, two, rounding = np.array([[1.0], [2.0], [0.5]])
    assert compare(one[None], two[None], rounding[None]).verdict[0] == Verdict.DIFFERENT


def test_two_gradients_of_zeros_are_apart_by_nothing() -> None:
    found = judge([0.0, 0.0], [0.0, -0.0], 0.0)
    numbers = (found.largest, found.relative, found.ulps, found.share, found.verdict)
    assert [n.tolist() for n in numbers] == [[0]] * 5


@pytest.mark.parametrize(("a", "b"), [(0.5, -0.25), (-0.25, 0.5), (0.25, -0.5), (-0.5, 0.25)])
def test_relative_is_to_the_largest_entry_of_either_whatever_its_sign(a: float, b: float) -> None:
    assert judge([a, 0.125], [b, 0.125], 0.0).relative[0] == 1.5


def test_in_mixed_precision_differences_are_exact_and_ulps_those_of_float32() -> None:
    third = 1 / 3
    single, double = np.array([[third]], np.float32), np.array([[third]])
    apart = float(np.float32(third)) - third
    for found in (compare(single, double, double), compare(double, single, double)):
        assert found.largest[0] == apart > 0
        assert found.ulps[0] == 0
    far = np.array([[1 + third]], np.float32)
    ulps = (1 + third - 1) * 2**23
    assert compare(far, np.array([[1.0]]), double).ulps[0] == pytest.approx(ulps, abs=1)
    # In float64 the size, too: float32 has no number so large.
    assert compare(double, np.array([[1e200]]), double).relative[0] == 1


def test_every_step_is_judged_by_its_own_worst_entry() -> None:
    a = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    b = np.array([[1.0, 2.0], [3.5, 4.0], [5.0, 9.0]])
    found = compare(a, b, np.array([[1.0, 1.0], [2.0, 0.1], [9.0, 2.0]]), np.ones_like(a))
    assert found.largest.tolist() == [0, 0.5, 3]
    assert found.relative.tolist() == [0, 0.125, 3 / 9]
    assert found.share.tolist() == [0, 0.25, 1.5]
    assert found.verdict.tolist() == [Verdict.IDENTICAL, Verdict.ROUNDING, Verdict.KINK]
    # The numbers lie 2^-51 apart from 2 to 4, 2^-50 from 4 to 8, and 2^-49 from there on.
    assert found.ulps.tolist() == [0, 2**50, 2**51 + 2**49]


@pytest.mark.filterwarnings("ignore:invalid value")
@pytest.mark.parametrize(("a", "b"), [(np.nan, 1), (1, np.nan), (np.nan, np.nan), (np.inf, 1), (1, -np.inf)])
def test_what_is_not_finite_is_never_put_down_to_rounding_or_a_kink(a: float, b: float) -> None:
    found = judge([2.0, a], [2.0, b], 1e300, 1e300)
    assert found.verdict[0] == Verdict.DIFFERENT
    assert not np.isfinite(found.largest[0])


def test_comparisons_of_consecutive_steps_become_one() -> None:
    first, then = judge([1.0], [1.5], 1.0), judge([4.0], [8.0], 2.0)
    together = Comparison.joined([first, then])
    assert together.largest.tolist() == [0.5, 4]
    assert together.relative.tolist() == [1 / 3, 0.5]
    assert together.share.tolist() == [0.5, 2]
    assert together.ulps.tolist() == [2**51, 2**52]
    assert together.verdict.tolist() == [Verdict.ROUNDING, Verdict.DIFFERENT]


def test_the_worst_is_that_of_all_parameters_and_steps() -> None:
    same, kink = judge([1.0], [1.0], 0.5), judge([1.0], [1.75], 0.5, 0.5)
    mixed = Comparison.joined([same, kink, same])
    assert worst({"w1": same, "w2": same}) is Verdict.IDENTICAL
    assert worst({"w1": same, "w2": mixed}) is worst({"w1": mixed, "w2": same}) is Verdict.KINK
    assert largest_share({"w1": same}) == 0
    assert largest_share({"w1": same, "w2": mixed}) == largest_share({"w1": mixed, "w2": same}) == 1.5


def test_where_no_step_was_compared_nothing_is_wrong() -> None:
    nothing = compare(*np.zeros((3, 0, 2)))
    assert worst({"w1": nothing}) is Verdict.IDENTICAL
    assert largest_share({"w1": nothing}) == 0


def test_a_verdict_is_a_word_on_the_page() -> None:
    assert [verdict.word for verdict in Verdict] == ["identical", "rounding", "kink", "different"]
