"""How long each chapter takes to answer a control, beside a bare Streamlit page in the same browser.

    python benchmarks/pages.py [--largest]

Two servers, one Chromium. In turn, the bare page and each chapter get another seed, or another press of
their own button, and the time is taken from the click to the last change that it makes on the page,
charts included; with --largest at the largest network. Prints the median and the 95th percentile per
chapter, or per tab of one, and their ratios to the bare page's. Goals: 3 and 5.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from lesson.numeric.source import seven_lines
from tests.harness.addresses import addresses
from tests.harness.server import served

BARE = """
import streamlit as st
st.title("Bare")
seed = st.number_input("Seed", 0, 9999, 0, key="seed")
st.write(f"The seed is {seed}.")
"""
ROUNDS = 15
LARGEST = {"batch": 8192, "inputs": 256, "hidden": 1024, "outputs": 32}
QUIET = 1500
"""Milliseconds without a change after which a page counts as finished."""

WATCH = """
([quiet, control, typed]) => new Promise(done => {
  const main = document.querySelector('[data-testid=stMain]');
  const pressed = performance.now();
  let last = pressed, timer = null;
  const finish = () => { watcher.disconnect(); done(last - pressed); };
  // Streamlit marks what is being replaced, and unmarks it a good while after: that is no answer.
  const marks = ['class', 'style', 'data-stale'];
  const changed = changes => {
    if (changes.every(change => marks.includes(change.attributeName))) return;
    last = performance.now();
    clearTimeout(timer);
    timer = setTimeout(finish, quiet);
  };
  const watcher = new MutationObserver(changed);
  watcher.observe(main, {subtree: true, childList: true, characterData: true, attributes: true});
  timer = setTimeout(finish, 10000);
  const element = document.querySelector(control);
  // What is typed is sent when the field is left.
  typed ? element.blur() : element.click();
})
"""


class Control(NamedTuple):
    """What is pressed, or the field that is left after typing."""

    selector: str
    typed: str = ""


SEED = Control(".st-key-seed [data-testid=stNumberInputStepUp]")
PROGRAM = ".st-key-program textarea"
CONTROLS = {
    "one-step, why": (Control(".st-key-one-step-measure button"),),
    "graph": (Control(".st-key-bias input"),),
    "autograd": (Control(".st-key-zero button"), Control(".st-key-press button")),
    "your-turn": (Control(PROGRAM, seven_lines()), Control(PROGRAM, seven_lines().replace("2 * ", ""))),
}
"""What is used in turn on a chapter that the seed does not change."""

STILL = (
    "wrong-gradients, collection",
    "wrong-gradients, duel",
    "bernoulli-gate, train",
    "bernoulli-gate, own",
    "review",
)
"""What nothing changes but a long run with a bar, which is asked for, or an answer that counts once."""


def opened(browser: Browser, address: str) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(address)
    page.wait_for_selector(SEED.selector, timeout=60_000)
    page.wait_for_timeout(4000)
    return page


def answer(page: Page, control: Control) -> float:
    """Milliseconds from the use of a control to the finished page, 0 where it leaves the page as it is."""
    page.bring_to_front()
    if control.typed:
        page.fill(control.selector, control.typed)
        page.wait_for_timeout(500)
    return float(page.evaluate(WATCH, [QUIET, *control]))


def percentile(times: list[float], share: float) -> float:
    return statistics.quantiles(times, n=100, method="inclusive")[round(share * 100) - 1]


def main() -> None:
    network = LARGEST if "--largest" in sys.argv[1:] else {}
    program = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        bare_script = Path(folder) / "bare.py"
        bare_script.write_text(BARE, encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        with served(bare_script) as bare, served() as lesson:
            pages = {"bare": opened(browser, bare.address)}
            for name, path in addresses(network).items():
                if name not in STILL:
                    pages[name] = opened(browser, f"{lesson.address}/{path}")
            times: dict[str, list[float]] = {name: [] for name in pages}
            for turn in range(ROUNDS):
                for name, page in pages.items():
                    controls = CONTROLS.get(name, (SEED,))
                    # Another seed may happen to give what is shown already.
                    if answered := answer(page, controls[turn % len(controls)]):
                        times[name].append(answered)
        browser.close()
    base = times["bare"]
    print(f"{'page':26}{'median ms':>11}{'p95 ms':>9}{'ratio':>8}{'p95 ratio':>11}")
    for name, taken in times.items():
        median, high = statistics.median(taken), percentile(taken, 0.95)
        ratios = median / statistics.median(base), high / percentile(base, 0.95)
        print(f"{name:26}{median:11.0f}{high:9.0f}{ratios[0]:8.1f}{ratios[1]:11.1f}")


if __name__ == "__main__":
    main()
