"""Your turn: what is typed is judged at once, and hints come when asked for."""

from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from lesson.numeric.program.mistakes import OFTEN_WRITTEN, Mistake
from lesson.numeric.source import LINES, seven_lines
from tests.harness.lesson_app import NETWORKS, open_page, texts
from tests.harness.programs import DIALECTS, NOTEBOOK, NOTEBOOK_AS_IT_STANDS


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


def row(app: AppTest, name: str) -> str:
    """What the table says of one of the lines, without its icon."""
    (row,) = [
        row for text in app.markdown for row in text.value.splitlines() if row.startswith(f"| `{name}`")
    ]
    return re.sub(r":material/\w+: ", "", row)


def test_the_notebooks_lines_are_recognised() -> None:
    app = write(open_page("your-turn"), NOTEBOOK)
    assert "Line 11, `grad_h_relu`: right" in row(app, "grad_h")
    assert "**All gradients are right**" in texts(app)
    assert "**at exactly zero**" in texts(app)


def test_its_missing_sums_are_found() -> None:
    app = write(open_page("your-turn"), NOTEBOOK_AS_IT_STANDS)
    assert "**wrong**: is 64 × 1, has to be 1 × 1" in row(app, "grad_b2")
    assert "**wrong**: is 64 × 2, has to be 1 × 2" in row(app, "grad_b1")
    assert "## Next: `grad_b2`" in texts(app)
    assert not app.error


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_stands_in_public_solves_it_unchanged(dialect: str) -> None:
    app = write(open_page("your-turn", bias=dialect != "pytorch-example"), DIALECTS[dialect])
    assert "**All gradients are right**" in texts(app)
    assert not app.error


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_stands_in_public_trains_in_the_laboratory(dialect: str) -> None:
    bias = dialect != "pytorch-example"
    app = open_page("train", backward="yours", program=DIALECTS[dialect], bias=bias, steps=100)
    assert not app.error
    assert texts(app).count("**Identical.**") + texts(app).count("**Rounding.**") == 1


OTHER_NAMES = "d = out - y\nu = a.T @ d\ndW2 = u\nr = d @ w2.T\ns = r * (h > 0)\ndW1 = x.T @ s"


@pytest.mark.parametrize("lines", [seven_lines().replace("2 * (out - y)", "out - y"), OTHER_NAMES])
def test_an_error_is_told_in_its_line_and_downstream_in_the_values(lines: str) -> None:
    app = write(open_page("your-turn"), lines)
    assert "**wrong**, by the factor 1/2 | 64 × 1, **1/2 times autograd's**" in row(app, "grad_out")
    for name in ("grad_w2", "grad_a", "grad_h", "grad_w1"):
        assert "right | " in row(app, name)
        assert "**1/2 times autograd's**" in row(app, name)
    assert "identical to autograd's" not in texts(app)
    assert "## Next: `grad_out`" in texts(app)


def test_every_state_of_a_line_and_of_a_value_is_told() -> None:
    lines = """
grad_out = out - y
grad_w2 = 2 * a.T @ grad_out
second_bias = grad_out.sum(0)
grad_a = grad_out @ w2
grad_h = grad_a * activation.derivative(h)
q = foo
grad_w1 = x.T @ q
grad_b1 = grad_h.sum()
"""
    app = write(open_page("your-turn"), lines)
    assert "makes up for what is wrong above it" in row(app, "grad_w2")
    assert "Line 4, `second_bias`: right, but **call it `grad_b2`**" in row(app, "grad_b2")
    assert "Line 5: **cannot run** | —" in row(app, "grad_a")
    assert "Line 6: right | not before line 5 is mended" in row(app, "grad_h")
    assert "Line 8: cannot be judged before line 7" in row(app, "grad_w1")
    assert "Line 9: **wrong** | not before line 5 is mended" in row(app, "grad_b1")
    assert [error.value[:6] for error in app.error] == ["Line 5", "Line 7"]


def test_what_fits_here_alone_says_where_it_does_not() -> None:
    lucky = seven_lines().replace("a.T @ grad_out", "(a*grad_out).sum(0).unsqueeze(1)")
    app = write(open_page("your-turn"), lucky)
    assert "**on one of sizes 5-4-3-2 it cannot run: `5×3 * 5×2`**" in row(app, "grad_w2")
    assert all("right | " in row(app, name) for name in LINES if name != "grad_w2")


def test_the_line_that_does_not_fit_is_shown_with_its_sizes() -> None:
    app = write(open_page("your-turn"), "\n    grad_w2 = a @ (out - y)")
    assert "Line 2, column 15: `64×2 @ 64×1`: the inner sizes do not fit" in app.error[0].value
    assert app.code[0].value == f"1\n2      grad_w2 = a @ (out - y)\n{' ' * 17}^ 64×2 @ 64×1"


def test_the_numbers_of_the_table_are_those_of_the_listing() -> None:
    """Also where the field begins with an empty line."""
    app = write(open_page("your-turn"), NOTEBOOK_AS_IT_STANDS)
    listing = app.code[0].value.splitlines()
    for name in LINES:
        (number,) = re.findall(r"Line (\d+)", row(app, name))
        (line,) = [line for line in listing if line.split() and line.split()[0] == number]
        assert re.search(r"grad_|dloss_dout", line)


