"""The chain rule: one weight, chosen and dragged, and six ways to its derivative that agree."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from lesson.chapters import chain_rule
from tests.harness.lesson_app import NETWORKS, open_page, texts
from tests.harness.proofs import open_proved


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_the_chapter_proves_its_lines_and_lights_them(network: dict[str, object]) -> None:
    open_proved("chain-rule", network, "w1")


def six(app: object) -> list[float]:
    return [float(value) for value in app.table[-1].value["Value"]]  # type: ignore[attr-defined]


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_the_six_ways_agree_on_the_page(network: dict[str, object]) -> None:
    app = open_page("chain-rule", **network)
    entries = app.selectbox(key="entry").options
    assert len(entries) >= 4
    for entry in entries[:: len(entries) // 4]:
        app.selectbox(key="entry").set_value(entry).run()
        assert not app.exception
        assert "steps across a kink" not in texts(app)
        values = six(app)
        assert values == pytest.approx([values[0]] * 5, rel=1e-4, abs=1e-4)
        assert len(values) == 5


def test_dragging_the_weight_moves_all_numbers() -> None:
    app = open_page("chain-rule", hidden=4, outputs=2, activation="leaky_relu")
    before = six(app)
    app.slider(key="moved").set_value(1.0).run()
    after = six(app)
    assert after == pytest.approx([after[0]] * 5, rel=1e-5)
    assert after[0] != pytest.approx(before[0])
    assert "Paths: 2" in texts(app)


def test_a_chosen_weight_that_is_gone_gives_way_to_the_first() -> None:
    app = open_page("chain-rule", hidden=4)
    app.selectbox(key="entry").set_value("w1[1,4]").run()
    app.number_input(key="hidden").set_value(2).run()
    assert not app.exception
    assert app.selectbox(key="entry").value == "w1[2,2]"


def test_a_weight_in_the_address() -> None:
    assert open_page("chain-rule", entry="w2[2,1]").selectbox(key="entry").value == "w2[2,1]"
    assert open_page("chain-rule", entry="w9[9,9]").selectbox(key="entry").value == "w1[2,2]"


def test_without_bias_there_is_none_to_choose() -> None:
    def biases(**address: object) -> list[str]:
        entries = open_page("chain-rule", **address).selectbox(key="entry").options
        return [name for name in entries if name.startswith("b")]

    assert biases() == ["b1[1,1]", "b1[1,2]", "b2[1,1]", "b2[1,2]"]
    assert biases(second="false") == ["b1[1,1]", "b1[1,2]", "b2[1,1]"]
    assert biases(bias="false") == []


def test_how_far_the_weight_is_moved_is_in_the_address() -> None:
    assert open_page("chain-rule", moved=-0.5).slider(key="moved").value == -0.5
    for nonsense in ("far", "99"):
        assert open_page("chain-rule", moved=nonsense).slider(key="moved").value in (-2, 0, 2)


def test_the_finite_difference_is_said_to_be_divided() -> None:
    (way,) = [name for name in open_page("chain-rule").table[-1].value["Way"] if "Finite difference" in name]
    assert "divided by" in way


def numbers(app: AppTest) -> dict[str, str]:
    """What stands in the table of the bench."""
    shown = app.table[0].value
    return dict(zip(shown["What"], shown["Value"], strict=True))


def test_the_bench_has_two_outputs_until_one_is_asked_for() -> None:
    app = open_page("chain-rule")
    assert "Paths: 2" in texts(app)
    assert {"o1", "o2"} <= set(numbers(app))
    app.toggle(key="second").set_value(False).run()
    assert not app.exception
    assert "Paths: 1" in texts(app)
    assert "o2" not in numbers(app)
    assert "Paths: 1" in texts(open_page("chain-rule", second="false"))


def test_with_two_outputs_of_the_learners_own_there_is_no_switch() -> None:
    app = open_page("chain-rule", outputs=2)
    assert "second" not in [toggle.key for toggle in app.toggle]
    assert "Paths: 2" in texts(app)


def test_the_table_of_the_bench_follows_the_slider_and_agrees_with_the_chain() -> None:
    app = open_page("chain-rule", moved=0.5)
    before = numbers(app)
    assert float(before["grad_w1[2,2]"]) == pytest.approx(six(app)[0], rel=1e-3)
    app.slider(key="moved").set_value(1.5).run()
    after = numbers(app)
    assert after["h2"].startswith("-")
    assert (after["a2"], after["grad_w1[2,2]"]) == ("0", "0")
    assert float(after["w1[2,2]"]) == pytest.approx(float(before["w1[2,2]"]) + 1, abs=2e-3)


def test_a_click_chooses_a_weight_and_the_end_of_a_drag_moves_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of both selections, which the browser keeps for good, only the new one counts."""
    state: dict[str, Any] = {"entry": "w1[2,2]", "moved": 0.0}
    monkeypatch.setattr("streamlit.session_state", state)

    def tell(**selection: Any) -> tuple[str, float]:
        state["bench"] = {"selection": selection}
        chain_rule.picked()
        return state["entry"], state["moved"]

    click, end = [{"entry": "w1[1,2]"}], [{"at": 50}]
    assert tell(entry=click) == ("w1[1,2]", 0)
    state["entry"] = "b1[1,1]"
    assert tell(entry=click, released=end) == ("b1[1,1]", 0.5)
    state["moved"] = 0.0
    assert tell(entry=[{"entry": "w2[1,1]"}], released=end) == ("w2[1,1]", 0)
