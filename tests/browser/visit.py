"""What a visitor does: open an address, wait until the page has settled, look for what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, WebSocket, expect

WIDE, NARROW = 1280, 390
UNDRAWN = "[data-testid=stVegaLiteChart]:not(:has(svg, canvas))"
SCROLLING = re.compile(
    r'scrollable-region-focusable: <(span class="katex-display"|pre class="st-emotion-cache-[^"]*")>'
)
"""Boxes of Streamlit's in which wide formulas and code scroll."""


@contextmanager
def visit(browser: Browser, address: str, width: int = WIDE, theme: str = "light") -> Iterator[Page]:
    """The page at an address, settled; on leaving, the console must have stayed silent."""
    page = window(browser, width, theme).new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.extend(complaint(message)))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    settle(page)
    yield page
    assert complaints == []
    page.close()


@cache
def window(browser: Browser, width: int, theme: str) -> BrowserContext:
    """A window for all visits of this kind: Streamlit's own scripts are loaded and compiled once."""
    scheme: Literal["dark", "light"] = "dark" if theme == "dark" else "light"
    return browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)


def complaint(message: ConsoleMessage) -> list[str]:
    """What a console message complains of. On a chapter's address Streamlit's own client first looks
    for the server below that address, and the browser reports the 404; that is not the lesson's."""
    probing = "_stcore" in message.location.get("url", "") and "404" in message.text
    return [message.text] if message.type in ("error", "warning") and not probing else []


def settle(page: Page) -> None:
    """Wait until the script has run and everything is drawn."""
    app = page.get_by_test_id("stApp")
    expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=60_000)
    expect(app).to_have_attribute("data-test-connection-state", "CONNECTED", timeout=60_000)
    expect(app).to_have_attribute("data-test-script-state", "notRunning", timeout=60_000)
    # Streamlit loads the code that draws charts and formulas only when the first one arrives.
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=60_000)
    expect(page.locator(UNDRAWN)).to_have_count(0, timeout=60_000)
    page.wait_for_timeout(500)


def axe_violations(page: Page) -> list[str]:
    """The rules of axe-core that the page breaks, with every element that does."""
    found = Axe().run(page).response["violations"]
    broken = [f"{rule['id']}: {node['html'][:150]}" for rule in found for node in rule["nodes"]]
    # Browsers let the keyboard into such a box by themselves, which this rule does not know yet;
    # test_what_is_wide_scrolls_by_keyboard shows it.
    return [line for line in broken if not SCROLLING.match(line)]


def is_dark(page: Page) -> bool:
    """Whether the page's ground is darker than its middle grey."""
    ground = page.get_by_test_id("stApp").evaluate("app => getComputedStyle(app).backgroundColor")
    return sum(map(int, re.findall(r"\d+", ground)[:3])) < 3 * 128


def sideways(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(
        page.evaluate(
            "(() => { const main = document.querySelector('[data-testid=stMain]');"
            " return main.scrollWidth - main.clientWidth })()"
        )
    )


def metric(page: Page, label: str) -> str:
    """The value of a metric by its label."""
    return metric_value(page, label).inner_text()


def metric_value(page: Page, label: str) -> Locator:
    found = page.get_by_test_id("stMetric").filter(has_text=re.compile(label))
    return found.get_by_test_id("stMetricValue")


def frames_sent(page: Page) -> list[str | bytes]:
    """What the page sends to the server from its next loading on; the list grows as it does."""
    sent: list[str | bytes] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: sent.append(frame))

    page.on("websocket", listen)
    return sent


def query(page: Page) -> str:
    return page.url.partition("?")[2]
