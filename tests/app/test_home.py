"""Home: the hook holds at the default settings and at the extremes."""

from __future__ import annotations

import pytest

from lesson.chapters.home import CHAPTERS
from lesson.numeric.source import LINES
from tests.harness.lesson_app import metrics, open_page, texts


def test_the_notebooks_setting_differs_by_exactly_zero() -> None:
    app = open_page()
    assert metrics(app) == {"Largest difference over 1,001 steps": "0"}
    assert "*the same*" in texts(app)
    assert [line.split(" = ")[0] for line in app.code[0].value.splitlines()] == list(LINES)


@pytest.mark.parametrize(
    "address",
    [
        {"batch": 1, "inputs": 1, "hidden": 1, "outputs": 1},
        {"activation": "leaky_relu", "slope": 0.3, "bias": "false", "seed": 9999},
    ],
    ids=["smallest", "leaky"],
)
def test_other_networks(address: dict[str, object]) -> None:
    assert metrics(open_page(**address)) == {"Largest difference over 1,001 steps": "0"}


def test_the_largest_network_trains_a_little() -> None:
    app = open_page(batch=8192, inputs=256, hidden=1024, outputs=32)
    assert len(app.metric) == 1
    assert "Largest difference over 1 steps" in metrics(app)


def test_a_network_that_blows_up_says_so() -> None:
    app = open_page(batch=8192, hidden=100)
    assert "blew up" in texts(app)


def test_one_button_starts_and_keeps_the_network() -> None:
    app = open_page(hidden=5, lang="en")
    app.button(key="start").click().run()
    assert app.session_state["chapter"] == CHAPTERS[0]
    assert (app.query_params["hidden"], app.query_params["lang"]) == ("5", "en")
