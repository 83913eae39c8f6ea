"""What somebody types as an answer, read and judged."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lesson.numeric.experiments.review.question import (
    Generated,
    Judgement,
    number_of,
    shape_of,
    written,
    written_shape,
)
from lesson.numeric.snippet import Ran

NOTHING_RAN = Ran("", "", "")


def asked(right: str, *options: str) -> Generated:
    return Generated("any", right, NOTHING_RAN, options=options)


@pytest.mark.parametrize("text", ["-1.5", " -1.5 ", "−1.5", "- 1.5", "-1,5", "-1.50", "–1.5"])
def test_a_number_is_read_however_its_minus_and_point_are_typed(text: str) -> None:
    assert number_of(text) == -1.5
    assert asked("-1.5").judge(text) == Judgement("right")


@pytest.mark.parametrize(
    "text", ["3 x 2", "(3, 2)", "3×2", "[3, 2]", "3x2", "3 X 2", "3*2", "torch.Size([3, 2])"]
)
def test_a_shape_is_read_however_it_is_typed(text: str) -> None:
    assert shape_of(text) == (3, 2)
    assert asked("3 x 2").judge(text) == Judgement("right")


@pytest.mark.parametrize(
    "text", ["", " ", "three", "1e400", "nan", "inf", "1 000 x", "--3", "9" * 50, "3 x 2", "0x10"]
)
def test_what_is_no_number_is_not_judged(text: str) -> None:
    assert asked("3").judge(text) == Judgement("unreadable", "no-number")


@pytest.mark.parametrize(
    "text", ["", "3", "3 x", "3 x 2 x 1", "a x b", "-3 x 2", "3.5 x 2", f"{'9' * 50} x 2"]
)
def test_what_is_no_shape_is_not_judged(text: str) -> None:
    assert asked("3 x 2").judge(text) == Judgement("unreadable", "no-shape")


def test_what_is_no_option_is_not_judged() -> None:
    question = asked("rounding", "identical", "rounding")
    assert question.judge("") == Judgement("unreadable", "no-option")
    assert question.judge("identical") == Judgement("wrong")
    assert question.judge("rounding") == Judgement("right")


def test_what_is_nearly_right_is_wrong_with_a_reason() -> None:
    assert asked("-4").judge("4") == Judgement("wrong", "sign")
    assert asked("-4").judge("5") == Judgement("wrong")
    assert asked("0").judge("-0") == Judgement("right")
    assert asked("3 x 2").judge("2 x 3") == Judgement("wrong", "transposed")
    assert asked("3 x 2").judge("3 x 3") == Judgement("wrong")
    assert asked("3 x 3").judge("3 x 3") == Judgement("right")


@given(st.text())
def test_no_text_is_an_error(text: str) -> None:
    for right in ("3", "3 x 2"):
        assert asked(right).judge(text).mark in ("right", "wrong", "unreadable")


@given(st.integers(-(10**6), 10**6).map(lambda thousandths: thousandths / 1000))
def test_a_number_is_written_so_that_it_is_read_again(value: float) -> None:
    read = number_of(written(value))
    assert read is not None
    assert math.isclose(read, value, abs_tol=1e-6)


@given(st.integers(1, 9999), st.integers(1, 9999))
def test_a_shape_is_written_so_that_it_is_read_again(rows: int, columns: int) -> None:
    assert shape_of(written_shape((rows, columns))) == (rows, columns)
