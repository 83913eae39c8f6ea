"""Formulas: nothing is cut off, at 1280 pixels they fit, and where they do not one sees that they go on."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Server
from tests.browser.visit import NARROW, WIDE, query, settle, visit

LINES = {"grad_w1": 5, "grad_w2": 5, "grad_a": 4}
"""How many steps each derivation has."""

MEASURE = """() => [...document.querySelectorAll('.katex-display')].map(box => {
    const framed = element => element && (parseFloat(getComputedStyle(element).borderRightWidth) > 0
        ? element.getBoundingClientRect().right - box.getBoundingClientRect().right < 20
        : framed(element.parentElement));
    const { top, bottom } = box.getBoundingClientRect();
    const glyphs = [...box.querySelectorAll('.katex-html *')]
        .filter(e => e.tagName === 'svg' || !e.children.length && e.textContent.trim())
        .map(e => e.getBoundingClientRect())
        .filter(glyph => glyph.width && glyph.height);
    return {
        latex: box.querySelector('annotation').textContent,
        wide: box.scrollWidth > box.clientWidth,
        cut: box.scrollHeight > box.clientHeight
            || glyphs.some(glyph => glyph.top < top || glyph.bottom > bottom),
        framed: framed(box),
    };
})"""


def measured(page: Page) -> list[dict[str, Any]]:
    return list(page.evaluate(MEASURE))


def named(name: str, page: Page) -> list[str]:
    """The formulas of which this was measured."""
    return [formula["latex"] for formula in measured(page) if formula[name]]


def all_fit(page: Page) -> bool:
    assert named("cut", page) == named("wide", page) == []
    return bool(measured(page))


@pytest.mark.parametrize("path", ["chain-rule", "chain-rule?outputs=2", "bias"])
def test_every_formula_fits_its_box(browser: Browser, server: Server, path: str) -> None:
    with visit(browser, f"{server.address}/{path}", WIDE) as page:
        assert all_fit(page)


@pytest.mark.parametrize(("line", "steps"), LINES.items())
def test_every_step_of_a_derivation_fits(browser: Browser, server: Server, line: str, steps: int) -> None:
    """With numbers, which stand beside the symbols."""
    with visit(browser, f"{server.address}/matrix-form?line={line}&numbers=true", WIDE) as page:
        for step in range(1, steps + 1):
            page.get_by_test_id("stPagination").get_by_text(str(step), exact=True).click()
            settle(page)
            assert all_fit(page)


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_the_setup_card_fits(browser: Browser, server: Server, width: int) -> None:
    with visit(browser, f"{server.address}/activation?activation=leaky_relu", width) as page:
        page.get_by_role("button", name="Your network on one card").click()
        page.locator(".katex-display").wait_for()
        page.wait_for_timeout(500)
        assert all_fit(page)


@pytest.mark.parametrize("path", ["bias", "matrix-form?step=4&numbers=true"])
def test_on_a_phone_a_formula_goes_on_behind_its_frame(browser: Browser, server: Server, path: str) -> None:
    with visit(browser, f"{server.address}/{path}", NARROW) as page:
        assert named("cut", page) == []
        assert set(named("wide", page)) - set(named("framed", page)) == set() != set(named("wide", page))


def test_the_measure_finds_what_does_not_fit(browser: Browser, server: Server) -> None:
    with visit(browser, f"{server.address}/bias", WIDE) as page:
        page.add_style_tag(content=".katex-display { height: 40px; width: 200px } * { border: 0 !important }")
        assert named("cut", page)
        assert named("wide", page)
        assert not named("framed", page)


def test_the_step_of_a_derivation_goes_into_the_address(browser: Browser, server: Server) -> None:
    with visit(browser, f"{server.address}/matrix-form") as page:
        page.get_by_role("radio", name="grad_w2").click()
        settle(page)
        page.get_by_test_id("stPagination").get_by_text("3", exact=True).click()
        settle(page)
        page.get_by_text("With my numbers").click()
        settle(page)
        assert sorted(query(page).split("&")) == ["line=grad_w2", "numbers=true", "step=3"]
    with visit(browser, f"{server.address}/chain-rule") as page:
        page.get_by_role("slider").press("ArrowRight")
        settle(page)
        assert query(page) == "moved=0.05"
