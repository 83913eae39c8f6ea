"""How sure one can be of a share that was counted: its interval. Free of torch."""

from __future__ import annotations

from math import sqrt


def wilson(count: int, of: int, z: float = 1.96) -> tuple[float, float]:
    """The ends of the 95 % interval of the share count / of, where of >= 1 (Wilson, 1927; recommended by
    Brown, Cai and DasGupta, 2001, for few runs and shares near 0 or 1)."""
    share = count / of
    middle = share + z * z / (2 * of)
    half = z * sqrt(share * (1 - share) / of + (z / (2 * of)) ** 2)
    scale = 1 + z * z / of
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)
