"""The chain rule's bench in a browser: a drag moves it without the server, its end tells the page."""

from __future__ import annotations

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Server
from tests.browser.visit import frames_sent, query, settle, visit

TOP = 60
"""The height of Streamlit's header, under which nothing can be seen."""


def bench(page: Page) -> Locator:
    return page.locator(".st-key-bench")


def show(page: Page) -> None:
    """Scroll until the bench's controls stand below the header."""
    page.locator(".st-key-entry").evaluate("control => control.scrollIntoView()")
    page.get_by_test_id("stMain").evaluate(f"main => main.scrollBy(0, -{TOP + 2})")
    page.wait_for_timeout(300)


def shown(page: Page, before: str) -> str:
    """What stands in the picture behind these words."""
    (found,) = (text for text in bench(page).locator("text").all_text_contents() if text.startswith(before))
    return found.removeprefix(before)


def curve_middle(page: Page) -> tuple[float, float]:
    """The middle of the curve: that of the line that is drawn in one path of many points."""
    box = bench(page).locator("g.mark-line path").first.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_everything_moves_while_the_weight_is_dragged_and_the_server_hears_of_its_end(
    browser: Browser, server: Server
) -> None:
    with visit(browser, f"{server.address}/chain-rule") as page:
        sent = frames_sent(page)
        page.reload()
        settle(page)
        show(page)
        x, y = curve_middle(page)
        page.mouse.move(x, y)
        page.mouse.down()
        before, seen = len(sent), []
        for step in range(1, 9):
            page.mouse.move(x - 8 * step, y)
            page.wait_for_timeout(100)
            seen.append([shown(page, name) for name in ("w1[2,2] = ", "grad_w1[2,2] = ", "grad_out[1,1] = ")])
        page.wait_for_timeout(700)
        assert len(sent) == before
        for numbers in zip(*seen, strict=True):
            assert len(set(numbers)) >= 6
        page.mouse.up()
        page.wait_for_function("location.search.includes('moved=')")
        settle(page)
        assert len(sent) > before
        # What the browser chose and what the page now shows is the same.
        assert [shown(page, name) for name in ("w1[2,2] = ", "grad_w1[2,2] = ")] == seen[-1][:2]
        assert "moved=-" in query(page)


def test_the_slider_moves_the_bench_by_keyboard(browser: Browser, server: Server) -> None:
    with visit(browser, f"{server.address}/chain-rule") as page:
        start = float(shown(page, "w1[2,2] = "))
        page.locator(".st-key-moved").get_by_role("slider").focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        page.wait_for_function("location.search.includes('moved=0.1')")
        settle(page)
        assert abs(float(shown(page, "w1[2,2] = ")) - start - 0.1) < 1e-3


def test_a_factor_lights_its_edge_without_the_server(browser: Browser, server: Server) -> None:
    with visit(browser, f"{server.address}/chain-rule") as page:
        show(page)
        wide = bench(page).locator("g.mark-rule line[stroke-width='9']")
        expect(wide).to_have_count(0)
        bench(page).locator("g.mark-rect").last.locator("path").nth(1).hover()
        expect(wide).to_have_count(1)
        page.mouse.move(5, 5)
        expect(wide).to_have_count(0)


def test_the_bench_and_its_controls_fit_one_screen(browser: Browser, server: Server) -> None:
    with visit(browser, f"{server.address}/chain-rule") as page:
        page.set_viewport_size({"width": 1280, "height": 800})
        page.wait_for_timeout(300)
        show(page)
        for part in (
            page.locator(".st-key-entry"),
            page.locator(".st-key-moved"),
            bench(page).locator("svg.marks"),
        ):
            box = part.bounding_box()
            assert box
            assert box["y"] >= TOP
            assert box["y"] + box["height"] <= 800
            assert box["x"] + box["width"] <= 1280


def test_where_the_screen_is_narrow_the_bench_scrolls_in_its_own_box(
    browser: Browser, server: Server
) -> None:
    with visit(browser, f"{server.address}/chain-rule", width=390) as page:
        assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth") == 0
        box = bench(page).locator("xpath=..")
        reach = box.evaluate(
            "box => { box.scrollLeft = 9999; return [box.scrollLeft, box.scrollWidth - box.clientWidth] }"
        )
        assert reach[0] == reach[1] > 250
