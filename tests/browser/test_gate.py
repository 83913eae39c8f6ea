"""The gate in a browser: a drag opens and shuts it without the server, which hears of its end."""

from __future__ import annotations

from playwright.sync_api import Browser, Locator, Page

from tests.browser.conftest import Server
from tests.browser.visit import frames_sent, query, settle, sideways, visit

GATE = ".st-key-gate-1-0"
ADDRESS = "activation?cell=h%5B2%2C1%5D"


def shown(page: Page, before: str) -> str:
    (found,) = (text for text in page.locator(f"{GATE} text").all_text_contents() if text.startswith(before))
    return found.removeprefix(before)


def dot(page: Page) -> Locator:
    return page.locator(f"{GATE} g.mark-symbol path[fill='#c2417a']").first


def test_a_drag_across_zero_shuts_the_gate_and_the_server_hears_of_its_end(
    browser: Browser, server: Server
) -> None:
    with visit(browser, f"{server.address}/{ADDRESS}") as page:
        sent = frames_sent(page)
        page.reload()
        settle(page)
        page.locator(GATE).scroll_into_view_if_needed()
        page.wait_for_timeout(300)
        assert shown(page, "mask = φ′(h) = ") == "1"
        box = dot(page).bounding_box()
        assert box
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        before, seen = len(sent), set()
        for step in range(1, 11):
            page.mouse.move(x - 12 * step, y)
            page.wait_for_timeout(100)
            seen.add((shown(page, "h = "), shown(page, "mask = φ′(h) = ")))
        assert {mask for _, mask in seen} == {"0", "1"}
        assert len(seen) >= 8
        assert len(sent) == before
        last = shown(page, "h = ")
        page.mouse.up()
        page.wait_for_function("location.search.includes('h=-')")
        settle(page)
        assert len(sent) > before
        assert shown(page, "h = ") == last
        assert f"h={last.replace('−', '-')}" in query(page)


def test_where_the_screen_is_narrow_the_gate_scrolls_in_its_own_box(browser: Browser, server: Server) -> None:
    with visit(browser, f"{server.address}/{ADDRESS}", width=390) as page:
        assert sideways(page) == 0
        box = page.locator(GATE).locator("xpath=..")
        assert box.evaluate("box => { box.scrollLeft = 9999; return box.scrollLeft }") > 250
