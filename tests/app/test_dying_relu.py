"""Dying ReLU: counts at every network, one unit watched, remedies."""

from __future__ import annotations

import pytest

from tests.harness.lesson_app import NETWORKS, open_page, texts


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
@pytest.mark.parametrize("hard", [False, True])
def test_the_page_at_the_extremes(network: dict[str, object], hard: bool) -> None:
    address = {"start_bias": -3, "pace": 0.02, "scale": 3, "zeros": 1} if hard else {}
    counted = open_page("dying-relu", "count", **network, **address).table[0].value
    assert next(iter(counted["Units that woke"])) == 0
    assert (counted["Units that died"] + counted["Units that woke"] <= counted["Of all units"]).all()
    tried = open_page("dying-relu", "help", **network, **address).table[0].value
    # Without a bias there is one remedy less.
    assert len(tried) == (4 if network.get("bias") == "false" else 5)
    open_page("dying-relu", **network, **address)


def test_a_watched_run_that_blew_up_is_not_called_silent_or_well() -> None:
    app = open_page("dying-relu", "watch", pace=0.02, scale=3)
    assert "its units are in no sensible state" in "".join(warning.value for warning in app.warning)
    assert "In this run no ReLU unit is silent" not in texts(app)


def test_no_tab_computes_for_another() -> None:
    app = open_page("dying-relu")
    assert not app.table
    assert [box.label for box in app.selectbox] == ["Which run"]


def test_a_unit_dies_when_the_page_says_so() -> None:
    app = open_page("dying-relu")
    assert "ReLU units silent to the end: unit 1 since step" in texts(app)
    assert (
        "its entry of grad_b1: 0.0" in app.code[1].value or "its entry of grad_b1: -0.0" in app.code[1].value
    )
    app.slider(key="start_bias").set_value(1.0).run()
    app.slider(key="zeros").set_value(0.0).run()
    app.select_slider(key="scale").set_value(0.3).run()
    app.select_slider(key="pace").set_value(1e-4).run()
    assert not app.exception
    assert "In this run no ReLU unit is silent at the end" in texts(app)


def test_a_rate_that_blows_up_is_named() -> None:
    app = open_page("dying-relu", "count", pace=0.02, scale=3)
    assert "Where a training blew up" in texts(app)


def test_an_address_out_of_range_is_put_right() -> None:
    app = open_page("dying-relu", start_bias=-99)
    assert app.slider(key="start_bias").value == -3.0
    assert "`start_bias` = `-99`" in texts(app)


def test_without_bias_there_is_none_to_start_with() -> None:
    app = open_page("dying-relu", bias="false")
    assert not [slider for slider in app.slider if slider.key == "start_bias"]
    # Where all inputs are zero, every unit is silent, and the page says why it stays so.
    silent = open_page("dying-relu", bias="false", zeros=1)
    assert "its column of grad_w1" in silent.code[1].value
    assert "grad_b1" not in silent.code[1].value


@pytest.mark.parametrize(
    ("asked", "given"), [("7", "7"), ("9999", "199"), ("-1", None), ("²", None), ("9" * 99, None)]
)
def test_a_film_stands_at_the_step_of_the_address(asked: str, given: str | None) -> None:
    app = open_page("dying-relu", step=asked)
    assert app.query_params.get("step") in ([given], given)


def test_a_chosen_run_stays_until_others_are_trained() -> None:
    app = open_page("dying-relu")
    latest_death = app.selectbox(key="watched-seed").value
    app.selectbox(key="watched-seed").set_value(0).run()
    assert app.selectbox(key="watched-seed").value == 0
    assert "In this run no ReLU unit is silent at the end" in texts(app)
    app.number_input(key="seed").set_value(1).run()
    assert app.selectbox(key="watched-seed").value == latest_death
    assert "ReLU units silent to the end" in texts(app)
