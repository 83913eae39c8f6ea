"""What a learner sets reaches the training under its own name, and nothing else does."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from lesson import settings
from lesson.numeric.config import Config, Lane
from lesson.numeric.data import Normal, Sine
from lesson.numeric.program.whitelist import MOST_CHARACTERS
from lesson.settings import Settings

CHOSEN = Settings(5, 4, 6, 2, False, "leaky_relu", 0.3, 7)


def drawn(script: str, **address: str) -> AppTest:
    """The shared controls and a script below them, at an address; what the script finds is in found."""
    before = (
        "import streamlit as st\nfrom lesson import settings\nst.session_state['language'] = 'en'\n"
        "st.session_state['network'] = settings.network()\n"
    )
    app = AppTest.from_string(f"{before}st.session_state['found'] = {script}", default_timeout=60)
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def found(script: str, **address: str) -> object:
    return drawn(script, **address).session_state["found"]


ADDRESS = {
    "batch": "5",
    "inputs": "4",
    "hidden": "6",
    "outputs": "2",
    "bias": "false",
    "activation": "leaky_relu",
    "slope": "0.3",
    "seed": "7",
}
NETWORK = "st.session_state['network']"


def test_without_an_address_the_network_is_the_notebooks() -> None:
    assert found(NETWORK) == Settings() == Settings(64, 3, 2, 1, True, "relu", 0.01, 0)


def test_every_part_of_an_address_sets_its_own_value() -> None:
    assert found(NETWORK, **ADDRESS) == CHOSEN


@pytest.mark.parametrize("key", sorted(set(ADDRESS) - {"slope"}))
def test_one_part_of_an_address_changes_one_value(key: str) -> None:
    network = found(NETWORK, **{key: ADDRESS[key]})
    changed = {name for name in ADDRESS if getattr(network, name) != getattr(Settings(), name)}
    assert changed == {key}


def test_a_slope_is_that_of_a_leaky_relu_alone() -> None:
    assert found(f"{NETWORK}.slope", slope="0.3") == Settings.slope
    assert found(f"{NETWORK}.slope", slope="0.3", activation="leaky_relu") == 0.3


def test_the_sizes_stand_in_the_order_of_the_lesson() -> None:
    assert CHOSEN.sizes == (5, 4, 6, 2)


def test_a_network_is_trained_with_all_that_was_set_on_normal_data() -> None:
    assert settings.config(CHOSEN) == Config(
        Normal(5, 4, 2, 7), hidden=6, bias=False, activation="leaky_relu", slope=0.3, seed=7
    )


def test_other_data_keep_the_network() -> None:
    source = Sine(9, 1)
    config = settings.config(CHOSEN, source)
    assert config.source is source
    assert (config.hidden, config.bias, config.slope, config.seed) == (6, False, 0.3, 7)


@pytest.mark.parametrize("name", ["by_hand", "autograd"])
def test_a_lane_has_a_precision_of_its_own(name: str) -> None:
    other = {"by_hand": "autograd", "autograd": "by_hand"}[name]
    lane = f"settings.lane({name!r}, ('cpu',))"
    assert found(lane) == Lane("float32", "cpu")
    assert found(lane, **{f"{name}_dtype": "float64"}) == Lane("float64", "cpu")
    assert found(lane, **{f"{other}_dtype": "float64"}) == Lane("float32", "cpu")


def test_a_device_is_chosen_where_there_is_more_than_one() -> None:
    lane, address = "settings.lane('autograd', {})", {"autograd_device": "cuda"}
    assert found(lane.format("('cpu', 'cuda')"), **address) == Lane("float32", "cuda")
    assert found(lane.format("('cpu', 'cuda')")) == Lane("float32", "cpu")
    assert found(lane.format("('cuda',)")) == Lane("float32", "cuda")
    keys = [radio.key for radio in drawn(lane.format("('cpu',)")).radio]
    assert "autograd_dtype" in keys
    assert "autograd_device" not in keys


def test_a_network_too_large_for_float64_says_how_large_it_is() -> None:
    app = drawn("settings.lane('by_hand', ('cpu',))", batch="2049", hidden="1024", by_hand_dtype="float64")
    assert app.session_state["found"] == Lane("float32", "cpu")
    said = app.caption[0].value.replace("\n", " ")
    assert said.startswith("By hand: precision: float32. ")
    assert said.endswith("above 2,097,152; it is 2,098,176.")
    assert not drawn("settings.lane('by_hand', ('cpu',))", batch="2048", hidden="1024").caption


def test_a_program_comes_from_the_address_no_longer_than_it_may_be() -> None:
    assert found("settings.program()") == ""
    assert found("settings.program()", program="grad_w1 = x") == "grad_w1 = x"
    assert found("settings.program()", program="x" * (MOST_CHARACTERS + 1)) == "x" * MOST_CHARACTERS


def test_a_program_that_was_written_counts_before_that_of_the_address() -> None:
    written = (
        "(st.session_state.update(program='grad_b1 = y'), settings.program(), settings.keep_program())[1]"
    )
    app = drawn(written, program="grad_w1 = x")
    assert app.session_state["found"] == "grad_b1 = y"
    assert app.query_params["program"] in ("grad_b1 = y", ["grad_b1 = y"])


def test_what_is_written_in_the_editor_is_the_program_and_no_longer_than_it_may_be() -> None:
    app = drawn(
        "(settings.keep_program(), settings.program_editor('Lines', 'a hint', 'grad_w1 = ...'))[1]",
        program="grad_w1 = x",
    )
    editor = app.text_area(key="program")
    assert (editor.label, editor.help, editor.placeholder) == ("Lines", "a hint", "grad_w1 = ...")
    assert (editor.value, editor.max_chars) == ("grad_w1 = x", MOST_CHARACTERS)
    editor.set_value("grad_b1 = y").run()
    assert app.session_state["found"] == "grad_b1 = y"


def test_inputs_and_outputs_stand_on_the_left_hidden_and_batch_on_the_right() -> None:
    app = drawn("None")
    assert [[one.key for one in column.number_input] for column in app.columns] == [
        ["inputs", "outputs"],
        ["hidden", "batch"],
    ]


def test_without_a_program_the_address_has_none() -> None:
    assert "program" not in drawn("settings.keep_program()").query_params


@pytest.mark.parametrize(
    ("control", "default", "nearest"),
    [
        ("LEARNING_RATE", 1e-4, {"0.0003": 2e-4, "0": 1e-7, "9": 1.0, "1e-3": 1e-3}),
        ("STEPS", 1001, {"0": 1, "20001": 20_000}),
        ("ZEROS", 0.8, {"-1": 0.0, "2": 1.0}),
    ],
)
def test_the_laboratorys_controls_begin_at_the_notebooks_training(
    control: str, default: float, nearest: dict[str, float]
) -> None:
    its = getattr(settings, control)
    assert its.default == pytest.approx(default)
    assert {raw: its.nearest(raw) for raw in nearest} == nearest


def test_learning_rates_rise_by_ones_twos_and_fives_up_to_one() -> None:
    scale = settings.LEARNING_RATE.scale
    assert list(scale) == sorted(scale)
    assert scale[:4] == (1e-7, 2e-7, 5e-7, 1e-6)
    assert scale[-4:] == (0.1, 0.2, 0.5, 1.0)
    assert len(scale) == 22


def test_the_choices_are_offered_in_their_order() -> None:
    assert settings.DATA.options == ("normal", "sine", "cars", "sparse", "csv")
    assert settings.BACKWARD.options == ("lesson", "yours")
    assert settings.OPTIMIZER.options == ("sgd", "momentum", "adam")
    assert settings.ACTIVATION.options == ("relu", "leaky_relu")
