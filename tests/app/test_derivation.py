"""The four chapters of the derivation, at default settings and at the extremes."""

from __future__ import annotations

import re

import pytest

from lesson.page import EARNED
from tests.harness.lesson_app import NETWORKS, open_page, texts

PROVES = {
    "chain-rule": ("w1",),
    "matrix-form": ("w2", "w1"),
    "activation": ("w1",),
    "bias": ("b1", "b2"),
}


def size(network: dict[str, object], name: str, default: int) -> int:
    return min(int(str(network.get(name, default))), 4)


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
@pytest.mark.parametrize("chapter", EARNED)
def test_a_chapter_proves_its_lines_and_lights_them(chapter: str, network: dict[str, object]) -> None:
    app = open_page(chapter, **network)
    inputs, hidden, outputs = (
        size(network, "inputs", 3),
        size(network, "hidden", 2),
        size(network, "outputs", 1),
    )
    entries = {"w1": inputs * hidden, "b1": hidden, "w2": hidden * outputs, "b2": outputs}
    for parameter in PROVES[chapter]:
        count = entries[parameter]
        assert f"`grad_{parameter}`: **{count} of {count} entries proved**" in texts(app)
    lit = re.findall(r":material/check_circle: `(\w+) =", texts(app))
    new = re.findall(r"`(\w+) = [^`]*` \*\*earned here", texts(app))
    chapters = list(EARNED)
    so_far = chapters[: chapters.index(chapter) + 1]
    assert sorted(lit) == sorted(line for name in so_far for line in EARNED[name])
    assert sorted(new) == sorted(EARNED[chapter])
    assert not app.error
    assert "fails" not in texts(app)


def six(app: object) -> list[float]:
    return [float(value) for value in app.table[0].value["Value"]]  # type: ignore[attr-defined]


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_the_six_ways_agree_on_the_page(network: dict[str, object]) -> None:
    app = open_page("chain-rule", **network)
    for entry in app.selectbox(key="entry").options[:: max(1, len(app.selectbox(key="entry").options) // 4)]:
        app.selectbox(key="entry").set_value(entry).run()
        assert not app.exception
        values = six(app)
        assert len(values) == 5
        if "steps across a kink" not in texts(app):
            assert values == pytest.approx([values[0]] * 5, rel=1e-4, abs=1e-4)


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
    assert app.selectbox(key="entry").value == "w1[1,1]"


def test_a_weight_in_the_address() -> None:
    assert open_page("chain-rule", entry="w2[2,1]").selectbox(key="entry").value == "w2[2,1]"
    assert open_page("chain-rule", entry="w9[9,9]").selectbox(key="entry").value == "w1[1,1]"


def test_without_bias_there_is_none_to_choose() -> None:
    app = open_page("chain-rule", bias="false")
    assert not [name for name in app.selectbox(key="entry").options if name.startswith("b")]


@pytest.mark.parametrize(("line", "steps"), [("grad_w1", 5), ("grad_w2", 5), ("grad_a", 4)])
def test_every_step_of_every_line_with_numbers(line: str, steps: int) -> None:
    app = open_page("matrix-form", batch=3, outputs=2)
    app.toggle(key="numbers").set_value(True)
    app.session_state["line"] = line
    seen = set()
    for step in range(1, steps + 1):
        app.session_state[f"step-{line}"] = step
        app.run()
        assert not app.exception
        assert "Checked just now: both sides are equal." in texts(app)
        symbols, numbers = (app.latex[index].value for index in (0, 1))
        assert symbols.count("&=") == 2
        if step < steps:
            assert re.search(r"\d\.\d", numbers)
        seen.add(symbols)
    assert len(seen) == steps


def test_grad_w2_in_the_place_of_w2_is_another_matrix() -> None:
    assert "the same shape, 1 × 2" in texts(open_page("matrix-form"))


def test_at_zero_and_when_a_network_meets_it() -> None:
    app = open_page("activation")
    table = app.table[0].value
    assert dict(zip(table.iloc[:, 0], table.iloc[:, 1], strict=True)) == {
        "`torch.relu(h)`": "0",
        "`torch.nn.functional.leaky_relu(h, 0.1)`": "0.1",
        "`h.clamp(min=0)`": "1",
        "`torch.maximum(h, torch.zeros_like(h))`": "0.5",
        "`torch.where(h > 0, h, 0.0)`": "0",
        "`torch.where(h >= 0, h, 0.0)`": "1",
    }
    assert "**0 of 128** pre-activations" in texts(app)
    assert "Without a bias" in texts(open_page("activation", bias="false"))


def test_the_bias_page_says_when_a_mistake_hides() -> None:
    assert "every hidden unit gets the same number" in texts(open_page("bias"))
    assert "With a single hidden unit both are the same number" in texts(open_page("bias", hidden=1))
    assert "has no bias at present" in texts(open_page("bias", bias="false"))
