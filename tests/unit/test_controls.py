"""Controls: what an address cannot mean is put right before they are drawn, and harmless afterwards."""

from __future__ import annotations

import pytest

from tests.harness.lesson_app import open_page


@pytest.mark.parametrize(
    ("chapter", "key", "raw"),
    [
        ("home", "batch", "-5"),
        ("home", "seed", "abc"),
        ("home", "activation", "tanh"),
        ("home", "bias", "perhaps"),
        ("train", "steps", "1e9"),
        ("train", "learning_rate", "0.3"),
        ("train", "data", "x"),
        ("train", "by_hand_dtype", "int8"),
        ("dying-relu", "zeros", "7"),
    ],
)
def test_an_address_that_changes_under_a_drawn_control_is_not_believed(
    chapter: str, key: str, raw: str
) -> None:
    """As no browser does it, but any client can."""
    app = open_page(chapter)
    before = app.session_state[key]
    app.query_params[key] = raw
    app.run()
    assert not app.exception
    assert app.session_state[key] == before
