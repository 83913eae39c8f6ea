"""An unknown name gets what it may have been meant to be."""

from __future__ import annotations

import pytest
import torch

from lesson.numeric.config import Config
from lesson.numeric.experiments.your_turn import correct
from lesson.numeric.experiments.your_turn.networks import tried_on


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("grad_out = 2 * (out - y)\ngrad_w2 = hiden.T @ grad_out", "a"),
        ("grad_w2 = a.T @ (2 * (ypredicted - y))", "out"),
        ("grad_w1 = inptus.T @ (h > 0)", "x"),
        ("dlogits = 2 * (out - y)\ngrad_b2 = dlogit_.sum(0)", "dlogits"),
        ("grad_out = 2 * (out - y)\ngrad_w2 = foo.T @ grad_out", "h / a"),
        ("dout = 2 * (out - y)\ngrad_b2 = dscores.sum(0)", "dout"),
    ],
)
def test_an_unknown_name_gets_what_it_may_have_been_meant_to_be(text: str, nearest: str) -> None:
    (error,) = correct(text, Config()).errors
    assert (error.reason, error.facts["nearest"]) == ("undefined-nearest", nearest)


def test_what_is_like_nothing_gets_no_suggestion() -> None:
    (error,) = correct("q = 2 * qqq", Config()).errors
    assert error.reason == "undefined"


@pytest.mark.parametrize(
    "text",
    [
        "grad_h[hidden <= 0] = 0",
        "grad_h = grad_a\ngrad_h[hh <= 0] = 0",
        "grad_out = 2 * (out - y)\ngrad_a = grad_out @ w2.T\ngrad_h = grad_a\ngrad_h[q < 0] = 0",
        "w1 -= rate * grad_w1",
        "x[x > 0] = nothing",
    ],
)
def test_whoever_comes_next_finds_the_networks_as_they_were(text: str) -> None:
    """They are kept for all who ask; a line that changes something in place is tried on copies."""
    networks, kink = tried_on(Config())
    before = [{role: right.clone() for role, right in network.right.items()} for network in (*networks, kink)]
    correct(text, Config())
    for network, rights in zip((*networks, kink), before, strict=True):
        for role, right in rights.items():
            assert torch.equal(network.right[role], right), role
