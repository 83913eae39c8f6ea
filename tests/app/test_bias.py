"""Bias: its line follows from that of the weights, and a mistake in it may hide."""

from __future__ import annotations

import pytest

from tests.harness.lesson_app import NETWORKS, open_page, texts
from tests.harness.proofs import open_proved


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_the_chapter_proves_its_lines_and_lights_them(network: dict[str, object]) -> None:
    app = open_proved("bias", network, "b1", "b2")
    assert texts(app).count("Checked just now: both sides are equal.") == 3


def test_the_bias_page_says_when_a_mistake_hides() -> None:
    assert "every hidden unit gets the same number" in texts(open_page("bias"))
    assert "With a single hidden unit both are the same number" in texts(open_page("bias", hidden=1))
    assert "has no bias at present" in texts(open_page("bias", bias="false"))
