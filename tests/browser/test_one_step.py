"""One step in a browser: pointing asks nobody and is quick, and the lines can be walked by keyboard alone."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from lesson.charts.linked import DIM
from tests.browser.conftest import Server
from tests.browser.visit import NARROW, frames_sent, query, settle, visit

PICTURE = ".st-key-step-picture svg.marks"
SCREEN = 800
"""Pixels: the height of a small laptop's screen."""

HEADER = 60
"""Of those Streamlit's own line at the top."""

POINTED = """
async ([selector, index, dim]) => {
  const frames = [...document.querySelectorAll(selector + ' path[stroke]')].filter(
    path => path.getAttribute('fill') === 'transparent' && path.getAttribute('stroke') !== 'transparent');
  const pale = () => document.querySelectorAll(`${selector} path[opacity="${dim}"]`).length;
  const { left, top, width, height } = frames[index].getBoundingClientRect();
  const at = { bubbles: true, clientX: left + width / 2, clientY: top + height / 2, pointerType: 'mouse' };
  const begun = performance.now();
  for (const kind of ['pointerover', 'pointermove']) frames[index].dispatchEvent(new PointerEvent(kind, at));
  while (!pale() && performance.now() - begun < 2000) await new Promise(requestAnimationFrame);
  return [performance.now() - begun, pale()];
}
"""
"""Put the pointer on a cell: milliseconds until others are pale, and how many are."""


def center(page: Page, index: int) -> tuple[float, float]:
    """Where on the screen a cell lies: the cells of x come first, row by row; the thirtieth is of h."""
    frames = page.locator(f"{PICTURE} path[fill=transparent][stroke^='#']")
    box = frames.nth(index).bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def pale(page: Page) -> int:
    return page.locator(f"{PICTURE} path[opacity='{DIM}']").count()


def test_pointing_at_numbers_sends_no_message_and_choosing_one_does(browser: Browser, server: Server) -> None:
    with visit(browser, f"{server.address}/one-step") as page:
        sent = frames_sent(page)
        page.reload()
        settle(page)
        page.locator(PICTURE).scroll_into_view_if_needed()
        page.wait_for_timeout(500)
        before = len(sent)
        assert before > 0
        assert pale(page) == 0
        for index in (0, 12, 13, 30):
            page.mouse.move(*center(page, index))
            page.wait_for_timeout(100)
            assert pale(page) > 0
        page.wait_for_timeout(500)
        assert len(sent) == before
        page.mouse.click(*center(page, 30))
        expect(page).to_have_url(re.compile("cell=h"), timeout=10_000)
        assert len(sent) > before


def test_the_picture_answers_the_pointer_within_50_milliseconds(browser: Browser, server: Server) -> None:
    with visit(browser, f"{server.address}/one-step") as page:
        page.locator(PICTURE).scroll_into_view_if_needed()
        found = sorted(page.evaluate(POINTED, [PICTURE, index, DIM]) for index in (0, 5, 20))
        # The machine may have others to wait for once.
        taken, count = found[1]
        assert count > 0
        assert taken < 50


def test_the_lines_are_walked_by_keyboard_alone(browser: Browser, server: Server) -> None:
    with visit(browser, f"{server.address}/one-step?line=a") as page:
        for key, line in (("ArrowRight", "out"), ("ArrowRight", "residual"), ("ArrowLeft", "out")):
            page.keyboard.press(key)
            expect(page.locator("strong code").first).to_contain_text(line)
            settle(page)
            assert f"line={line}" in query(page)


def test_a_cell_is_chosen_by_keyboard_alone(browser: Browser, server: Server) -> None:
    with visit(browser, f"{server.address}/one-step") as page:
        field = page.locator(".st-key-one-step-column input")
        field.focus()
        field.press("ArrowUp")
        field.press("Enter")
        settle(page)
        assert query(page) == "cell=grad_b1%5B1%2C2%5D"
        assert "grad_b1[1,2] = grad_h[1,2]" in page.get_by_test_id("stCode").first.inner_text()


def test_it_plays_line_after_line_and_pauses(browser: Browser, server: Server) -> None:
    with visit(browser, f"{server.address}/one-step") as page:
        page.get_by_role("button", name="Play").click()
        expect(page).to_have_url(re.compile("line=h"), timeout=10_000)
        expect(page).to_have_url(re.compile("line=a"), timeout=10_000)
        expect(page).to_have_url(re.compile("line=out"), timeout=10_000)
        page.get_by_role("button", name="Pause").click()
        settle(page)
        there = page.url
        page.wait_for_timeout(3000)
        assert page.url == there


def test_the_play_part_fits_a_small_screen(browser: Browser, server: Server) -> None:
    for line in ("h", "residual", "grad_w1", "grad_b1"):
        with visit(browser, f"{server.address}/one-step?line={line}") as page:
            above = page.locator(".st-key-one-step-back").bounding_box()
            below = page.get_by_test_id("stCode").first.bounding_box()
            assert above
            assert below
            assert below["y"] + below["height"] - above["y"] < SCREEN - HEADER


def test_on_a_phone_the_picture_scrolls_in_its_own_box(browser: Browser, server: Server) -> None:
    with visit(browser, f"{server.address}/one-step", NARROW) as page:
        box = page.locator(".st-key-step-picture").evaluate(
            "e => { while (!['auto', 'scroll'].includes(getComputedStyle(e).overflowX)) e = e.parentElement;"
            " e.scrollLeft = 200; return [e.scrollLeft, e.clientWidth, e.scrollHeight - e.clientHeight] }"
        )
        assert box[0] == 200
        assert box[1] < NARROW
        assert box[2] <= 0