def test_a_forward_pass_without_bias_is_told_on_a_network_with_one() -> None:
    app = write(open_page("your-turn"), DIALECTS["pytorch-example"])
    assert [
        warning.value.startswith(f"Line {line}") for warning, line in zip(app.warning, (3, 5), strict=True)
    ]
    assert "without a bias" in app.warning[0].value


def test_lines_that_are_too_many_do_not_hide_that_all_is_right() -> None:
    app = write(open_page("your-turn"), f"import torch\n{seven_lines()}\nloss.backward()")
    assert len(app.error) == 2
    assert "Leave out what cannot be read" in texts(app)
    assert "**All gradients are right**" not in texts(app)


def test_there_is_a_button_that_checks() -> None:
    app = open_page("your-turn")
    app.text_area(key="program").set_value(seven_lines())
    app.button(key="check").click().run()
    assert "**All gradients are right**" in texts(app)


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
        ("\ngrad_w2 = a @ out", "Line 2, column 11: `64×2 @ 64×1`: the inner sizes do not fit"),
        ("import numpy as np", "nothing needs to be imported"),
        ("loss.backward()", "lets autograd do it"),
        ("grad_w1 = x_in.T @ out", "Is it what is called `x` here?"),
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


def press(app: AppTest, lines: list[str], key: str = "order 0") -> AppTest:
    """The lines, pressed one after the other."""
    app.pills(key=key).set_value(lines).run()
    assert not app.exception
    return app


def test_the_shuffled_lines_are_put_in_order_by_pressing_them() -> None:
    app, lines = open_page("your-turn", strength="order"), seven_lines().splitlines()
    assert len(app.pills(key="order 0").options) == 10
    press(app, lines[:2])
    assert "## Next: `grad_b2`" in texts(app)
    assert "Line 2: right" in row(app, "grad_w2")
    press(app, lines)
    assert "**All gradients are right**" in texts(app)
    assert not app.session_state["progress"].tally("line")
    app.button(key="take-back").click().run()
    assert "## Next: `grad_out`" in texts(app)


def test_a_line_before_what_it_needs_cannot_run_and_a_mistake_is_told() -> None:
    app, lines = open_page("your-turn", strength="order"), seven_lines().splitlines()
    press(app, [lines[1], lines[0]])
    assert "**cannot run**" in row(app, "grad_w2")
    press(app, [lines[0], "grad_a = grad_out @ grad_w2.T", lines[1]])
    assert "**cannot run**" in row(app, "grad_a")
    press(app, [lines[0], lines[1], "grad_a = grad_out @ grad_w2.T"])
    assert "Line 3: **wrong**" in row(app, "grad_a")


def test_without_bias_there_are_five_lines_to_put_in_order() -> None:
    app = open_page("your-turn", strength="order", bias="false")
    assert len(app.pills(key="order 0 no-bias").options) == 8
    press(app, [line for line in seven_lines().splitlines() if "grad_b" not in line], "order 0 no-bias")
    assert "**All gradients are right**" in texts(app)


def test_blanks_are_filled_and_a_half_filled_line_is_not_there_yet() -> None:
    app = open_page("your-turn", strength="blanks")
    app.text_input(key="blank-first grad_out").set_value("2").run()
    assert "not there yet" in row(app, "grad_out")
    app.text_input(key="blank-second grad_out").set_value("out - y").run()
    assert "Line 1: right" in row(app, "grad_out")
    app.text_input(key="blank-first grad_w2").set_value("h.T").run()
    app.text_input(key="blank-second grad_w2").set_value("grad_out").run()
    assert "Line 2: **wrong**" in row(app, "grad_w2")
    assert app.code[0].value.splitlines()[1] == "2  grad_w2 = h.T @ grad_out"


def test_each_line_in_its_own_field_solves_it_and_counts_as_written() -> None:
    app = open_page("your-turn", strength="lines")
    for line in seven_lines().splitlines():
        name, _, side = line.partition(" = ")
        app.text_input(key=f"right-side {name}").set_value(side)
    app.button(key="check").click().run()
    assert "**All gradients are right**" in texts(app)
    assert app.session_state["progress"].marks == {f"line.{name}" for name in LINES}
    app.button(key="less-help").click().run()
    assert app.query_params.get("strength") is None
    assert app.text_area(key="program").value == ""


def test_what_was_written_in_one_strength_is_there_when_one_comes_back() -> None:
    app, first = open_page("your-turn", strength="order"), seven_lines().splitlines()[0]
    press(app, [first])
    for strength in ("blanks", "lines", "all"):
        app.segmented_control(key="strength").set_value(strength).run()
        assert app.query_params.get("strength", "all") in (strength, [strength])
        assert "not there yet" in row(app, "grad_out")
        if strength == "blanks":
            app.text_input(key="blank-first grad_out").set_value("3").run()
            app.text_input(key="blank-second grad_out").set_value("out - y").run()
        elif strength == "lines":
            app.text_input(key="right-side grad_out").set_value("y - out").run()
        else:
            write(app, "grad_out = 5 * (out - y)")
    written = {
        "order": first,
        "blanks": "grad_out = 3 * (out - y)",
        "lines": "grad_out = y - out",
        "all": "grad_out = 5 * (out - y)",
    }
    for strength, line in written.items():
        app.segmented_control(key="strength").set_value(strength).run()
        assert app.code[0].value == f"1  {line}"


def test_an_unknown_strength_gives_nothing() -> None:
    app = open_page("your-turn", strength="nowhere")
    assert app.segmented_control(key="strength").value == "all"
    assert "strength" not in app.query_params
