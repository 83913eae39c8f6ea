"""The laboratory: results that belong to the controls, and a sentence for everything that is off."""

from __future__ import annotations

import pytest

from lesson.numeric.config import OPTIMIZERS, Config
from lesson.numeric.data import Normal
from lesson.numeric.source import seven_lines
from tests.harness.lesson_app import metrics, open_page, texts
from tests.harness.programs import NOTEBOOK

LOCAL, DRIFT = "Gradients, at the same weights", "Trainings, each on its own path"


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
    assert 0 < float(metrics(app)[LOCAL]) < float(metrics(app)[DRIFT]) < 1e-2


def test_the_result_follows_the_controls() -> None:
    app = open_page("train")
    app.radio(key="autograd_dtype").set_value("float64").run()
    assert metrics(app)[DRIFT] != "0"
    app.number_input(key="steps").set_value(1).run()
    app.radio(key="autograd_dtype").set_value("float32").run()
    assert metrics(app)[DRIFT] == "0"
    assert "In all 1 recorded steps" in texts(app)


def test_a_long_run_waits_for_its_button_and_old_results_are_marked() -> None:
    app = open_page("train")
    app.number_input(key="steps").set_value(3000).run()
    assert "These are the results of other settings: 1,001 of 1,001 steps of a 64-3-2-1 network" in texts(app)
    assert metrics(app)[LOCAL] == "0"
    app.button(key="train").click().run()
    assert "other settings" not in texts(app)
    assert "In all 3,000 recorded steps" in texts(app)
    app.run()
    assert "In all 3,000 recorded steps" in texts(app)


def test_the_microscope_moves() -> None:
    app = open_page("train")
    first = app.table[0].value
    assert list(first["By hand ↔ autograd"]) == ["identical: 0 (0 ULPs)"] * 4
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
        (b"a,b\n1,2\n", "1 rows are complete"),
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
