"""The autograd chapter: presses add up, zero takes them back, and the clone has its price."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest

from lesson.chapters.autograd import MOST_PRESSES
from lesson.numeric.experiments.autograd import Cost, cost
from lesson.page.compute import computed
from tests.harness.lesson_app import NETWORKS, open_page, texts


def test_presses_add_up_to_a_bound_and_are_zeroed() -> None:
    app = open_page("autograd")
    for presses in range(2, MOST_PRESSES + 3):
        app.button(key="press").click().run()
        assert f"called **{min(presses, MOST_PRESSES)}** times" in texts(app)
    assert "tensor([16., -8.,  4.])" in "\n".join(code.value for code in app.code)
    app.button(key="zero").click().run()
    assert "called **0** times" in texts(app)
    assert not app.exception


def test_the_errors_are_shown_in_torchs_words() -> None:
    errors = [error.value for error in open_page("autograd").error]
    assert len(errors) == 3
    assert "Trying to backward through the graph a second time" in errors[0]
    assert "grad can be implicitly created only for scalar outputs" in errors[1]
    assert "a leaf Variable that requires grad is being used in an in-place operation" in errors[2]


def test_more_steps_keep_more_nodes() -> None:
    app = open_page("autograd")

    def nodes() -> int:
        found = re.search(r"\*\*([\d,]+) nodes\*\*", texts(app))
        assert found
        return int(found[1].replace(",", ""))

    few = nodes()
    app.slider(key="price-steps").set_value(400).run()
    assert nodes() == 2 * few - 8


@pytest.mark.parametrize(
    ("microseconds", "sentence"),
    [(160.0, "takes about **1.6 times** as long"), (104.0, "took about as long this time")],
)
def test_what_is_said_of_the_price_follows_from_it(
    microseconds: float, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps, nodes = np.arange(1, 11), {"clone": np.arange(10), "detached": np.zeros(10)}
    priced = Cost(steps, nodes, {"clone": np.full(10, microseconds), "detached": np.full(10, 100.0)})

    def measured(function: Callable[..., object], *args: object) -> object:
        return priced if function is cost else computed(function, *args)

    monkeypatch.setattr("lesson.chapters.autograd.computed", measured)
    assert sentence in texts(open_page("autograd"))


@pytest.mark.parametrize(
    ("address", "jacobian", "takes", "gradient"),
    [
        ({}, "64 × 6", "1.536 kB", "24 B"),
        (
            NETWORKS["largest"],
            "262144 × 262144",
            "274.9 GB",
            "1.049 MB",
        ),
    ],
)
def test_the_jacobian_is_beside_the_gradient(
    address: dict[str, object], jacobian: str, takes: str, gradient: str
) -> None:
    app = open_page("autograd", **address)
    (table,) = app.table
    by, *rest = table.value.iloc[0]
    assert (by, rest[0], rest[1], rest[3]) == ("w1", jacobian, takes, gradient)
    assert "both give the same gradients of all weights, to the last bit" in texts(app)
