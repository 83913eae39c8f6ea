"""Matrix form: every step of every line, in symbols and in numbers."""

from __future__ import annotations

import re

import pytest

from tests.harness.lesson_app import NETWORKS, open_page, texts
from tests.harness.proofs import open_proved


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_the_chapter_proves_its_lines_and_lights_them(network: dict[str, object]) -> None:
    app = open_proved("matrix-form", network, "w2", "w1")
    assert texts(app).count("Checked just now: both sides are equal.") == 1


@pytest.mark.parametrize(("line", "steps"), [("grad_w1", 5), ("grad_w2", 5), ("grad_a", 4)])
def test_every_step_of_every_line_with_numbers(line: str, steps: int) -> None:
    app = open_page("matrix-form", batch=3, outputs=2)
    app.toggle(key="numbers").set_value(True)
    app.session_state["line"] = line
    seen = set()
    for step in range(1, steps + 1):
        app.session_state[f"step-{line}"] = step
        app.run()
        assert not app.exception
        assert "Checked just now: both sides are equal." in texts(app)
        symbols, numbers = (app.latex[index].value for index in (0, 1))
        assert symbols.count("&=") == 2
        if step < steps:
            assert re.search(r"\d\.\d", numbers)
        seen.add(symbols)
    assert len(seen) == steps


def test_grad_w2_in_the_place_of_w2_is_another_matrix() -> None:
    assert "the same shape, 1 × 2" in texts(open_page("matrix-form"))
