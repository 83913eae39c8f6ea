"""The optimizers chapter: updates that agree, rates that blow up, and two weights of a surface."""

from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from lesson.numeric.config import OPTIMIZERS
from tests.harness.lesson_app import NETWORKS, open_page, texts


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_updates_agree_at_every_network(optimizer: str, network: dict[str, object]) -> None:
    app = open_page("optimizers", "updates", optimizer=optimizer, **network)
    assert any(alert.value.startswith(("**Identical.**", "**Rounding.**")) for alert in app.success)
    assert not app.error
    assert app.radio(key="optimizer").value == optimizer


def test_the_lines_are_those_that_run() -> None:
    app = open_page("optimizers", optimizer="adam")
    assert "m_hat = self.m / (1 - BETA1**self.t)" in app.code[2].value


def test_a_rate_that_blows_up_is_named() -> None:
    app = open_page("optimizers", same_rate="true", rate=0.03)
    assert [alert.value.split()[0] for alert in app.warning] == ["SGD", "momentum"]
    assert "leave the picture: an axis that holds them" in texts(app).replace("\n", " ")
    assert "After 100 steps, the lowest loss first: **Adam**" in texts(app)


def test_each_optimizer_has_a_rate_that_suits_it_and_on_request_all_the_same() -> None:
    app = open_page("optimizers")
    assert not app.warning
    assert "leave the picture" not in texts(app)
    own = last_losses(app)
    assert own.keys() == {"SGD", "momentum", "Adam"}
    assert max(own.values()) < 1.1 * min(own.values()), "none looks bad by construction"
    app.toggle(key="same_rate").set_value(True).run()
    same = last_losses(app)
    assert same["SGD"] == own["SGD"]
    assert same["Adam"] > 1.3 * own["Adam"]
    app.toggle(key="same_rate").set_value(False).run()
    app.select_slider(key="rate_sgd").set_value(0.03).run()
    assert "SGD blew up at step" in app.warning[0].value
    assert last_losses(app)["Adam"] == own["Adam"]


def last_losses(app: AppTest) -> dict[str, float]:
    return {name: float(loss) for name, loss in re.findall(r"\*\*(\w+)\*\* (\S+) \(rate", texts(app))}


def test_a_rate_between_two_steps_is_put_right() -> None:
    app = open_page("optimizers", same_rate="true", rate=0.0011)
    assert app.select_slider(key="rate").value == 1e-3
    assert "rate` = `0.0011`" in texts(app)


def test_one_weight_is_no_surface() -> None:
    app = open_page("optimizers", "surface")
    app.selectbox(key="up").set_value("w1[1,1]").run()
    assert "Choose two different weights" in texts(app)
    app.selectbox(key="up").set_value("b1[1,2]").run()
    app.toggle(key="bias").set_value(False).run()
    assert not app.exception
    assert app.selectbox(key="up").value == "w2[1,1]"
