"""A learner's program that arrives by link, and costs more than a server has to give."""

from __future__ import annotations

import pytest

from lesson.numeric.source import seven_lines
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


@pytest.mark.parametrize("batch", [2048, 8192])
def test_a_comparison_on_the_largest_network_answers(batch: int) -> None:
    """In float64 beside float32 as far as that is possible, with the notebook's sum over everything."""
    program = seven_lines() + "\ngrad_b1 = grad_b1 * 0 + grad_h.sum()"
    network = {"batch": batch, "hidden": 1024, "inputs": 1, "outputs": 8, "by_hand_dtype": "float64"}
    app = open_page("train", backward="yours", program=program, steps=1, learning_rate="1e-7", **network)
    if "train" in {button.key for button in app.button}:
        app.button(key="train").click().run()
    assert not app.exception
    assert "**Different.**" in texts(app)
    assert "memory" not in "".join(error.value for error in app.error)
