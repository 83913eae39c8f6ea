"""Two copies behind a real nginx: learners are spread, stay where they are, and survive their copy."""

from __future__ import annotations

import os
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.error import HTTPError

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import HOUSE, Server
from tests.browser.visit import query, settle
from tests.harness.server import free_port, wait_for

LINES = "grad_out = 2 * (out - y)"


class Proxied(NamedTuple):
    """The address of the proxy, and the copies behind it."""

    address: str
    copies: list[Server]


@pytest.fixture
def proxied(tmp_path: Path) -> Iterator[Proxied]:
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        reason = "no nginx found; on Debian: apt-get install nginx-light"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    port = free_port()
    copies = [Server(), Server()]
    text = (HOUSE / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    for number, copy in enumerate(copies, 1):
        text = text.replace(f"lesson-{number}:8501", f"127.0.0.1:{copy.port}")
    text = text.replace("listen 8080", f"listen 127.0.0.1:{port}")
    text = text.replace("/tmp/seven-lines-nginx.pid", str(tmp_path / "pid"))
    configuration = tmp_path / "nginx.conf"
    configuration.write_text(text, encoding="utf-8")
    command = [program, "-c", str(configuration), "-e", str(tmp_path / "errors"), "-g", "daemon off;"]
    running = subprocess.Popen(command)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(address)
        yield Proxied(address, copies)
    finally:
        running.terminate()
        running.wait()
        for copy in copies:
            copy.kill()


def visit_once(address: str, cookie: str = "") -> tuple[str, str]:
    """Which copy answered, and the cookie that the proxy gave or was given."""
    request = urllib.request.Request(
        f"{address}/_stcore/health", headers={"Cookie": cookie} if cookie else {}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        cookies = [given.partition(";")[0] for given in answer.headers.get_all("Set-Cookie", [])]
        mine = [given for given in cookies if given.startswith("learner=")]
        return answer.headers["X-Served-By"], mine[0] if mine else cookie


def test_strangers_get_safe_headers_and_no_figures(proxied: Proxied) -> None:
    with urllib.request.urlopen(proxied.address, timeout=10) as answer:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "frame-ancestors 'self'"
        assert "nginx/" not in answer.headers["Server"]
    with pytest.raises(HTTPError) as refused:
        urllib.request.urlopen(f"{proxied.address}/_stcore/metrics", timeout=10)
    assert refused.value.code == 404


def test_learners_are_spread_and_stay(proxied: Proxied) -> None:
    learners = [visit_once(proxied.address) for _ in range(40)]
    counts = [sum(str(copy.port) in served for served, _ in learners) for copy in proxied.copies]
    assert sum(counts) == 40
    assert min(counts) >= 8
    for served, cookie in learners:
        assert cookie.startswith("learner=")
        assert visit_once(proxied.address, cookie) == (served, cookie)


def test_a_learner_survives_the_copy(browser: Browser, proxied: Proxied) -> None:
    """Killed under an open page: the other copy goes on, with the settings and the typed lines."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    try:
        answer = page.goto(f"{proxied.address}/your-turn?hidden=4")
        assert answer is not None
        settle(page)
        page.locator(".st-key-program textarea").fill(LINES)
        page.locator(".st-key-program textarea").press("Control+Enter")
        expect(page.get_by_text("identical to autograd's")).to_be_visible(timeout=60_000)
        mine, other = proxied.copies
        if str(other.port) in answer.headers["x-served-by"]:
            mine, other = other, mine
        mine.kill()
        page.wait_for_timeout(4_000)
        settle(page)
        page.locator(".st-key-seed input").fill("1")
        page.locator(".st-key-seed input").press("Enter")
        # The address has it as soon as the answer is there.
        page.wait_for_function("location.search.includes('seed=1')", timeout=60_000)
        settle(page)
        expect(page.get_by_text("identical to autograd's")).to_be_visible(timeout=60_000)
        assert page.locator(".st-key-hidden input").input_value() == "4"
        assert page.locator(".st-key-program textarea").input_value() == LINES
        assert {"hidden=4", "seed=1"} <= set(query(page).split("&"))
        assert "program=" in query(page)
        # And a reload, which asks the other copy for everything.
        page.reload()
        settle(page)
        expect(page.get_by_text("identical to autograd's")).to_be_visible(timeout=60_000)
        assert page.locator(".st-key-program textarea").input_value() == LINES
        assert page.locator(".st-key-hidden input").input_value() == "4"
        assert "line.grad_out" in page.evaluate("document.cookie")
        page.goto(f"{proxied.address}/")
        expect(page.get_by_text("Solved on your own: 1 of the seven lines.")).to_be_visible(timeout=60_000)
        assert other.process.poll() is None
    finally:
        context.close()
