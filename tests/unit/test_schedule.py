"""Which question returns when, whatever the answers are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lesson import prose
from lesson.chapters import PARTS
from lesson.numeric.experiments.review.kinds import KINDS
from lesson.schedule import (
    EMPTY,
    QUESTIONS,
    SPACING,
    Question,
    Score,
    State,
    answered,
    next_question,
    read,
    score,
    to_reread,
    written,
)

CHAPTERS = [name for names in PARTS.values() for name in names if name not in ("home", "review")]
ASKED_BY_A_KIND = {
    ("tensors", "check-shapes"),
    ("chain-rule", "check-paths"),
    ("activation", "check-gate"),
    ("autograd", "check-grad"),
    ("any-loss", "check-line"),
}
"""Questions of chapters that a computed one asks anew."""

ROUNDS = 120
ANSWERS = st.lists(st.booleans(), max_size=ROUNDS)
ALL_ANSWERS = st.lists(st.booleans(), min_size=ROUNDS, max_size=ROUNDS)


def play(answers: Iterable[bool], state: State = EMPTY) -> tuple[State, list[Question]]:
    """The state after these answers, and the questions that they were given to."""
    asked = []
    for right in answers:
        asked.append(next_question(state))
        state = answered(state, asked[-1], right)
    return state, asked


def test_every_check_of_a_chapter_returns_or_a_computed_question_asks_the_same() -> None:
    checks = {
        (chapter, section)
        for chapter in CHAPTERS
        for section, text in prose.sections("en", chapter).items()
        if section.startswith("check-") and "- [" in text
    }
    assert {question for question in QUESTIONS if not question.computed} == checks - ASKED_BY_A_KIND
    assert checks >= ASKED_BY_A_KIND


def test_a_third_is_computed_and_every_chapter_has_two() -> None:
    computed = [question.name for question in QUESTIONS if question.computed]
    assert sorted(computed) == sorted(KINDS)
    assert len(computed) / len(QUESTIONS) == pytest.approx(1 / 3, abs=0.03)
    assert len(set(QUESTIONS)) == len(QUESTIONS)
    of_chapter = [question.chapter for question in QUESTIONS]
    assert {chapter: count for chapter in CHAPTERS if (count := of_chapter.count(chapter)) < 2} == {}


def test_the_first_come_in_the_order_of_the_lesson() -> None:
    chapters = list(dict.fromkeys(question.chapter for question in QUESTIONS))
    assert chapters == [name for name in CHAPTERS if name in chapters]
    assert play([True] * 12)[1] == list(QUESTIONS[:12])


@settings(max_examples=30)
@given(ALL_ANSWERS)
def test_every_question_comes_whatever_the_answers_are(answers: list[bool]) -> None:
    _, asked = play(answers)
    assert set(asked[: 2 * len(QUESTIONS)]) == set(QUESTIONS)


@settings(max_examples=30)
@given(ALL_ANSWERS, st.booleans())
def test_every_question_comes_again_whatever_the_answers_are(answers: list[bool], always: bool) -> None:
    state, _ = play(answers)
    _, asked = play([always] * (SPACING[-1] + 2 * len(QUESTIONS)), state)
    assert set(asked) == set(QUESTIONS)


@settings(max_examples=30)
@given(ALL_ANSWERS)
def test_no_question_comes_twice_in_a_row(answers: list[bool]) -> None:
    _, asked = play(answers)
    assert all(one != other for one, other in pairwise(asked))


@settings(max_examples=30)
@given(ANSWERS, st.booleans(), ALL_ANSWERS)
def test_what_was_wrong_comes_back_before_what_was_right(
    before: list[bool], wrong_first: bool, later: list[bool]
) -> None:
    state, _ = play(before)
    state, (one, other) = play([not wrong_first, wrong_first], state)
    wrong, right = (one, other) if wrong_first else (other, one)
    _, asked = play([*later, *[True] * 400], state)
    assert asked.index(wrong) < asked.index(right)


@given(st.integers(0, 300))
def test_what_was_wrong_comes_back_in_the_same_sitting(rights: int) -> None:
    state, asked = play([*[True] * rights, False])
    _, later = play([True] * 12, state)
    assert SPACING[0] <= later.index(asked[-1]) <= SPACING[0] + 2


@given(st.integers(0, 200))
def test_two_out_of_three_wrong_come_back_in_the_same_sitting(before: int) -> None:
    answers = [turn % 3 == 0 for turn in range(before)]
    state, asked = play([*answers, False])
    _, later = play([turn % 3 == 0 for turn in range(60)], state)
    assert SPACING[0] <= later.index(asked[-1]) <= 40


def test_each_right_answer_sends_a_question_further() -> None:
    def spaces(*answers: bool) -> list[int]:
        state, found = EMPTY, []
        for right in answers:
            state = answered(state, QUESTIONS[0], right)
            record = state.records[0]
            assert record is not None
            found.append(record.due - state.now)
        return found

    assert spaces(False, True, True, True, True, True) == [*SPACING, SPACING[-1]]
    assert spaces(True, True, False, True) == [*SPACING[2:4], *SPACING[:2]]
    assert list(SPACING) == sorted(set(SPACING))


@given(ANSWERS)
def test_a_state_is_a_short_text_that_is_read_again(answers: list[bool]) -> None:
    state, _ = play(answers)
    text = written(state)
    assert read(text) == state
    assert len(text) < 200
    assert re.fullmatch(r"[a-z0-9.-]*", text)


@given(ANSWERS, st.integers(1, 5000))
def test_a_state_is_short_after_many_answers(answers: list[bool], rounds: int) -> None:
    state, _ = play(answers)
    late = State(state.now + rounds, state.records)
    assert len(written(late)) < 200
    assert next_question(read(written(late))) in QUESTIONS
    assert written(read(written(late))) == written(late)


@given(st.one_of(st.text(), st.text("0123456789abcxyz.-"), st.from_regex(r"[0-9a-z]{1,5}\.[0-9a-z-]*")))
def test_any_text_is_a_state_with_a_next_question(text: str) -> None:
    state = read(text)
    assert len(state.records) == len(QUESTIONS)
    following = answered(state, next_question(state), False)
    assert read(written(following)) == following or following.now > 36**4


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "5",
        "5.0",
        "5.9aa",
        "5.000",
        "0.001",
        "2.003",
        "zzzzz.001",
        "5.001 ",
        "5.00١",
        "5.001\n",
        "Ⅴ.001",
    ],
)
def test_garbage_is_the_empty_state(text: str) -> None:
    assert read(text) == EMPTY


def test_a_text_from_fewer_or_more_questions_is_read() -> None:
    assert written(read("5.101002")) == "5.101002"
    assert read(f"5.{'101' * 99}").records == read(f"5.{'101' * len(QUESTIONS)}").records


def test_the_score_and_what_to_read_again_are_of_the_last_answers() -> None:
    state, asked = play([True, False, False])
    assert score(state) == Score(1, 3)
    assert to_reread(state) == {asked[1].chapter: 1, asked[2].chapter: 1}
    state = answered(state, asked[1], True)
    assert score(state) == Score(2, 3)
    assert to_reread(state) == {asked[2].chapter: 1}
    again = next(q for q in QUESTIONS if q.chapter == asked[2].chapter and q != asked[2])
    assert to_reread(answered(state, again, False)) == {asked[2].chapter: 2}
