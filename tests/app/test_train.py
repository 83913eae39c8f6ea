"""The laboratory: results that belong to the controls, and a sentence for everything that is off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import streamlit as st

from lesson.numeric.config import OPTIMIZERS, Config
from lesson.numeric.data import Normal
from lesson.numeric.source import seven_lines
from lesson.numeric.training import History
from lesson.workers.process import WorkerLost
from tests.harness.lesson_app import metrics, open_page, texts
from tests.harness.programs import NOTEBOOK

LOCAL, DRIFT = "Gradients, at the same weights", "Weights at the last step, each on its own path"


@pytest.mark.parametrize(
    "address",
    [
        {},
        {"activation": "leaky_relu"},
        {"by_hand_dtype": "float64", "autograd_dtype": "float64"},
        {"batch": 1, "inputs": 1, "hidden": 1, "outputs": 1},
        {"data": "sine", "hidden": 8},
        {"data": "cars", "batch": 392, "learning_rate": "1e-06"},
        {"data": "sparse", "zeros": 1, "bias": "false"},
        {"steps": 1},
    ],
    ids=str,
)
def test_same_precision_is_identical(address: dict[str, object]) -> None:
    app = open_page("train", **address)
    assert "**Identical.**" in texts(app)
    assert metrics(app) == {LOCAL: "0", DRIFT: "0"}


def test_mixed_precision_is_rounding_and_drift_is_charted_beside_it() -> None:
    app = open_page("train", autograd_dtype="float64")
    assert "**Rounding.** In 1,001 recorded steps" in texts(app)
    assert 0 < float(metrics(app)[LOCAL]) < 1e-2


@pytest.mark.parametrize("seed", range(5))
def test_the_weights_end_about_a_millionth_apart_as_the_answer_says(seed: int) -> None:
    app = open_page("train", autograd_dtype="float64", seed=seed)
    assert 10**-6.5 < float(metrics(app)[DRIFT]) < 10**-5.5
    app.radio(key="train-predict").set_value(1).run()
    app.button(key="train-what-happens").click().run()
    assert any(box.value.startswith("You predicted **B**, and so it is.") for box in app.success)
    assert "**B** A little: by about a millionth" in texts(app)


def test_the_result_follows_the_controls() -> None:
    app = open_page("train")
    app.radio(key="autograd_dtype").set_value("float64").run()
    assert metrics(app)[DRIFT] != "0"
    app.number_input(key="steps").set_value(1).run()
    app.radio(key="autograd_dtype").set_value("float32").run()
    assert metrics(app)[DRIFT] == "0"
    assert "In all 1 recorded steps" in texts(app)


LARGE = {"batch": 8192, "hidden": 1024}


def test_where_float64_would_not_fit_there_is_float32_and_a_word_about_it() -> None:
    app = open_page("train", **LARGE, by_hand_dtype="float64", steps=2)
    assert {
        key for key in ("by_hand_dtype", "autograd_dtype") if key in {radio.key for radio in app.radio}
    } == set()
    assert "`by_hand_dtype` = `float64`" in app.warning[0].value
    assert "By hand: precision: float32. " in texts(app)
    assert "above\n2,097,152; it is 8,388,608." in texts(app)
    app.number_input(key="batch").set_value(2048).run()
    assert app.radio(key="by_hand_dtype").options == ["float32", "float64"]
    assert "needs more memory" not in texts(app)


def test_a_choice_of_float64_gives_way_where_the_network_grows_too_large_for_it() -> None:
    app = open_page("train", autograd_dtype="float64", hidden=1024, batch=64, steps=1)
    assert app.radio(key="autograd_dtype").value == "float64"
    app.number_input(key="batch").set_value(8192).run()
    assert not app.exception
    assert "Autograd: precision: float32. " in texts(app)
    assert "**Identical.**" in texts(app)
    app.number_input(key="batch").set_value(64).run()
    assert app.radio(key="autograd_dtype").options == ["float32", "float64"]


def test_a_long_run_waits_for_its_button_and_old_results_are_marked() -> None:
    app = open_page("train")
    app.number_input(key="steps").set_value(3000).run()
    assert (
        "These are the results of other settings: 1,001 of 1,001 steps, 64 observations, network\n3-2-1"
        in texts(app)
    )
    assert metrics(app)[LOCAL] == "0"
    app.button(key="train").click().run()
    assert "other settings" not in texts(app)
    assert "In all 3,000 recorded steps" in texts(app)
    app.run()
    assert "In all 3,000 recorded steps" in texts(app)


def test_the_microscope_moves() -> None:
    app = open_page("train")
    first = app.table[0].value
    assert list(first["By hand ↔ autograd"]) == ["identical: 0 apart, 0 ULPs"] * 4
    assert all(str(cell).startswith("rounding") for cell in first["By hand ↔ finite differences"])
    app.select_slider(key="scrub").set_value(1000).run()
    assert not app.exception
    assert not app.table[0].value.equals(first)


def test_a_learning_rate_that_blows_up() -> None:
    app = open_page("train", learning_rate=1)
    assert "blew up at step" in texts(app)
    assert "Choose a smaller learning rate" in texts(app)


def test_too_much_work_says_what_to_reduce() -> None:
    app = open_page("train", batch=8192, inputs=256, hidden=1024, outputs=32, steps=20_000)
    possible = Config(source=Normal(8192, 256, 32), hidden=1024).affordable_steps
    assert f"at most {possible} steps are possible" in texts(app)
    assert not app.metric
    assert app.number_input(key="hidden").value == 1024


@pytest.mark.parametrize(
    ("parameter", "asked", "given"),
    [
        ("hidden", "1e9", 1024),
        ("hidden", "-5", 1),
        ("batch", "nan", 64),
        ("inputs", "", 3),
        ("outputs", "inf", 32),
        ("seed", "<script>", 0),
        ("steps", "99999999999999999999", 20_000),
        ("activation", "<script>alert(1)</script>", "relu"),
        ("slope", "7", 1.0),
        ("bias", "maybe", True),
        ("data", "../../etc/passwd", "normal"),
        ("learning_rate", "0", 1e-7),
        ("learning_rate", "0.0003", 0.0002),
        ("autograd_dtype", "float16", "float32"),
    ],
)
def test_an_impossible_address_gives_the_nearest_page_and_a_notice(
    parameter: str, asked: str, given: object
) -> None:
    app = open_page("train", **{"learning_rate": "1e-07", "activation": "leaky_relu", parameter: asked})
    assert app.session_state[parameter] == given
    notice = app.warning[0].value
    assert f"`{parameter}` = `{asked}`" in notice
    app.button(key="notice-ok").click().run()
    assert not any(f"`{parameter}`" in warning.value for warning in app.warning)


@pytest.mark.parametrize(
    ("parameter", "written", "meant"),
    [("hidden", "4.0", 4), ("learning_rate", "0.00001", 1e-5), ("bias", "FALSE", False)],
)
def test_a_possible_address_in_other_words_gives_no_notice(
    parameter: str, written: str, meant: object
) -> None:
    app = open_page("train", **{parameter: written})
    assert app.session_state[parameter] == meant
    assert not app.warning


def test_an_address_cannot_write_on_the_page() -> None:
    app = open_page("train", hidden="x\r\r# [Sign in](//evil.example)\n`<b>`", steps=5)
    assert "`x  # [Sign in](//evil.example) '<b>'`" in app.warning[0].value


def test_a_gpu_where_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    app = open_page("train", autograd_device="cuda")
    assert "`autograd_device`" in app.warning[0].value
    assert metrics(app)[LOCAL] == "0"


def test_a_learners_table() -> None:
    app = open_page("train", data="csv")
    assert "Upload a table" in texts(app)
    app.file_uploader(key="csv-file").set_value(
        ("mine.csv", b"a,b,c\n1,2,3\n2,3,5\n4,1,0\n", "text/csv")
    ).run()
    assert "3 of 3 rows" in texts(app)
    assert "target\n`c`" in texts(app)
    app.selectbox(key="csv-target").set_value("a").run()
    assert "`a`" in texts(app)
    assert "**Identical.**" in texts(app)


@pytest.mark.parametrize(
    ("csv", "sentence"),
    [
        (b"\xff\xfe\x00", "not text in UTF-8"),
        (b"a,b\nx,y\n", "0 hold numbers"),
        (b"a,b\n1,2\n", "Rows without gaps: 1."),
        (b"", "This file is empty"),
        (b"a,b\n", "a header line and no row below it"),
        (b"a" * 30_000 + b",b\n1,2\n", "has 30002 characters"),
        (b"a`b,c\n1,2\n1,3\n", "The column `a'b` has the same value"),
    ],
)
def test_a_table_that_will_not_do(csv: bytes, sentence: str) -> None:
    app = open_page("train", data="csv", hidden=5)
    app.file_uploader(key="csv-file").set_value(("mine.csv", csv, "text/csv")).run()
    assert sentence in app.error[0].value
    assert app.number_input(key="hidden").value == 5
    assert not app.metric


def test_questions_are_marked_with_the_reason() -> None:
    app = open_page("train")
    question = app.radio(key="train-check-rounding")
    question.set_value(0).run()
    assert "float64" in app.info[0].value
    app.radio(key="train-check-rounding").set_value(1).run()
    assert any(box.value.startswith("Yes.") for box in app.success)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_both_lanes_of_the_laboratory_train_with_it(optimizer: str) -> None:
    app = open_page("train", optimizer=optimizer, learning_rate=1e-3, steps=100)
    assert "**Identical.**" in texts(app)
    local, drift = metrics(app).values()
    assert local == "0"
    assert float(drift) < 1e-3
    assert (float(drift) == 0) == (optimizer == "sgd")
    assert "at the same weights, every entry" in texts(app)
    assert ("The trainings part all the same" in texts(app)) == (optimizer != "sgd")


def test_the_laboratory_trains_with_the_learners_lines() -> None:
    app = open_page("train", backward="yours", program=NOTEBOOK, steps=100)
    assert not app.error
    assert texts(app).count("**Identical.**") + texts(app).count("**Rounding.**") == 1
    wrong = seven_lines().replace("2 * (out - y)", "out - y")
    app = open_page("train", backward="yours", program=wrong, steps=100)
    assert "**Different.**" in texts(app)
    assert float(metrics(app)["Gradients, at the same weights"]) > 1


@pytest.mark.parametrize(
    ("program", "sentence"),
    [
        ("", "You have not written any lines yet"),
        ("grad_out = ", "Python cannot read this"),
        ("grad_w1 = x.T @ y", "`grad_w1` is 3 × 1, and has to be 3 × 2"),
        (seven_lines() + "\ngrad_w1 = grad_w1 @ q", "`q` is not defined"),
    ],
)
def test_lines_that_cannot_train_are_answered_in_the_laboratory(program: str, sentence: str) -> None:
    app = open_page("train", backward="yours", program=program)
    assert sentence in texts(app)
    app.radio(key="backward").set_value("lesson").run()
    assert not app.exception
    assert "**Identical.**" in texts(app)


def test_a_file_without_header_is_asked_about_and_keeps_its_first_row() -> None:
    app = open_page("train", data="csv")
    app.file_uploader(key="csv-file").set_value(("mine.csv", b"1,2\n2,3\n4,1\n", "text/csv")).run()
    assert "3 of 3 rows" in texts(app)
    assert "target\n`#2`" in texts(app)
    app.toggle(key="csv-first-row").set_value(False).run()
    assert "2 of 2 rows" in texts(app)
    assert "target\n`2`" in texts(app)
    app.file_uploader(key="csv-file").set_value(("mine.csv", b"a,b\n1,2\n2,3\n", "text/csv")).run()
    assert not [toggle for toggle in app.toggle if toggle.key == "csv-first-row"]
    assert "Not used" not in texts(app)


def test_columns_without_numbers_are_named_on_the_page() -> None:
    app = open_page("train", data="csv")
    csv = b"name,a,b,kind\nx,1,2,y\nx,2,3,y\nz,4,1,y\n"
    app.file_uploader(key="csv-file").set_value(("mine.csv", csv, "text/csv")).run()
    assert "Not used, as they hold no numbers: `name`, `kind`." in texts(app)


def test_a_flat_line_under_a_green_verdict_is_called_one_and_a_click_mends_it() -> None:
    app = open_page("train", data="sine")
    assert "**Identical.**" in texts(app)
    assert "**No hidden unit fires** (by hand, autograd)" in texts(app)
    assert "the predictions by hand explain 0 % of the variation" in texts(app)
    app.button(key="take-what-fits").click().run()
    assert "No hidden unit fires" not in texts(app)
    share = re.search(r"by hand explain (\S+) %", texts(app))
    assert share
    assert float(share[1]) > 90
    assert app.number_input(key="hidden").value == 8
    assert app.number_input(key="steps").value == 2000
    assert not [button for button in app.button if button.key == "take-what-fits"]


def test_normal_data_are_not_said_to_be_learned() -> None:
    app = open_page("train")
    assert "Is anything learned" not in texts(app)
    assert not [button for button in app.button if button.key == "take-what-fits"]


def test_a_leaky_unit_is_never_called_silent() -> None:
    app = open_page("train", data="sine", activation="leaky_relu")
    assert "fires" not in texts(app).split("## Why")[0]


@pytest.mark.parametrize(
    ("line", "instead", "rate", "lines"),
    [
        ("2 * (out - y)", "2 * (y - out)", 1e-3, True),
        ("2 * (out - y)", "900 * (out - y)", 1e-3, True),
        ("2 * (out - y)", "2 * (out - y)", 1, False),
        ("2 * (out - y)", "1 * (out - y)", 1, False),
    ],
    ids=["sign", "factor", "right lines", "half the gradient"],
)
def test_a_run_that_exploded_names_the_lines_or_the_rate(
    line: str, instead: str, rate: float, lines: bool
) -> None:
    app = open_page(
        "train", backward="yours", program=seven_lines().replace(line, instead), learning_rate=rate, steps=500
    )
    assert ("The cause is in your lines, not in the learning rate" in texts(app)) == lines
    assert ("Choose a smaller learning rate" in texts(app)) != lines
    assert ("Look for a wrong sign" in texts(app)) == ("y - out" in instead)
    assert "leave the picture: an axis that holds them" in texts(app).replace("\n", " ")


def lose(*_: object) -> Iterator[None]:
    raise WorkerLost("time")
    yield


def test_what_ends_a_long_run_is_said_and_it_can_be_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page("train")
    app.number_input(key="steps").set_value(3001).run()
    with monkeypatch.context() as lost:
        lost.setattr("lesson.chapters.train.watched", lose)
        app.button(key="train").click().run()
    assert "longer than the server lets a single step take" in app.error[0].value
    assert metrics(app)[LOCAL] == "0"
    app.button(key="train").click().run()
    assert not app.error
    assert "In all 3,001 recorded steps" in texts(app)


def test_a_run_that_was_left_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def left_after_the_first_report(_: object, run: Any, config: Config) -> Iterator[History]:
        yield next(run(config))

    app = open_page("train")
    app.number_input(key="steps").set_value(19_999).run()
    monkeypatch.setattr("lesson.chapters.train.watched", left_after_the_first_report)
    app.button(key="train").click().run()
    assert "Stopped: *Train* starts anew." in app.get("progress")[0].proto.text
    assert app.button(key="train")


def test_nothing_is_missing_from_a_page_whose_training_is_ended_from_outside(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As Streamlit's own stop button does: the script ends where it is."""

    def ended(*_: object) -> Iterator[None]:
        st.stop()
        yield

    app = open_page("train")
    app.number_input(key="steps").set_value(3002).run()
    monkeypatch.setattr("lesson.chapters.train.watched", ended)
    app.button(key="train").click().run()
    assert metrics(app)[LOCAL] == "0"
    assert {"train", "stop"} <= {button.key for button in app.button}
    assert "## Why" in texts(app)
