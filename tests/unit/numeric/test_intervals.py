"""The interval of a share that was counted."""

from __future__ import annotations

import pytest

from lesson.numeric.intervals import wilson


@pytest.mark.parametrize(
    ("count", "of", "low", "high"), [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0)]
)
def test_the_interval_is_wilsons(count: int, of: int, low: float, high: float) -> None:
    assert wilson(count, of) == pytest.approx((low, high), abs=1e-4)


def test_an_interval_of_shares_ends_where_shares_do() -> None:
    """Also where the last bit of the quotient would lie beyond."""
    assert all(wilson(0, of)[0] >= 0 and wilson(of, of)[1] <= 1 for of in range(1, 50))
