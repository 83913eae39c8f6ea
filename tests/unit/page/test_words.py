"""What a page says: numbers for the eye, what somebody typed, a question that is marked."""

from __future__ import annotations

import math

import pytest
from streamlit.testing.v1 import AppTest

from lesson.page.words import KEPT, figure, quoted
from tests.harness.lesson_app import open_page, texts


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "0"),
        (-0.0, "0"),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
        (math.nan, "nan"),
        (1234.5678, "1,235"),
        (-0.0123456, "-0.01235"),
        (0.001, "0.001"),
        (0.00099, "9.9e-04"),
        (999_900, "9.999e+05"),
        (1_000_000, "1.0e+06"),
        (-2_500_000, "-2.5e+06"),
    ],
)
def test_a_figure_is_short_and_a_zero_is_exact(value: float, written: str) -> None:
    assert figure(value) == written


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("a`b", "`a'b`"),
        ("a\nb\x00c", "`a b c`"),
        ("x" * 40, f"`{'x' * 40}`"),
        ("x" * 41, f"`{'x' * 40}…`"),
        ("", "``"),
    ],
)
def test_what_somebody_typed_is_shortened_and_cannot_leave_its_quotes(typed: str, shown: str) -> None:
    assert quoted(typed) == shown


def ran(script: str, **address: str) -> AppTest:
    """A script with words and st at hand, at an address, in English."""
    before = (
        "import streamlit as st\nfrom lesson.page import words\nst.session_state['language'] = 'en'\n"
        "st.session_state['chapter'] = 'train'\n"
    )
    app = AppTest.from_string(before + script, default_timeout=60)
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def found(script: str, **address: str) -> object:
    return ran(f"st.session_state['found'] = {script}", **address).session_state["found"]


def test_a_shape_is_told_by_its_sides_and_a_number_has_none() -> None:
    assert found("words.sides((64, 2, 1))") == "64 × 2 × 1"
    assert found("words.sides(())") == found("words.words()['a-number']")


def test_a_language_is_taken_from_the_address_where_there_is_such_a_one() -> None:
    assert found("words.asked_language()", lang="en") == "en"
    assert found("words.asked_language()", lang="../en") == "en"
    assert found("words.asked_language()") == "en"


def test_links_take_along_what_every_page_keeps_and_nothing_else() -> None:
    kept = {name: f"its {name}" for name in KEPT}
    assert found("words.kept_in_address()", **kept, tab="here", steps="5") == kept
    assert found("words.kept_in_address()", tab="here") == {}


def test_a_choice_stands_in_the_address_unless_it_is_the_default() -> None:
    def address(name: str, **before: str) -> dict[str, list[str]]:
        return dict(ran(f"words.keep_in_address('tab', {name!r}, 'first')", **before).query_params)

    assert address("second")["tab"] in ("second", ["second"])
    assert "tab" not in address("first", tab="second")
    assert "tab" not in address("first")


def test_an_error_in_a_program_says_where_it_is_and_quotes_what_is_wrong() -> None:
    said = found(
        "words.program_error(__import__('lesson.numeric.program', fromlist=['x'])"
        ".ProgramError(3, 7, 'undefined', name='q`q'))"
    )
    assert isinstance(said, str)
    assert "ine 3, column 7" in said
    assert "`q'q`" in said


def test_a_question_is_marked_once_it_is_answered_with_the_reason_of_that_answer() -> None:
    app = open_page("train")
    question = app.radio(key="train-check-rounding")
    assert question.value is None
    assert question.options[:2] == ["A", "B"]
    assert texts(app).count("**A** ") == texts(app).count("**B** ")
    app.radio(key="train-check-rounding").set_value(0).run()
    reason = [box.value for box in app.info]
    assert reason
    assert not [box for box in app.success if box.value in reason]
    app.radio(key="train-check-rounding").set_value(1).run()
    assert reason[0] not in [box.value for box in app.info]
    assert any(box.value.startswith("Yes.") for box in app.success)


def test_a_link_leads_to_its_chapter_under_its_label() -> None:
    app = open_page("train", backward="yours", hidden=5)
    (link,) = [link.proto for link in app.get("page_link") if link.proto.label == "To your lines"]
    assert link.page == "your-turn"
    assert "hidden=5" in link.query_string
