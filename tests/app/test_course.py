"""The course: the way on, predictions that stand, checks that are marked, what comes back from a cookie."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from lesson import prose
from lesson.chapters import ORDER
from lesson.page import memory
from lesson.progress import Progress, read, written
from tests.harness.lesson_app import open_page, texts

BIAS_ANSWERED = (
    Progress().answered("bias", "predict", 1).answered("bias", "check-sum", 0).answered("bias", "check-b2", 1)
)


def with_cookie(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(memory, "cookie", lambda: text)


def an_answer(section: str, right: bool) -> int:
    """The first option of a question of the chapter bias that is right, or that is wrong."""
    options = prose.question("en", "bias", section).options
    return next(number for number, option in enumerate(options) if option.right is right)


def kept(app: AppTest) -> Progress:
    progress: Progress = app.session_state["progress"]
    assert read(written(progress)) == progress
    return progress


@pytest.mark.parametrize("chapter", ORDER)
def test_each_chapter_leads_to_the_next_and_back(chapter: str) -> None:
    app, here = open_page(chapter, hidden=5), ORDER.index(chapter)
    assert f"{here + 1} of {len(ORDER)}" in texts(app)
    keys = {button.key for button in app.button}
    assert ("previous-chapter" in keys, "next-chapter" in keys) == (here > 0, here + 1 < len(ORDER))
    for key, name in (("previous-chapter", here - 1), ("next-chapter", here + 1)):
        if key in keys:
            assert app.button(key=key).label == prose.say("en", ORDER[name], "title")
    if here > 0:
        assert f"**You will be able to** {prose.say('en', chapter, 'goal')}" in texts(app)


def test_the_way_is_walked_with_the_network_and_the_language() -> None:
    app = open_page("home", hidden=5, lang="en")
    app.button(key="next-chapter").click().run()
    assert app.session_state["chapter"] == ORDER[1]
    assert app.query_params["hidden"] == "5"
    assert app.query_params["lang"] == "en"


def test_a_prediction_stands_and_is_judged_after_the_experiment() -> None:
    app = open_page("bias")
    app.radio(key="bias-predict").set_value(0).run()
    assert app.radio(key="bias-predict").disabled
    assert "You predicted **A**. That stands." in texts(app)
    assert "It is **B**" not in texts(app)
    # A browser puts what is changed into the address.
    app.query_params["step"] = "3"
    app.run()
    judged = app.info[0].value
    assert judged.startswith("You predicted **A**. ")
    assert "It is **B**. One bias serves all observations" in judged
    assert kept(app).answers == {("bias", "predict"): "0"}


def test_what_happens_is_told_on_request() -> None:
    app = open_page("bias")
    app.radio(key="bias-predict").set_value(1).run()
    app.button(key="bias-what-happens").click().run()
    assert any(box.value.startswith("You predicted **B**, and so it is. One bias") for box in app.success)
    assert kept(app).marks == {"seen.bias"}


def test_a_check_is_marked_at_once_and_a_second_try_is_counted() -> None:
    app = open_page("bias")
    wrong, right = (
        next(
            n
            for n, option in enumerate(prose.question("en", "bias", "check-sum").options)
            if option.right is wanted
        )
        for wanted in (False, True)
    )
    app.radio(key="bias-check-sum").set_value(wrong).run()
    assert not any(box.value.startswith("Try") for box in app.caption)
    app.radio(key="bias-check-sum").set_value(right).run()
    assert [box.value for box in app.caption if box.value.startswith("Try")] == ["Try 2"]
    assert kept(app).answers[("bias", "check-sum")] == f"{wrong}{right}"


def test_answers_come_back_from_the_cookie(monkeypatch: pytest.MonkeyPatch) -> None:
    with_cookie(monkeypatch, written(BIAS_ANSWERED.marked("seen.bias")))
    app = open_page("bias")
    assert app.radio(key="bias-predict").value == 1
    assert app.radio(key="bias-predict").disabled
    assert app.radio(key="bias-check-b2").value == 1
    assert "and so it is" in texts(app)


@pytest.mark.parametrize("earned", [True, False])
def test_a_line_is_ticked_when_its_checks_were_answered(
    earned: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = Progress().answered("bias", "predict", 0)
    for section in ("check-sum", "check-b2"):
        options = prose.question("en", "bias", section).options
        done = done.answered(
            "bias", section, next(n for n, option in enumerate(options) if option.right is earned)
        )
    with_cookie(monkeypatch, written(done))
    ticked = ":material/check_circle: `grad_b1 = grad_h.sum(0, keepdim=True)`"
    assert (ticked in texts(open_page("bias"))) == earned
    assert ":material/check_circle: `grad_w1" not in texts(open_page("bias"))


def test_home_goes_on_where_one_stopped_and_forgets_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    with_cookie(monkeypatch, written(BIAS_ANSWERED.marked("line.grad_w1", "mistake.b2")))
    app = open_page()
    assert app.button(key="start").label in ("Go on: Bias", "Go on: Autograd")
    assert "[[" not in texts(app)
    assert "1 of the seven lines. Mistakes found: 1." in texts(app)
    app.button(key="forget").click().run()
    assert kept(app) == Progress()
    assert app.button(key="start").label == "Start"
    assert "forget" not in {button.key for button in app.button}


@pytest.mark.parametrize(
    "text",
    [
        "garbage",
        "1!!!!!bias*predict.9",
        "1!!!!!nowhere*predict.0",
        "1!!!!!bias*goal.0",
        "1!x!xx!!.!..",
        "\x00",
        "1" * 9999,
    ],
)
def test_a_damaged_cookie_does_no_harm(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with_cookie(monkeypatch, text)
    app = open_page("bias")
    assert app.radio(key="bias-predict").value is None
    assert kept(app).answers == {}


def test_solved_lines_are_remembered() -> None:
    app = open_page("your-turn", program="grad_out = 2 * (out - y)\ngrad_w2 = a.T @ grad_out")
    assert kept(app).marks == {"line.grad_out", "line.grad_w2"}
