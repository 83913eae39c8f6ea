"""Activation: what it does at zero, and whether a network meets it there."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from lesson import prose
from tests.harness.lesson_app import NETWORKS, asked, open_page, texts
from tests.harness.proofs import open_proved


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_the_chapter_proves_its_lines_and_lights_them(network: dict[str, object]) -> None:
    open_proved("activation", network, "w1")


def ways(app: AppTest) -> dict[str, str]:
    table = app.table[-1].value
    return dict(zip(table.iloc[:, 0], table.iloc[:, 1], strict=True))


RELU_AT_ZERO = {
    "`torch.relu(h)`": "0",
    "`h.clamp(min=0)`": "1",
    "`torch.maximum(h, torch.zeros_like(h))`": "0.5",
    "`torch.where(h > 0, h, 0.0)`": "0",
    "`torch.where(h >= 0, h, 0.0)`": "1",
}


def test_at_zero_and_when_a_network_meets_it() -> None:
    app = open_page("activation")
    assert ways(app) == RELU_AT_ZERO
    assert "**0 of 128** pre-activations" in texts(app)
    assert "Without a bias" in texts(open_page("activation", bias="false"))


def test_a_network_with_leaky_relu_has_one_slope_everywhere() -> None:
    app = open_page("activation", activation="leaky_relu", slope=0.3)
    assert "drawn" not in [slider.key for slider in app.slider]
    assert ways(app) == RELU_AT_ZERO | {"`torch.nn.functional.leaky_relu(h, slope)`": "0.3"}
    for sentence in ("$h \\le 0$, **0.3**", "elsewhere the mask is 0.3", "with `slope` = 0.3"):
        assert sentence in texts(app)


def test_with_relu_a_slope_is_for_the_drawing_alone() -> None:
    app = open_page("activation", drawn=0.4)
    slider = app.slider(key="drawn")
    assert slider.value == 0.4
    assert "For the drawing alone" in slider.label
    assert "elsewhere the mask is 0." in texts(app)


def test_the_page_says_how_many_dots_it_draws() -> None:
    assert "Dots: 80 of\nthe 128 pre-activations" in texts(open_page("activation"))
    assert "Dots: 6 of\nthe 6 pre-activations" in texts(open_page("activation", batch=3))


def test_behind_has_no_two_meanings() -> None:
    assert not any("behind" in text for text in prose.sections("en", "activation").values())


def test_a_cell_and_its_h_can_be_chosen_without_a_pointer_and_are_in_the_address() -> None:
    app = open_page("activation", cell="h[2,1]", h=-1.4)
    assert app.slider(key="activation-h-h[2,1]").value == -1.4
    assert "`h[2,1]` is " in texts(app)
    app.slider(key="activation-h-h[2,1]").set_value(0.6).run()
    assert asked(app, "h") == "0.6"
    app.number_input(key="activation-column").set_value(2).run()
    assert asked(app, "cell") == "h[2,2]"
    assert "`h[2,2]` is " in texts(app)


@pytest.mark.parametrize(
    "address", [{"h": "high"}, {"h": 99}, {"cell": "h[99,1]"}, {"cell": "mask[1,1]"}], ids=str
)
def test_an_address_that_means_nothing_opens_the_gate_all_the_same(address: dict[str, object]) -> None:
    assert "`h[1,1]` is " in texts(open_page("activation", **address))
