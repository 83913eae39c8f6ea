"""Review: a question, an answer that counts once, what ran for it, and what to read again."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from lesson import prose, schedule
from lesson.chapters.review import Opened
from lesson.numeric.experiments.review.kinds import KINDS, generated
from lesson.numeric.experiments.review.question import number_of, written
from lesson.progress import Progress
from lesson.schedule import QUESTIONS, Question, answered, next_question, read
from tests.harness.lesson_app import open_page, texts

COMPUTED = {question.name: question for question in QUESTIONS if question.computed}
FROM_CHAPTERS = [question for question in QUESTIONS if not question.computed][::5]
SEED = 4


def open_question(question: Question, seed: int = SEED) -> AppTest:
    """The page with this question on it."""
    app = open_page("review")
    app.session_state["review-opened"] = Opened(question, seed)
    return app.run()


def choose(app: AppTest, text: str) -> AppTest:
    """The option with this text, by its letter."""
    lines = next(found.value for found in app.markdown if text in found.value and "**A**" in found.value)
    letters = [line[2] for line in lines.splitlines() if line[6:].strip() == text]
    return (
        app.radio(key="review-choice")
        .set_value(app.radio(key="review-choice").options["ABCDEFGH".index(letters[0])])
        .run()
    )


def type_in(app: AppTest, text: str) -> AppTest:
    app.text_input(key="review-answer").set_value(text)
    return app.button(key="review-typed").click().run()


def wrong(right: str) -> str:
    number = number_of(right)
    return "97 x 98" if number is None else written(number + 1)


def state_of(app: AppTest) -> schedule.State:
    """What the browser is told to remember."""
    progress: Progress = app.session_state["progress"]
    return read(progress.review)


@pytest.mark.parametrize("kind", KINDS)
def test_a_computed_question_marks_a_right_and_a_wrong_answer_and_shows_what_ran(kind: str) -> None:
    asked = generated(kind, SEED)
    for right in (True, False):
        app = open_question(COMPUTED[kind])
        if asked.options:
            said = asked.right if right else next(o for o in asked.options if o != asked.right)
            choose(app, prose.say("en", "review", f"option-{said}"))
        else:
            type_in(app, asked.right if right else wrong(asked.right))
        assert not app.exception
        assert len(app.success) == right
        assert [block.value for block in app.code] == [asked.working.code, asked.working.output]
        assert asked.right in texts(app) or asked.options
        assert schedule.score(state_of(app)) == (right, 1)


@pytest.mark.parametrize("question", FROM_CHAPTERS, ids="/".join)
def test_a_question_of_a_chapter_is_marked_with_its_reason(question: Question) -> None:
    options = prose.question("en", *question).options
    for right in (True, False):
        app = open_question(question)
        option = next(option for option in options if option.right == right)
        choose(app, option.text)
        marks = app.success if right else app.info
        assert [mark.value for mark in marks] == [option.reason]
        assert next(option.reason for option in options if option.right) in texts(app)
        assert schedule.score(state_of(app)) == (right, 1)


def test_what_cannot_be_read_does_not_count_and_says_why() -> None:
    app = type_in(open_question(COMPUTED["gate"]), "three")
    assert "not a number" in app.warning[0].value
    assert state_of(app) == schedule.EMPTY
    app = type_in(open_question(COMPUTED["shape"]), "3")
    assert "not a shape" in app.warning[0].value
    assert state_of(app) == schedule.EMPTY
    assert "next-question" not in [button.key for button in app.button]


@pytest.mark.parametrize("kind", ["shape", "broadcast"])
def test_a_shape_may_be_written_in_more_than_one_way(kind: str) -> None:
    rows, columns = generated(kind, SEED).right.split(" × ")
    for way in (f"{rows} x {columns}", f"({rows}, {columns})", f"{rows}×{columns}"):
        assert type_in(open_question(COMPUTED[kind]), way).success


def test_nearly_right_is_said_to_be_so() -> None:
    right = generated("momentum", SEED).right
    app = type_in(
        open_question(COMPUTED["momentum"]), right.removeprefix("-") if "-" in right else f"-{right}"
    )
    assert "Only the sign is wrong" in app.info[0].value


def test_a_mistake_that_gives_what_was_said_is_named() -> None:
    wrong, line = next(iter(generated("grad-b1", SEED).tempting.items()))
    app = type_in(open_question(COMPUTED["grad-b1"]), wrong)
    assert f"What you said is what `{line}` gives." in app.info[0].value


def test_the_first_answer_counts_and_the_next_question_follows_the_schedule() -> None:
    app, state = open_page("review"), schedule.EMPTY
    for _ in range(3):
        question = next_question(state)
        assert app.session_state["review-opened"].question == question
        seed = app.session_state["review-opened"].seed
        assert seed == state.now
        if question.computed:
            type_in(app, generated(question.name, seed).right)
        else:
            choose(app, next(o.text for o in prose.question("en", *question).options if o.right))
        state = answered(state, question, True)
        assert state_of(app) == state
        assert not {"review-choice", "review-answer"} & {w.key for w in (*app.radio, *app.text_input)}
        app.button(key="next-question").click().run()
    assert f"{len(QUESTIONS)} questions, 3 came so far" in texts(app)
    assert "**3** of them were right" in texts(app)


def test_what_was_wrong_sends_one_to_its_chapter() -> None:
    app = open_question(COMPUTED["silent"])
    links = [link.proto.label for link in app.main.get("page_link")]
    assert links == []
    type_in(app, "99")
    (link,) = app.main.get("page_link")
    assert link.proto.label == prose.say("en", "dying-relu", "title")


def test_the_options_stand_in_another_order_another_time() -> None:
    question = FROM_CHAPTERS[0]
    seen = {
        next(found.value for found in open_question(question, seed).markdown if "**A**" in found.value)
        for seed in range(6)
    }
    assert len(seen) > 1


def test_a_damaged_state_is_an_empty_one() -> None:
    app = open_page("review")
    app.session_state["progress"] = Progress(review="9.zzz")
    assert not app.run().exception
    assert "came so far" not in texts(app)


def test_what_is_right_counts_as_done_on_the_way() -> None:
    app = type_in(open_question(COMPUTED["silent"]), generated("silent", SEED).right)
    home = open_page("home")
    home.session_state["progress"] = app.session_state["progress"]
    home.run()
    labels = {link.proto.page: link.proto.label for link in home.main.get("page_link")}
    assert labels["review"] == f"**Review** (1 of {len(QUESTIONS)})"
