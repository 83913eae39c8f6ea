"""Coin flips: estimators beside the truth at every network, trainings on request."""

from __future__ import annotations

import pytest

from tests.harness.lesson_app import NETWORKS, open_page, texts


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
@pytest.mark.parametrize("gates", [1, 6])
def test_the_page_at_the_extremes(network: dict[str, object], gates: int) -> None:
    app = open_page("bernoulli-gate", "truth", gates=gates, temperature=0.05, **network)
    table = app.table[0].value.set_index("Estimator")
    held, _, entries = str(table.loc["with baseline", "Intervals that hold the truth"]).split()
    assert int(held) >= 0.7 * int(entries)
    assert f"over {2**gates} masks" in texts(app)


def test_a_function_of_your_own_is_checked() -> None:
    app = open_page("bernoulli-gate", "own")
    assert sum("Jacobian mismatch" in error.value for error in app.error) == 2


def test_the_estimators_and_their_lines() -> None:
    app = open_page("bernoulli-gate")
    assert [tab.label for tab in app.tabs[1:5]] == [
        "straight-through",
        "score function",
        "with baseline",
        "relaxed gate",
    ]
    shown = "\n".join(code.value for code in app.code)
    assert "class StraightThrough(torch.autograd.Function)" in shown
    assert "(value - baseline).detach() * log_probability(m, s)" in shown
    assert "largest entry of s.grad: 0.0" in shown


def test_a_weight_that_is_gone_is_replaced() -> None:
    app = open_page("bernoulli-gate", "truth")
    app.selectbox(key="gate-weight").set_value("bg[1,4]").run()
    app.select_slider(key="gates").set_value(2).run()
    assert not app.exception
    assert app.selectbox(key="gate-weight").value != "bg[1,4]"


def test_trainings_on_request() -> None:
    app = open_page("bernoulli-gate", "train", gates=2)
    assert "Through torch's zero the expected loss ends at" not in texts(app)
    app.button(key="train-gates").click().run()
    assert not app.exception
    assert "Through torch's zero the expected loss ends at" in texts(app)
