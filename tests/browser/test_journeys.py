"""What only a browser shows: links that open as they were, runs that stop, a server that dies."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from lesson.numeric.source import seven_lines
from tests.browser.conftest import Server
from tests.browser.visit import metric, metric_value, query, settle, visit
from tests.harness.addresses import addresses

LOCAL, DRIFT = "at the same weights", "on its own path"


def set_number(page: Page, key: str, value: int) -> None:
    field = page.locator(f".st-key-{key} input")
    field.fill(str(value))
    field.press("Enter")
    settle(page)


def choose(page: Page, key: str, option: str) -> None:
    page.locator(f".st-key-{key} label").filter(has_text=re.compile(f"^{option}$")).click()
    settle(page)


def test_the_home_page_shows_zero_and_leads_to_the_laboratory(browser: Browser, server: Server) -> None:
    with visit(browser, server.address) as page:
        assert metric(page, "Largest difference over 1,001 steps") == "0"
        expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(1)
        page.get_by_test_id("stMain").get_by_role("link", name=re.compile("Train")).click()
        expect(page.get_by_role("heading", name="Train", level=1)).to_be_visible()
        settle(page)
        assert metric(page, LOCAL) == "0"


def test_on_the_first_screen_a_pointer_moves_the_ruler_and_a_button_starts(
    browser: Browser, server: Server
) -> None:
    with visit(browser, server.address) as page:
        frame = page.get_by_test_id("stVegaLiteChart").locator("svg")
        reading = frame.get_by_text("step: ")
        assert reading.inner_html() == "step: 1,000"
        box = frame.bounding_box()
        assert box
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 3)
        page.wait_for_timeout(200)
        step = int(reading.inner_html().removeprefix("step: "))
        assert 300 < step < 700
        assert frame.get_by_text("difference: ").inner_html() == "difference: 0"
        start = page.get_by_role("button", name="Start")
        lowest = start.bounding_box()
        assert lowest
        assert max(lowest["y"] + lowest["height"], box["y"] + box["height"]) < 800
        start.click()
        expect(page.get_by_role("heading", name="One step", level=1)).to_be_visible()


def test_a_link_opens_the_page_as_it_was(browser: Browser, server: Server) -> None:
    with visit(browser, f"{server.address}/train") as page:
        set_number(page, "hidden", 5)
        choose(page, "activation", "leaky_relu")
        choose(page, "autograd_dtype", "float64")
        set_number(page, "steps", 200)
        assert set(query(page).split("&")) == {
            "hidden=5",
            "activation=leaky_relu",
            "autograd_dtype=float64",
            "steps=200",
        }
        link, local, drift = page.url, metric(page, LOCAL), metric(page, DRIFT)
        assert float(local) > 0
    with visit(browser, link) as page:
        assert (metric(page, LOCAL), metric(page, DRIFT)) == (local, drift)
        assert page.locator(".st-key-hidden input").input_value() == "5"
        assert query(page) == link.partition("?")[2]


def test_settings_survive_a_switch_of_pages(browser: Browser, server: Server) -> None:
    with visit(browser, f"{server.address}/train?hidden=7&seed=3&autograd_dtype=float64&steps=20") as page:
        drift = metric(page, DRIFT)
        page.get_by_test_id("stSidebar").get_by_role("link", name="Seven Lines").click()
        expect(page.get_by_role("heading", name="Seven Lines", level=1)).to_be_visible()
        settle(page)
        assert page.locator(".st-key-hidden input").input_value() == "7"
        assert {"hidden=7", "seed=3"} <= set(query(page).split("&"))
        page.get_by_test_id("stSidebar").get_by_role("link", name="Train").click()
        expect(page.get_by_role("heading", name="Train", level=1)).to_be_visible()
        settle(page)
        assert page.locator(".st-key-hidden input").input_value() == "7"
        assert page.locator(".st-key-steps input").input_value() == "20"
        assert metric(page, DRIFT) == drift


def test_a_run_is_started_stopped_and_finished(browser: Browser, server: Server) -> None:
    with visit(browser, f"{server.address}/train?steps=20000&hidden=3") as page:
        status = page.get_by_test_id("stProgress")
        expect(status).to_contain_text("Not trained yet")
        page.locator(".st-key-train button").click()
        expect(status).to_contain_text("steps per second")
        page.locator(".st-key-stop button").click()
        settle(page)
        done = int(status.inner_text().split(" of ")[0].replace(",", ""))
        assert 0 < done < 20_000
        assert metric(page, LOCAL) == "0"
        set_number(page, "steps", 3000)
        expect(page.get_by_text("These are the results of other settings")).to_be_visible()
        page.locator(".st-key-train button").click()
        expect(status).to_contain_text("3,000 of 3,000", timeout=60_000)
        settle(page)
        assert page.get_by_text("These are the results of other settings").count() == 0
        assert page.locator(".st-key-stop").count() == 0


def test_an_impossible_address_is_put_right_in_the_address_too(browser: Browser, server: Server) -> None:
    address = f"{server.address}/train?hidden=1e9&activation=%3Cscript%3E&steps=5&autograd_device=tpu"
    with visit(browser, address) as page:
        assert page.get_by_role("heading", level=1).inner_text() == "Train"
        assert page.locator(".st-key-hidden input").input_value() == "1024"
        assert {"hidden=1024", "steps=5"} <= set(query(page).split("&"))
        expect(page.get_by_test_id("stAlert").first).to_contain_text("<script>")
        page.reload()
        settle(page)
        assert page.locator(".st-key-hidden input").input_value() == "1024"
        assert page.get_by_text("which is not possible here").count() == 0


def test_a_history_can_be_downloaded(browser: Browser, server: Server) -> None:
    with visit(browser, f"{server.address}/train?steps=30") as page:
        with page.expect_download() as waiting:
            page.locator(".st-key-download button").click()
        lines = waiting.value.path().read_text().splitlines()
        assert len(lines) == 31
        assert lines[0].startswith("step,loss_by_hand,loss_autograd")


def test_a_page_outlives_its_server(browser: Browser) -> None:
    """The server is killed under an open page and started again: same settings, same numbers."""
    own = Server()
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    try:
        page.goto(f"{own.address}/train?autograd_dtype=float64&steps=50")
        settle(page)
        before = metric(page, DRIFT)
        set_number(page, "hidden", 4)
        expect(metric_value(page, DRIFT)).not_to_have_text(before, timeout=60_000)
        drift = metric(page, DRIFT)
        own.kill()
        own.start()
        # The page reconnects by itself; a control then proves that it is alive.
        page.wait_for_timeout(5_000)
        settle(page)
        # The new server loads torch first.
        set_number(page, "seed", 1)
        expect(metric_value(page, DRIFT)).not_to_have_text(drift, timeout=60_000)
        set_number(page, "seed", 0)
        expect(metric_value(page, DRIFT)).to_have_text(drift, timeout=60_000)
        assert page.locator(".st-key-hidden input").input_value() == "4"
    finally:
        context.close()
        own.kill()


def write_lines(page: Page, lines: str) -> None:
    page.locator(".st-key-program textarea").fill(lines)
    page.locator(".st-key-program textarea").press("Control+Enter")
    settle(page)


def go_to(page: Page, link: str, title: str) -> None:
    page.get_by_test_id("stSidebar").get_by_role("link", name=link, exact=True).click()
    expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
    settle(page)


def test_what_was_written_survives_pages_and_servers(browser: Browser) -> None:
    """Written, carried to another page, the server killed there: the lines are back, and train."""
    own = Server()
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    lines = seven_lines().replace("2 * (out - y)", "(out - y) * 2  # mine & 100 %")
    try:
        page.goto(f"{own.address}/your-turn?hidden=3")
        settle(page)
        write_lines(page, lines)
        expect(page.get_by_text("All gradients are right")).to_be_visible()
        go_to(page, "Bias", "Bias")
        assert "mine" in query(page)
        own.kill()
        own.start()
        page.wait_for_timeout(5_000)
        settle(page)
        go_to(page, "Your turn", "Your turn")
        expect(page.get_by_text("All gradients are right")).to_be_visible(timeout=60_000)
        assert page.locator(".st-key-program textarea").input_value() == lines
        page.reload()
        settle(page)
        assert page.locator(".st-key-program textarea").input_value() == lines
        page.get_by_role("link", name="Train with your own lines").click()
        expect(page.get_by_role("heading", name="Train", level=1)).to_be_visible()
        settle(page)
        assert {"backward=yours", "hidden=3"} <= set(query(page).split("&"))
        expect(page.get_by_text("The path by hand runs the lines that you wrote")).to_be_visible()
        assert metric(page, LOCAL) == "0"
    finally:
        context.close()
        own.kill()


def test_a_weight_is_chosen_in_the_picture(browser: Browser, server: Server) -> None:
    with visit(browser, f"{server.address}/chain-rule?hidden=2") as page:
        # The third group of rules are the targets; its second line leads from x1 down to h2.
        picture = page.locator("[data-testid=stVegaLiteChart]").first
        picture.locator("g.mark-rule").nth(2).locator("line").nth(1).dispatch_event("click")
        expect(page.locator(".st-key-entry input")).to_have_value("w1[1,2]", timeout=10_000)
        settle(page)
        assert "entry=w1%5B1%2C2%5D" in page.url


def test_a_graph_zooms_with_shift_held_only(browser: Browser, server: Server) -> None:
    with visit(browser, f"{server.address}/graph") as page:
        chart = page.locator("[data-testid=stVegaLiteChart]").first
        chart.scroll_into_view_if_needed()
        first = chart.locator("text", has_text="addmm").first

        def place_after_wheel() -> float:
            chart.hover(position={"x": 200, "y": 200})
            page.mouse.wheel(0, -200)
            page.wait_for_timeout(500)
            inside, outside = first.bounding_box(), chart.bounding_box()
            assert inside
            assert outside
            return inside["y"] - outside["y"]

        before = place_after_wheel()
        assert place_after_wheel() == before
        page.keyboard.down("Shift")
        assert place_after_wheel() != before


def test_a_tab_is_drawn_when_it_is_opened_and_has_an_address(browser: Browser, server: Server) -> None:
    with visit(browser, f"{server.address}/dying-relu") as page:
        expect(page.get_by_test_id("stTable")).to_have_count(0)
        page.get_by_role("tab", name="Many seeds").click()
        expect(page.get_by_test_id("stTable")).to_have_count(1)
        settle(page)
        link = page.url
        assert "tab=count" in link
        set_number(page, "seed", 7)
        expect(page.get_by_role("tab", name="Many seeds")).to_have_attribute("aria-selected", "true")
    with visit(browser, link) as page:
        expect(page.get_by_test_id("stTable")).to_have_count(1)


def test_a_logarithmic_axis_has_round_numbers(browser: Browser, server: Server) -> None:
    with visit(browser, f"{server.address}/{addresses({})['bernoulli-gate, more']}") as page:
        shown = page.locator("[data-testid=stVegaLiteChart] .role-axis-label text").all_text_contents()
    written = [number for number in shown if number]
    assert {"1", "10", "100"} <= set(written)
    assert {number.lstrip("0.")[0] for number in written} <= set("125")
