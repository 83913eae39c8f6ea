"""Activation: what it does at zero, and whether a network meets it there."""

from __future__ import annotations

import pytest

from tests.harness.lesson_app import NETWORKS, open_page, texts
from tests.harness.proofs import open_proved


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_the_chapter_proves_its_lines_and_lights_them(network: dict[str, object]) -> None:
    open_proved("activation", network, "w1")


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
