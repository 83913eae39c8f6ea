"""Matrix form: every step of every line, in symbols and in numbers."""

from __future__ import annotations

import re

import pytest

from tests.harness.lesson_app import NETWORKS, asked, open_page, texts
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
        app.session_state["step"] = step
        app.run()
        assert not app.exception
        assert "Checked just now: both sides are equal." in texts(app)
        # The first is the setup card's.
        _, *formulas = [formula.value for formula in app.latex if "aligned" in formula.value]
        symbols, numbers = formulas[0], formulas[2 if step == 1 else 1]
        assert symbols.count("&=") == 2
        assert re.search(r"\d\.\d" if step < steps else r"\{3 \\times 2\}|\{2 \\times 3\}", numbers)
        seen.add(symbols)
    assert len(seen) == steps


def test_line_step_and_numbers_are_in_the_address() -> None:
    app = open_page("matrix-form", line="grad_w2", step=3, numbers="true")
    assert "**One observation: an outer product.**" in texts(app)
    assert "The right side with the numbers" in texts(app)
    _, formula, *_ = [formula.value for formula in app.latex if "aligned" in formula.value]
    assert r"\partial W_2" in formula


@pytest.mark.parametrize("step", ["5", "99", "0", "last"])
def test_a_step_that_a_line_has_not_gives_way(step: str) -> None:
    app = open_page("matrix-form", line="grad_a", step=step)
    assert app.session_state["step"] in range(1, 5)


def test_a_shorter_line_is_shown_at_its_last_step() -> None:
    app = open_page("matrix-form", step=5)
    app.session_state["line"] = "grad_a"
    app.run()
    assert not app.exception
    assert app.session_state["step"] == 4


def test_grad_w2_in_the_place_of_w2_is_another_matrix() -> None:
    assert "the same shape, 1 × 2" in texts(open_page("matrix-form"))


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ("grad_w1", "x[1,2]·grad_h[1,1] + x[2,2]·grad_h[2,1] + … + x[64,2]·grad_h[64,1]"),
        ("grad_w2", "a[1,2]·grad_out[1,1] + a[2,2]·grad_out[2,1] + … + a[64,2]·grad_out[64,1]"),
        ("grad_a", "grad_out[2,1]·w2[1,1] + grad_out[2,2]·w2[1,2]"),
    ],
)
def test_a_cell_of_each_line_is_written_as_its_sum(line: str, written: str) -> None:
    app = open_page("matrix-form", outputs=2, line=line)
    app.number_input(key="matrix-form-row").set_value(2).run()
    assert asked(app, "cell") == f"{line}[2,1]"
    assert app.code[0].value.splitlines()[0] == f"{line}[2,1] = {written}"
    app.session_state["line"] = "grad_w2" if line == "grad_w1" else "grad_w1"
    app.run()
    assert not app.exception
    assert asked(app, "cell") == ""
