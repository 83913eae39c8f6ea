"""A mistake in a link: it comes out as it went in, is not legible there, and garbage is refused."""

from __future__ import annotations

import tracemalloc
import zlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lesson.numeric.experiments.wrong_gradients import sealed
from lesson.numeric.experiments.wrong_gradients.sealed import LONGEST, Opened, SealError, encoded, opened
from lesson.numeric.program.mistakes import COLLECTION, Mistake
from lesson.numeric.program.whitelist import MOST_CHARACTERS
from lesson.numeric.source import seven_lines


@pytest.mark.parametrize("known", COLLECTION, ids=lambda known: known.name)
def test_a_mistake_comes_out_and_is_not_legible(known: Mistake) -> None:
    tokens = {sealed.sealed(known.name) for _ in range(20)}
    assert len(tokens) == 20
    assert {len(token) for token in tokens} == {17}
    for token in tokens:
        assert opened(token) == Opened(known.text, known)
        assert known.name not in token


@given(st.text(max_size=MOST_CHARACTERS // 4))
@example(seven_lines())
@example("")
def test_lines_come_out_as_they_went_in(text: str) -> None:
    token = sealed.sealed_lines(text)
    assert len(token) <= LONGEST
    assert opened(token) == Opened(text)


def test_lines_are_not_legible_in_their_token() -> None:
    token = sealed.sealed_lines(seven_lines())
    assert not any(word in token for word in ("grad", "out", "sum", "keepdim"))


def test_a_token_drawn_is_of_a_mistake_in_these_lines() -> None:
    drawn = [opened(sealed.drawn(("grad_out", "grad_h"))).known for _ in range(60)]
    found = {known.name for known in drawn if known}
    assert found == {"factor", "no-mask", "mask-of-signal", "or-equal", "precision"}


@given(st.text(max_size=100) | st.from_regex(r"[co][A-Za-z0-9_-]{0,60}", fullmatch=True))
@example("")
@example("c")
@example("o")
@example("c" * 17)
@example("x" * 100_000)
def test_garbage_is_refused(token: str) -> None:
    with pytest.raises(SealError):
        opened(token)


@given(st.integers(0, 400), st.sampled_from("AZaz09_-!"), st.booleans())
def test_a_token_that_was_changed_on_the_way_is_refused_or_the_same(at: int, other: str, own: bool) -> None:
    token = sealed.sealed_lines(seven_lines()) if own else sealed.sealed("factor")
    before = opened(token)
    at %= len(token)
    changed = token[:at] + other + token[at + 1 :]
    try:
        assert opened(changed) == before
    except SealError:
        assert changed != token
    with pytest.raises(SealError):
        opened(token[:-2])


def test_no_more_is_unpacked_than_a_program_may_have() -> None:
    for size in (MOST_CHARACTERS + 1, 5 * MOST_CHARACTERS, 4_000_000):
        token = "o" + encoded(zlib.compress(b"x" * size, 9))
        assert len(token) <= LONGEST
        tracemalloc.start()
        with pytest.raises(SealError):
            opened(token)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 200_000
    assert opened("o" + encoded(zlib.compress(b"x" * MOST_CHARACTERS, 9))).text == "x" * MOST_CHARACTERS


def test_lines_that_are_too_long_for_a_link_are_refused() -> None:
    with pytest.raises(SealError):
        sealed.sealed_lines("x" * (MOST_CHARACTERS + 1))
    with pytest.raises(SealError):
        sealed.sealed_lines("".join(chr(0x4E00 + 37 * n % 20_000) for n in range(MOST_CHARACTERS)))
