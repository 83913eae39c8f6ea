"""Wrong gradients: mistakes are heard on request and collected, and the mystery's numbers are there."""

from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from lesson import prose
from lesson.numeric.program.mistakes import COLLECTION
from tests.harness.lesson_app import NETWORKS, open_page, texts


def heard(app: AppTest, name: str) -> dict[str, str]:
    app.selectbox(key="mistake").set_value(prose.say("en", "wrong-gradients", f"title-{name}")).run()
    app.button(key="testify").click().run()
    assert not app.exception
    table = app.table[0].value
    return dict(zip(table["Witness"], table["It"], strict=True))


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_the_page_at_the_extremes(network: dict[str, object]) -> None:
    app = open_page("wrong-gradients", **network)
    assert heard(app, "factor")["autograd"] == "notices"


@pytest.mark.parametrize("seed", [0, 9999])
def test_the_mystery_is_solved(seed: int) -> None:
    app = open_page("wrong-gradients", "mystery", seed=seed)
    assert "are **0** apart, at every step" in texts(app)


def test_every_mistake_is_collected() -> None:
    app = open_page("wrong-gradients", activation="leaky_relu", slope=0.1)
    for number, known in enumerate(COLLECTION):
        answers = heard(app, known.name)
        assert answers["autograd"] == ("silent" if known.name == "or-equal" else "notices")
        assert f"What you found: {number + 1} of 11" in texts(app)
    collected = app.table[1].value.set_index("Mistake")
    assert list(collected["shapes"]).count("notices") == 1
    assert list(collected["autograd"]).count("notices") == 10
    assert "**Nobody noticed.**" not in texts(app)


def test_the_kink_is_remembered() -> None:
    app = open_page("wrong-gradients")
    assert heard(app, "or-equal")["autograd"] == "silent"
    assert "**Nobody noticed.**" in texts(app)
    app.toggle(key="on-kink").set_value(True).run()
    assert heard(app, "or-equal")["autograd"] == "notices"
    assert list(app.table[1].value["autograd"]) == ["notices"]


def test_nothing_is_told_before_it_is_asked() -> None:
    app = open_page("wrong-gradients")
    assert not app.table
    app.pills(key="guess factor").set_value(["autograd"]).run()
    assert not app.table
    heard(app, "factor")
    assert list(app.table[0].value["You said"]) == ["silent", "silent", "silent", "notices"]


def test_twelve_seeds_on_request() -> None:
    app = open_page("wrong-gradients", "mystery")
    app.button(key="ahead").click().run()
    found = re.search(r"ends \*lower\* in (\d+) of 12 runs", texts(app))
    assert found
    assert 0 < int(found[1]) < 12


def test_finite_differences_say_why_they_are_silent_on_a_kink() -> None:
    app = open_page("wrong-gradients")
    app.selectbox(key="mistake").set_value(prose.say("en", "wrong-gradients", "title-or-equal")).run()
    app.toggle(key="on-kink").set_value(True).run()
    app.button(key="testify").click().run()
    saw = " ".join(app.table[0].value.astype(str).to_numpy().ravel())
    assert "takes a unit across its kink" in saw
