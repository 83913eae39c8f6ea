"""The network: through which weights the loss depends on the chosen one."""

from __future__ import annotations

import pytest

from lesson.charts.network import is_lit
from lesson.numeric.config import Entry, entries


@pytest.mark.parametrize(
    ("chosen", "lit"),
    [
        (Entry("w1", 1, 2), {"w1[2,3]", "w2[3,1]", "w2[3,2]"}),
        (Entry("b1", 0, 1), {"b1[1,2]", "w2[2,1]", "w2[2,2]"}),
        (Entry("w2", 2, 1), {"w2[3,2]"}),
        (Entry("b2", 0, 0), {"b2[1,1]"}),
    ],
)
def test_lit_is_what_carries_the_effect_on(chosen: Entry, lit: set[str]) -> None:
    """Row and column exchanged would light other weights: 2 inputs, 3 hidden units, 2 outputs."""
    drawn = entries(2, 3, 2, True, 4)
    assert {name for name, entry in drawn.items() if is_lit(entry, chosen)} == lit
