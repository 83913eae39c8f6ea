"""The optimizers chapter: updates that agree, rates that blow up, and two weights of a surface."""

from __future__ import annotations

import pytest

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
    app = open_page("optimizers", rate=0.03)
    assert [alert.value.split()[0] for alert in app.warning] == ["SGD", "momentum"]


def test_a_rate_between_two_steps_is_put_right() -> None:
    app = open_page("optimizers", rate=0.0011)
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
