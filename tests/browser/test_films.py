"""Films: a picture plays in the browser, is moved by keyboard, and has its step in the address."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Server
from tests.browser.visit import frames_sent, query, settle, visit

FILMS = {"dying-relu": "dying-relu", "valley": "optimizers?tab=surface"}


def drawing(page: Page) -> str:
    """All that the film shows, as it stands in the page."""
    return page.locator(".st-key-step-picture svg.marks").inner_html()


@pytest.mark.parametrize("path", FILMS.values(), ids=FILMS)
def test_a_film_plays_without_the_server_and_stays_where_it_is_stopped(
    browser: Browser, server: Server, path: str
) -> None:
    with visit(browser, f"{server.address}/{path}") as page:
        slider = page.get_by_role("slider", name="Step")
        slider.press("Home")
        settle(page)
        first = drawing(page)
        page.get_by_role("button", name="Play").click()
        page.wait_for_timeout(800)
        step = int(slider.input_value())
        assert step > 0
        assert drawing(page) != first
        page.get_by_role("button", name="Pause").click()
        settle(page)
        stopped = int(slider.input_value())
        assert f"step={stopped}" in query(page)
    with visit(browser, f"{server.address}/{path.split('?')[0]}?{query_of(path)}step={stopped}") as page:
        assert page.get_by_role("slider", name="Step").input_value() == str(stopped)
        assert drawing(page) != first


def query_of(path: str) -> str:
    return path.partition("?")[2] and f"{path.partition('?')[2]}&"


def test_a_film_sends_nothing_while_it_plays(browser: Browser, server: Server) -> None:
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    sent = frames_sent(page)
    page.goto(f"{server.address}/dying-relu?step=20")
    settle(page)
    before, first = len(sent), drawing(page)
    page.get_by_role("button", name="Play").click()
    page.wait_for_timeout(1500)
    assert len(sent) == before
    assert drawing(page) != first
    page.get_by_role("button", name="Pause").click()
    settle(page)
    assert len(sent) > before, "the socket is listened to"


def test_arrow_keys_move_a_film(browser: Browser, server: Server) -> None:
    with visit(browser, f"{server.address}/dying-relu?step=3") as page:
        slider, shown = page.get_by_role("slider", name="Step"), drawing(page)
        slider.press("ArrowRight")
        settle(page)
        assert query(page) == "step=4"
        for _ in range(4):
            slider.press("ArrowLeft")
        settle(page)
        assert query(page) == ""
        assert drawing(page) != shown
