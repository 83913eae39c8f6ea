"""Review as a browser plays it: answered by keyboard, marked, and there after a reload."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from lesson.numeric.experiments.review.kinds import generated
from lesson.schedule import EMPTY, QUESTIONS, answered, next_question
from tests.browser.conftest import Server
from tests.browser.visit import NARROW, WIDE, axe_violations, settle, sideways, visit

FIRST_COMPUTED = next(index for index, question in enumerate(QUESTIONS) if question.computed)


def answer_by_keyboard(page: Page, said: str) -> None:
    """Type an answer, or choose the first option."""
    if said:
        page.locator(".st-key-review-answer input").fill(said)
        page.keyboard.press("Enter")
    else:
        page.locator(".st-key-review-choice input").first.focus()
        page.keyboard.press("Space")
    expect(page.locator(".st-key-next-question")).to_be_visible()
    settle(page)


@pytest.mark.parametrize(("width", "theme"), [(WIDE, "light"), (NARROW, "dark")])
def test_questions_are_answered_by_keyboard_and_a_reload_goes_on(
    browser: Browser, server: Server, width: int, theme: str
) -> None:
    state = EMPTY
    with visit(browser, f"{server.address}/review", width, theme) as page:
        for _ in range(FIRST_COMPUTED + 1):
            question = next_question(state)
            said = generated(question.name, state.now).right if question.computed else ""
            answer_by_keyboard(page, said)
            state = answered(state, question, True)
            if question.computed:
                expect(page.get_by_text(f"Yes: {said}.")).to_be_visible()
                assert axe_violations(page) == []
                assert sideways(page) == 0
            page.locator(".st-key-next-question button").press("Enter")
            expect(page.locator(".st-key-next-question")).to_have_count(0)
            settle(page)
        page.reload()
        settle(page)
        expect(page.get_by_text(f"{FIRST_COMPUTED + 1} came so far")).to_be_visible()
