"""Your turn with the lines given, by keyboard and on a phone; a duel, from one browser to another."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from lesson.chapters.strengths import STRENGTHS
from lesson.numeric.source import seven_lines
from tests.browser.conftest import Server
from tests.browser.visit import NARROW, axe_violations, query, settle, sideways, visit

INSIDE = "group => document.activeElement.closest(group) !== null"


def press(page: Page, group: str, wanted: str) -> None:
    """Go to a group of buttons by Tab, to one of them by the arrows, and press it."""
    for _ in range(80):
        if page.evaluate(INSIDE, group):
            break
        page.keyboard.press("Tab")
    for arrow in ["ArrowLeft"] * 12 + ["ArrowRight"] * 12:
        if page.evaluate("document.activeElement.innerText") == wanted:
            break
        page.keyboard.press(arrow)
    expect(page.locator(f"{group} button", has_text=wanted)).to_be_focused()
    page.keyboard.press("Enter")
    settle(page)


def test_the_lines_are_put_in_order_by_keyboard(browser: Browser, server: Server) -> None:
    with visit(browser, f"{server.address}/your-turn?strength=order") as page:
        for line in seven_lines().splitlines():
            press(page, ".st-key-order-0", line)
        expect(page.get_by_text("All gradients are right")).to_be_visible()
        press(page, ".st-key-strength", "Fill the blanks")
        assert "strength=blanks" in query(page)
        page.locator("input[aria-label*='first blank']").first.focus()
        page.keyboard.type("2")
        page.keyboard.press("Tab")
        page.keyboard.type("out - y")
        page.keyboard.press("Enter")
        settle(page)
        expect(page.get_by_text("Line 1: right")).to_be_visible()


@pytest.mark.parametrize("strength", STRENGTHS)
def test_each_strength_fits_a_phone(browser: Browser, server: Server, strength: str) -> None:
    with visit(browser, f"{server.address}/your-turn?strength={strength}", NARROW) as page:
        assert sideways(page) == 0
        assert axe_violations(page) == []


def test_a_duel_goes_from_one_browser_to_another(browser: Browser, server: Server) -> None:
    with visit(browser, f"{server.address}/wrong-gradients?tab=duel&hidden=4") as page:
        page.locator(".st-key-make-link button").click()
        settle(page)
        link = page.get_by_test_id("stCode").last.inner_text().strip()
    assert link.startswith(f"{server.address}/wrong-gradients?hidden=4&tab=duel&duel=c")
    with visit(browser, link, NARROW) as page:
        expect(page.get_by_text("the factor 2 forgotten")).to_have_count(0)
        page.locator(".st-key-call-autograd button").click()
        settle(page)
        page.locator(".st-key-suspect label").filter(has_text="grad_out").click()
        settle(page)
        page.locator(".st-key-accuse button").click()
        settle(page)
        expect(page.get_by_text("Found: grad_out is wrong. Witnesses needed: 1.")).to_be_visible()
        assert sideways(page) == 0
