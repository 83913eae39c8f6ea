"""Every page, wide and narrow, light and dark: silent, accessible, and no wider than its window."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Server
from tests.browser.visit import NARROW, WIDE, axe_violations, is_dark, sideways, visit
from tests.harness.addresses import addresses

PAGES = addresses({})


@pytest.mark.parametrize(("path", "boxes"), [("bias", ".katex-display"), ("autograd", "pre")])
def test_what_is_wide_scrolls_by_keyboard(browser: Browser, server: Server, path: str, boxes: str) -> None:
    with visit(browser, f"{server.address}/{path}", NARROW) as page:
        widths = page.locator(boxes).evaluate_all(
            "boxes => boxes.map(box => box.scrollWidth > box.clientWidth)"
        )
        box = page.locator(boxes).nth(widths.index(True))
        for _ in range(60):
            page.keyboard.press("Tab")
            if box.evaluate("box => box === document.activeElement"):
                break
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(300)
        assert box.evaluate("box => box.scrollLeft") > 0


@pytest.mark.parametrize(("width", "theme"), [(WIDE, "light"), (NARROW, "dark")])
@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_a_page_is_sound(browser: Browser, server: Server, path: str, width: int, theme: str) -> None:
    with visit(browser, f"{server.address}/{path}", width, theme) as page:
        assert page.get_by_test_id("stException").count() == 0
        assert page.locator(".katex-error").count() == 0
        assert is_dark(page) == (theme == "dark")
        assert sideways(page) == 0
        assert axe_violations(page) == []
