"""The course as a browser plays it: what was done is there after a reload, and gone when it is forgotten."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from lesson.page.memory import COOKIE
from tests.browser.conftest import Server
from tests.browser.visit import NARROW, WIDE, settle


def opened(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(address)
    settle(page)
    return page


def choose(page: Page, key: str, option: str) -> None:
    """Answer a question, until the browser has written it down."""
    page.locator(f".st-key-{key} label").filter(has_text=option).last.click()
    settle(page)
    page.wait_for_function("question => document.cookie.includes(question)", arg="*".join(key.rsplit("-", 1)))


def kept(context: BrowserContext) -> list[str]:
    return [str(cookie.get("value")) for cookie in context.cookies() if cookie.get("name") == COOKIE]


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_a_learner_starts_answers_comes_back_and_forgets(
    browser: Browser, server: Server, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = opened(context, server.address)
    assert kept(context) == []
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_role("heading", name="One step", level=1)).to_be_visible()
    settle(page)
    choose(page, "one-step-predict", "B")
    assert kept(context) == ["1!one-step!!!!one-step*predict.1"]
    page.reload()
    settle(page)
    expect(page.get_by_text("You predicted B. That stands.")).to_be_visible()
    expect(page.locator(".st-key-one-step-predict input").first).to_be_disabled()
    home = opened(context, server.address)
    expect(home.get_by_role("button", name="Go on: One step")).to_be_visible()
    home.get_by_role("button", name="Forget everything").click()
    settle(home)
    assert kept(context) == []
    again = opened(context, f"{server.address}/one-step")
    expect(again.locator(".st-key-one-step-predict input").first).to_be_enabled()
    context.close()


def test_a_prediction_is_judged_once_something_is_changed(browser: Browser, server: Server) -> None:
    page = opened(browser.new_context(), f"{server.address}/bias")
    choose(page, "bias-predict", "A")
    expect(page.get_by_text("You predicted A. That stands.")).to_be_visible()
    page.locator(".st-key-hidden input").fill("3")
    page.locator(".st-key-hidden input").press("Enter")
    settle(page)
    expect(page.get_by_text("It is B.")).to_be_visible()


def test_the_way_is_walked_by_keyboard(browser: Browser, server: Server) -> None:
    page = opened(browser.new_context(), f"{server.address}/graph")
    page.locator(".st-key-next-chapter button").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Chain rule", level=1)).to_be_visible()
    settle(page)
    page.locator(".st-key-previous-chapter button").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Graph", level=1)).to_be_visible()


@pytest.mark.parametrize(
    "text", ["%00%ff", "1!!!!!bias*predict.9", "x" * 3900, "1!bias!!!line.x!bias*predict.1~!!"]
)
def test_a_damaged_cookie_does_no_harm_in_a_browser(browser: Browser, server: Server, text: str) -> None:
    context = browser.new_context()
    context.add_cookies([{"name": COOKIE, "value": text, "url": server.address}])
    page = opened(context, f"{server.address}/bias")
    assert page.get_by_test_id("stException").count() == 0
    choose(page, "bias-predict", "B")
    assert kept(context) == ["1!bias!!!!bias*predict.1"]
    context.close()
