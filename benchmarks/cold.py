"""From `streamlit run` to the first page, beside a bare Streamlit app in the same browser.

    python benchmarks/cold.py [rounds]

In turn, a bare app and the lesson are started, and the time is taken from the start of the process to the
heading on the screen, and for the lesson to the two curves below it. Prints medians and their ratios to the
bare app's. Goals: 1.5 to the heading, 2.5 to the curves.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.harness.server import HOUSE, served

BARE = """
import streamlit as st
st.title("Bare")
"""
HEADING = "[data-testid=stMain] h1"
CURVES = "[data-testid=stVegaLiteChart] path[aria-roledescription='line mark']"


def started(browser: Browser, script: Path, *signs: str) -> list[float]:
    """Seconds from the start of the server until each of these is on the screen."""
    page: Page = browser.new_page()
    begun = time.perf_counter()
    found = []
    with served(script, wait=False) as server:
        server.wait()
        page.goto(server.address)
        for sign in signs:
            page.wait_for_selector(sign, timeout=60_000)
            found.append(time.perf_counter() - begun)
    page.close()
    return found


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    program = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    bare, heading, curves = [], [], []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        script = Path(folder) / "bare.py"
        script.write_text(BARE, encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for _ in range(rounds):
            bare += started(browser, script, HEADING)
            first, second = started(browser, HOUSE / "streamlit_app.py", HEADING, CURVES)
            heading.append(first)
            curves.append(second)
        browser.close()
    base = statistics.median(bare)
    print(f"bare heading   {base:6.2f} s")
    for name, times, goal in (("heading", heading, 1.5), ("curves", curves, 2.5)):
        median = statistics.median(times)
        print(f"lesson {name:8}{median:6.2f} s   ratio {median / base:.2f}, goal {goal}")


if __name__ == "__main__":
    main()
