"""The graph chapter, at the extremes of the network and of the forward pass."""

from __future__ import annotations

import pytest

from tests.harness.lesson_app import NETWORKS, open_page, texts


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_operations_and_weights_are_counted(network: dict[str, object]) -> None:
    app = open_page("graph", **network)
    weights = 2 if network.get("bias") == "false" else 4
    assert f"6 operations, and {weights} weights" in texts(app)
    assert not app.error


@pytest.mark.parametrize("times", [0, 4])
def test_every_round_of_the_loop_is_a_node(times: int) -> None:
    app = open_page("graph")
    app.segmented_control(key="way").set_value("loop").run()
    app.slider(key="times").set_value(times).run()
    assert not app.exception
    assert f"the graph now has\n{5 + times} operations" in texts(app)
    assert "for _ in range(times)" in app.code[0].value


def test_the_if_takes_its_node_along() -> None:
    app = open_page("graph")
    app.segmented_control(key="way").set_value("if").run()
    seen = set()
    for seed in range(5):
        app.number_input(key="seed").set_value(seed).run()
        seen |= {count for count in (5, 6) if f"the graph now has {count} operations" in texts(app)}
    assert seen == {5, 6}


def test_only_the_if_is_spoken_of_as_one() -> None:
    app = open_page("graph")
    assert "the mean of all numbers" not in texts(app)
    assert "`if` above" not in texts(app)
    app.segmented_control(key="way").set_value("if").run()
    for seed in range(5):
        app.number_input(key="seed").set_value(seed).run()
        ran, skipped = ("It was, so that" in texts(app)), ("It was not, so that" in texts(app))
        assert ran != skipped
        assert f"the graph now has {6 if ran else 5} operations" in texts(app)
        assert ("ReLU keeps its result" in texts(app)) == ran


@pytest.mark.parametrize(("bias", "product"), [("true", "`addmm` is"), ("false", "`matmul` is")])
def test_what_each_node_keeps_is_listed(bias: str, product: str) -> None:
    app = open_page("graph", bias=bias)
    assert product in texts(app)
    (table,) = app.table
    listed = [list(row) for row in table.value.to_numpy()]
    assert listed[0] == ["SumBackward0", "nothing"]
    assert listed[-1][1] == "x 64×3"
