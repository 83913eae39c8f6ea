"""A learner's program that arrives by link, and costs more than a server has to give."""

from __future__ import annotations

import pytest

from tests.harness.lesson_app import metrics, open_page, texts
from tests.harness.programs import POWERS, WIDE, using


@pytest.mark.parametrize(
    ("program", "address", "said"),
    [
        (POWERS, {"steps": 1645, "seed": 1}, "Line 4, column 1: one step would take as long as"),
        (
            WIDE,
            {"batch": 8192, "hidden": 1024, "inputs": 1, "outputs": 8, "steps": 1},
            "Line 1, column 1: the program would hold",
        ),
    ],
    ids=["work", "memory"],
)
def test_it_is_refused_with_its_dearest_line(program: str, address: dict[str, int], said: str) -> None:
    app = open_page("train", backward="yours", program=program, **address)
    assert said in texts(app)
    assert not metrics(app)


def test_what_is_dear_waits_to_be_asked_for() -> None:
    dear = using("q = x @ x.T * 0 + 1\n" + "q = q ** 1.5\n" * 60)
    app = open_page("train", backward="yours", program=dear, steps=100)
    assert not metrics(app)
    app.button(key="train").click().run(timeout=60)
    assert not app.exception
    assert metrics(app)


def test_too_many_steps_of_it_say_how_many_are_possible() -> None:
    dear = using("q = x @ x.T * 0 + 1\n" + "q = q ** 1.5\n" * 60)
    app = open_page("train", backward="yours", program=dear, steps=20_000)
    assert "steps are possible" in texts(app)
    assert not metrics(app)
