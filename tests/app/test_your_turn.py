"""Your turn: what is typed is judged at once, and hints come when asked for."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from lesson.numeric.program.mistakes import OFTEN_WRITTEN, Mistake
from lesson.numeric.source import LINES, seven_lines
from tests.harness.lesson_app import NETWORKS, open_page, texts
from tests.harness.programs import NOTEBOOK


def write(app: AppTest, text: str) -> AppTest:
    app.text_area(key="program").set_value(text).run()
    assert not app.exception
    return app


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_the_seven_lines_solve_it_everywhere(network: dict[str, object]) -> None:
    app = write(open_page("your-turn", **network), seven_lines())
    assert "**All gradients are right**" in texts(app)
    assert texts(app).count("identical to autograd's") == (5 if network.get("bias") == "false" else 7)
    assert not app.error
    assert not [button for button in app.button if button.key == "hint"]


def test_line_by_line_the_next_one_is_asked_for() -> None:
    app = open_page("your-turn")
    for number, name in enumerate(LINES):
        assert f"## Next: `{name}`" in texts(app)
        write(app, "\n".join(seven_lines().splitlines()[: number + 1]))
    assert "## Next" not in texts(app)


def test_the_notebooks_lines_are_recognised() -> None:
    shown = texts(write(open_page("your-turn"), NOTEBOOK))
    assert "`grad_h`: found in line 11 as `grad_h_relu`" in shown
    assert "**All gradients are right**" in shown
    assert "**at exactly zero**" in shown


@pytest.mark.parametrize("known", OFTEN_WRITTEN, ids=lambda m: "-".join((*m.lines, m.name)))
def test_the_first_hint_fits_the_mistake(known: Mistake) -> None:
    app = write(open_page("your-turn", activation="leaky_relu", slope=0.2), known.text)
    app.button(key="hint").click().run()
    assert not app.exception
    assert len(app.info) == 1
    general = open_page("your-turn")
    (line,) = known.lines
    write(general, seven_lines().partition(line)[0])
    general.button(key="hint").click().run()
    assert app.info[0].value != general.info[0].value


def test_three_hints_then_the_line() -> None:
    app = open_page("your-turn")
    for count in (1, 2, 3):
        app.button(key="hint").click().run()
        assert len(app.info) == count
        assert not app.code
    app.button(key="hint").click().run()
    assert app.code[0].value == "grad_out = 2 * (out - y)"
    assert not [button for button in app.button if button.key == "hint"]
    write(app, app.code[0].value)
    assert "## Next: `grad_w2`" in texts(app)
    assert not app.info


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("grad_out = 2 * (out - ", "Line 1, column 16: Python cannot read this: `'(' was never closed`"),
        ("\ngrad_w2 = a @ out", "Line 2, column 11: 64 × 2 times 64 × 1: the inner sizes do not fit"),
        ("grad_out = open('/etc/passwd')", "`open` cannot be called here"),
        ("for i in x: pass", "only lines of the form"),
        ("q = `<b>`", "Python cannot read this"),
    ],
)
def test_an_error_is_said_at_its_place_and_nothing_is_lost(text: str, sentence: str) -> None:
    app = write(open_page("your-turn"), text)
    assert sentence in app.error[0].value
    assert app.text_area(key="program").value == text


def test_a_link_opens_with_its_lines() -> None:
    assert "**All gradients are right**" in texts(open_page("your-turn", program=seven_lines()))
