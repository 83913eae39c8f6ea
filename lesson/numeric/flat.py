"""All parameters as one vector: what a history records, and what one update line moves."""

from __future__ import annotations

from torch import Tensor, cat

from lesson.numeric.network import Params


def flatten(params: Params) -> Tensor:
    """w1, b1, w2, b2, those that there are, row by row, in one vector (n,)."""
    return cat([p.flatten() for p in params if p is not None])


def unflatten(vector: Tensor, like: Params) -> Params:
    """Views into the vector (n,) with the shapes of other parameters: no copy."""
    parts = iter(vector.split([p.numel() for p in like if p is not None]))
    return like.map(lambda p: next(parts).view(p.shape))
