"""One step: the stepper, the chosen cell, the step of the training, and why one goes backward."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from lesson.numeric.experiments.one_step import lines
from lesson.numeric.source import LINES
from tests.harness.lesson_app import NETWORKS, open_page, texts

ALL = [line.result for line in lines.operations(True)]


def on(app: AppTest, key: str = "one-step-on") -> AppTest:
    app.button(key=key).click().run()
    assert not app.exception
    return app


def the_sum(app: AppTest) -> list[str]:
    return app.code[0].value.splitlines()


def asked(app: AppTest, name: str) -> str:
    """What the address says, as a browser would have it."""
    value = app.query_params.get(name, "")
    return value[0] if isinstance(value, list) else value


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_the_page_at_the_extremes(network: dict[str, object]) -> None:
    app = open_page("one-step", **network)
    assert the_sum(app)[0].startswith("grad_b1[1,1]" if network.get("bias") != "false" else "grad_w1[1,1]")
    assert len(app.get("vega_lite_chart")) == 1


def test_the_stepper_walks_over_all_lines_and_around() -> None:
    app = open_page("one-step", line="h")
    for result in ALL:
        assert the_sum(app)[0].startswith(f"{result}[1,1] = ")
        assert f"**`{lines.code_of_line(result)}`**" in texts(app)
        assert (asked(app, "line") or ALL[-1]) == result
        on(app)
    assert asked(app, "line") == "h"
    on(app, "one-step-back")
    assert asked(app, "line") == ""


def test_a_line_shows_its_own_pass_and_what_is_kept() -> None:
    app = open_page("one-step", line="out")
    said = texts(app)
    assert "**There**" in said
    assert "grad_out = 2" not in said
    assert "`w2` 8 B" in said
    assert "**2.008 KiB**" in said
    assert "Nothing is kept any more" in texts(open_page("one-step"))


def test_a_cell_in_the_address_is_written_as_its_sum_and_stays() -> None:
    app = open_page("one-step", cell="grad_w1[2,1]")
    names, numbers, value = the_sum(app)
    assert names == ("grad_w1[2,1] = x[1,2]·grad_h[1,1] + x[2,2]·grad_h[2,1] + … + x[64,2]·grad_h[64,1]")
    assert numbers.count("·") == 3
    assert float(value.split("= ")[1].replace("−", "-")) < 0
    assert asked(app, "cell") == "grad_w1[2,1]"
    assert app.selectbox(key="one-step-tensor").value == "grad_w1"
    assert app.number_input(key="one-step-row").value == 2


def test_a_cell_can_be_chosen_without_a_pointer() -> None:
    app = open_page("one-step")
    app.selectbox(key="one-step-tensor").set_value("h").run()
    app.number_input(key="one-step-row").set_value(64).run()
    app.number_input(key="one-step-column").set_value(2).run()
    assert asked(app, "cell") == "h[64,2]"
    assert the_sum(app)[0].startswith("h[64,2] = x[64,1]·w1[1,2] + ")


@pytest.mark.parametrize(
    "address",
    [
        {"cell": "grad_w1[9,9]"},
        {"cell": "nonsense"},
        {"cell": "x[1,1]"},
        {"cell": "grad_w1[0,1]"},
        {"line": "nowhere", "step": "soon"},
        {"step": "99999999999999999999"},
        {"line": "h", "cell": "grad_w1[1,1]"},
    ],
    ids=str,
)
def test_an_address_that_means_nothing_opens_the_page_all_the_same(address: dict[str, object]) -> None:
    app = open_page("one-step", **address)
    assert "[1,1] = " in the_sum(app)[0]
    assert asked(app, "cell") == ""


def test_another_step_of_the_training_has_other_numbers() -> None:
    at_start, later = (the_sum(open_page("one-step", step=step)) for step in (0, 1000))
    assert at_start[0] == later[0]
    assert at_start[2] != later[2]
    assert open_page("one-step", step=14).select_slider(key="one-step-step").value == 10


def test_five_witnesses_speak_of_a_gradient_and_of_nothing_else() -> None:
    app = open_page("one-step", cell="grad_w2[2,1]")
    rows = app.table[0].value
    assert list(rows["witness"] if "witness" in rows else rows.iloc[:, 0]) == [
        "shapes",
        "the loss",
        "finite differences",
        "autograd",
        "SymPy",
    ]
    said = " ".join(rows.astype(str).to_numpy().ravel())
    assert "2 of 2 cells" in said
    assert "the same to the last bit" in said
    assert "Five witnesses" not in str([one.label for one in open_page("one-step", cell="h[1,1]").expander])


def test_torchs_own_ledger_is_beside_ours() -> None:
    for activation, keeps_h in (("relu", "no"), ("leaky_relu", "yes")):
        table = open_page("one-step", activation=activation).table[-1].value
        kept = dict(zip(table.iloc[:, 0], table.iloc[:, 3], strict=True))
        assert kept == {
            "x": "yes",
            "h": keeps_h,
            "a": "yes",
            "w2": "yes",
            "out": "no",
            "y": "no",
            "residual": "yes",
        }


def test_it_plays_from_the_first_line_and_stops() -> None:
    app = open_page("one-step")
    on(app, "one-step-play")
    assert asked(app, "line") == "h"
    assert app.button(key="one-step-play").label == "Pause"
    on(app, "one-step-play")
    assert app.button(key="one-step-play").label == "Play"


def test_why_backward_counts_both_ways() -> None:
    app = open_page("one-step", "why")
    assert "393,216 against 8,320" in texts(app)
    assert len(app.get("vega_lite_chart")) == 2


def test_a_network_that_blows_up_at_once_says_so() -> None:
    app = open_page("one-step", batch=8192, inputs=256, hidden=1024, outputs=32)
    assert not app.exception


def test_all_seven_lines_are_among_the_lines() -> None:
    assert [name for name in ALL if name in LINES] == list(LINES)
